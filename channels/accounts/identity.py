"""Single sign-on: OpenID Connect's code flow with PKCE, with the institution's own provider.

openid.net/specs/openid-connect-core-1_0.html, RFC 7636
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, insert, select

from channels.accounts.model import AccountError
from channels.accounts.settings import StaffSettings
from channels.identifiers import new_token, token_hash
from channels.schema import identity_requests
from channels.storage import Storage

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""What providers sign with; none that a shared secret or nothing at all would do for."""
CALL_SECONDS = 10.0
FRESH_SECONDS = 3600.0
"""How long the provider's addresses and keys are taken to be as they were."""
UNDER_WAY = timedelta(minutes=10)
SKEW_SECONDS = 60


class IdentityError(AccountError):
    """The provider cannot be reached, or what came from it cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    key: str
    """Issuer and subject: the name that never changes hands (section 5.7)."""
    email: str | None
    """In small letters; None unless the provider has verified it."""
    name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider's doors are, and the keys that it signs with."""

    issuer: str
    """As its tokens spell it."""
    authorization: str
    token: str
    keys: KeySet
    until: float
    """By the monotonic clock."""


class IdentityProvider:
    """Sends people to the provider, and believes what comes back only when all of it holds."""

    def __init__(
        self, settings: StaffSettings, client: aiohttp.ClientSession, storage: Storage, url: str
    ) -> None:
        """``url`` is the gateway's public address; ``client`` is closed by somebody else."""
        self._issuer = settings.identity_issuer.rstrip("/")
        self._client_id = settings.identity_client
        self._secret = settings.identity_secret
        self._client = client
        self._storage = storage
        self._back = f"{url}/console/identity/back"
        self._provider: Provider | None = None
        self._reading = asyncio.Lock()

    async def begin(self) -> tuple[str, str]:
        """The address to send a browser to, and the state that it must come back with.

        Raises IdentityError when the provider cannot be reached.
        """
        provider = await self._known()
        state, nonce, verifier = new_token(), new_token(), new_token()
        now = datetime.now(UTC)
        async with self._storage.writing() as db:
            old = identity_requests.c.created_at < now - UNDER_WAY
            await db.execute(delete(identity_requests).where(old))
            await db.execute(
                insert(identity_requests).values(
                    state_hash=token_hash(state), nonce=nonce, verifier=verifier, created_at=now
                )
            )
        challenge = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        join = "&" if "?" in provider.authorization else "?"
        return f"{provider.authorization}{join}{urlencode(asked)}", state

    async def finish(self, state: str, code: str) -> Identity:
        """Who came back. Raises IdentityError; a state works once."""
        mine = identity_requests.c.state_hash == token_hash(state)
        fresh = identity_requests.c.created_at > datetime.now(UTC) - UNDER_WAY
        async with self._storage.writing() as db:
            row = (await db.execute(select(identity_requests).where(mine, fresh))).first()
            await db.execute(delete(identity_requests).where(mine))
        if row is None:
            raise IdentityError("This sign-in took too long or was used. Begin again.")
        provider = await self._known()
        told = await self._ask(provider.token, self._exchange(code, row.verifier))
        claims = await self._claims(str(told.get("id_token", "")), row.nonce)
        verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return Identity(
            f"{claims['iss']} {claims['sub']}"[:400],
            claims["email"].strip().lower() if verified else None,
            str(claims.get("name", "")),
        )

    def _exchange(self, code: str, verifier: str) -> dict[str, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        return form if self._secret else form | {"client_id": self._client_id}

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What an id token says, if all of section 3.1.3.7 holds. Raises IdentityError."""
        for attempt in (1, 2):
            # Providers change their keys at any time: read them once more before refusing.
            provider = await self._known(anew=attempt == 2)
            wanted = jwt.JWTClaimsRegistry(
                leeway=SKEW_SECONDS,
                iss={"essential": True, "value": provider.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            try:
                claims = jwt.decode(token, provider.keys, algorithms=ALGORITHMS).claims
                wanted.validate(claims)
            except (JoseError, ValueError, TypeError):
                continue
            if claims.get("azp", self._client_id) == self._client_id:
                return dict(claims)
        raise IdentityError("The identity provider's answer cannot be trusted. Begin again.")

    async def _known(self, anew: bool = False) -> Provider:
        async with self._reading:
            held = self._provider
            if held is None or anew or time.monotonic() > held.until:
                held = self._provider = await self._read()
        return held

    async def _read(self) -> Provider:
        document = await self._ask(f"{self._issuer}/.well-known/openid-configuration")
        if str(document.get("issuer", "")).rstrip("/") != self._issuer:
            raise IdentityError("The identity provider goes by another name than is set.")
        listed = await self._ask(str(document.get("jwks_uri", "")))
        try:
            keys = KeySet.import_key_set({"keys": listed.get("keys", [])})
        except (JoseError, ValueError, TypeError) as error:
            raise IdentityError("The identity provider's keys cannot be read.") from error
        return Provider(
            str(document["issuer"]),
            str(document.get("authorization_endpoint", "")),
            str(document.get("token_endpoint", "")),
            keys,
            time.monotonic() + FRESH_SECONDS,
        )

    async def _ask(self, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        """A JSON object of the provider. Raises IdentityError."""
        headers = {"Accept": "application/json"}
        if form and self._secret:
            # RFC 6749, section 2.3.1: both are encoded as in a form before they are joined.
            known = quote(self._client_id, safe=""), quote(self._secret, safe="")
            headers["Authorization"] = aiohttp.encode_basic_auth(*known)
        try:
            async with self._client.request(
                "POST" if form else "GET",
                url,
                data=form,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
                allow_redirects=False,
            ) as response:
                told = await response.json(content_type=None) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise IdentityError("The identity provider does not answer. Try again.") from error
        if not isinstance(told, dict):
            raise IdentityError("The identity provider refused. Begin again.")
        return told
