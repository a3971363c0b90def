"""How the Bot Connector and a bot prove to each other who they are: signed tokens both ways.

learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import extract_compact

from channels.delivery.channel import Ask, Call, Delivery, Forged, Told, Unprepared
from channels.delivery.grant import Grant, keeps_secrets
from channels.delivery.loan import Lent, Loan, answered
from channels.delivery.verdicts import told

ISSUER = "https://api.botframework.com"
ALGORITHMS = ("RS256",)
"""The only one that the Connector's metadata names."""
SCOPE = "https://api.botframework.com/.default"
SKEW_SECONDS = 300
"""The industry's standard, as the page on authentication says."""
KEYS_FRESH_SECONDS = 24 * 3600.0
KEYS_VALID_SECONDS = 5 * 24 * 3600.0
"""Keys are read again each day; the Bot Framework's own libraries keep them for five."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of the Connector, with the channels for which it may speak."""

    key: RSAKey
    endorsements: frozenset[str]


Keys = dict[str, SigningKey]


class Trust:
    """The Connector's keys and our token, each as long as it holds."""

    def __init__(self, app_id: str, app_secret: str, metadata: str, login: str) -> None:
        """``metadata`` is the address of the OpenID document, ``login`` of the token endpoint."""
        self._app_id = app_id
        self._metadata = metadata
        self._keys: Loan[Keys] = Loan(self._fetch_keys)
        self._grant = Grant(login, app_id, app_secret, SCOPE)

    async def renew_keys(self, ask: Ask, delivery: Delivery) -> None:
        """Have the key that a delivery names, as far as there is one. Raises Unprepared."""
        named = _key_id(delivery)
        if named:
            await self._keys.renew(ask, lambda keys: named in keys)

    async def renew_token(self, ask: Ask) -> None:
        """Have a token to send with. Raises Unprepared."""
        await self._grant.renew(ask)

    @property
    def bearer(self) -> str:
        """The header that a call carries."""
        return f"Bearer {self._grant.token}"

    def verify(self, delivery: Delivery, activity: dict[str, Any]) -> None:
        """The delivery's token is signed, current, for us, and for this activity. Raises Forged.

        Of an empty activity there is nothing that it could be for.
        """
        held = (self._keys.thing or {}).get(_key_id(delivery))
        if held is None:
            raise Forged("no such key")
        claims = jwt.JWTClaimsRegistry(
            now=int(delivery.at.timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._app_id},
            exp={"essential": True},
        )
        try:
            token = jwt.decode(_bearer(delivery), held.key, algorithms=ALGORITHMS)
            claims.validate(token.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Forged(type(error).__name__) from None
        if activity:
            _match(activity, held, token.claims)

    async def _fetch_keys(self, ask: Ask) -> Lent[Keys]:
        document = told((await _get(ask, self._metadata)).body)
        listed = told((await _get(ask, str(document.get("jwks_uri", "")))).body).get("keys")
        keys = _keys(listed if isinstance(listed, list) else [])
        if not keys:
            raise Unprepared("no_keys")
        return Lent(keys, KEYS_FRESH_SECONDS, KEYS_VALID_SECONDS)


def _match(activity: dict[str, Any], held: SigningKey, claims: dict[str, Any]) -> None:
    """The key may speak for the activity's channel, the token for its service. Raises Forged."""
    channel, service = activity.get("channelId"), activity.get("serviceUrl")
    if not isinstance(channel, str) or channel not in held.endorsements:
        raise Forged("endorsement")
    if not isinstance(service, str) or service != claims.get("serviceurl"):
        raise Forged("service url")
    if not keeps_secrets(service):
        raise Forged("service url is not https")


async def _get(ask: Ask, url: str) -> Told:
    return await answered(ask, Call(url, b"", method="GET"))


def _keys(listed: list[Any]) -> Keys:
    """The RSA keys by name; one that cannot be read is no key."""
    keys: Keys = {}
    for wire in listed:
        if not isinstance(wire, dict) or wire.get("kty") != "RSA" or not wire.get("kid"):
            continue
        try:
            key = RSAKey.import_key(wire)
        except (JoseError, ValueError, TypeError):
            continue
        endorsed = wire.get("endorsements")
        names = endorsed if isinstance(endorsed, list) else []
        keys[str(wire["kid"])] = SigningKey(key, frozenset(map(str, names)))
    return keys


def _bearer(delivery: Delivery) -> str:
    scheme, _, token = delivery.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _key_id(delivery: Delivery) -> str:
    """The name of the key with which a delivery says that it is signed; empty for none."""
    try:
        headers = extract_compact(_bearer(delivery).encode()).headers()
    except (JoseError, ValueError):
        return ""
    return str(headers.get("kid") or "")
