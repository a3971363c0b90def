"""An identity provider on loopback, which speaks OpenID Connect's wire form."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "advisor", "the client's secret"


class LoopbackIssuer:
    """One person is signed in there; ``claims`` and ``headers`` bend what it says of them."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.signs_with = self.key
        self.person: dict[str, Any] = {
            "sub": "u-7",
            "email": "Noor@Maple-Harbor.example",
            "email_verified": True,
            "name": "Noor Agent",
        }
        self.claims: dict[str, Any] = {}
        self.redeemed: list[str] = []
        self._asked: dict[str, list[str]] = {}
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._document)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        self._server = TestServer(app)

    async def start(self) -> None:
        """Open the port."""
        await self._server.start_server()

    async def stop(self) -> None:
        """Close the port."""
        await self._server.close()

    @property
    def url(self) -> str:
        """The issuer."""
        return str(self._server.make_url("")).rstrip("/")

    def consent(self, address: str) -> dict[str, str]:
        """Sign the person in at the address that a browser was sent to; what it goes back with."""
        self._asked = parse_qs(urlsplit(address).query, strict_parsing=True)
        assert self._asked["response_type"] == ["code"]
        assert self._asked["code_challenge_method"] == ["S256"]
        return {"state": self._asked["state"][0], "code": "the-code"}

    async def _document(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        scheme, _, known = request.headers["Authorization"].partition(" ")
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        shown = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        right = (
            (scheme, base64.b64decode(known)) == ("Basic", b"advisor:the%20client%27s%20secret")
            and form["code"] == "the-code"
            and [form["redirect_uri"]] == self._asked["redirect_uri"]
            and [shown] == self._asked["code_challenge"]
        )
        if not right:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.redeemed.append(str(form["code"]))
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": self._asked["nonce"][0],
        }
        token = jwt.encode(
            {"alg": "RS256", "kid": self.signs_with.kid},
            claims | self.person | self.claims,
            self.signs_with,
        )
        return web.json_response({"id_token": token, "access_token": "a", "token_type": "Bearer"})
