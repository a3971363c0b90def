"""Somebody who works at a console: an account of a role, signed in, on a client of its own."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientResponse, ClientSession, DummyCookieJar
from aiohttp.test_utils import TestClient
from multidict import CIMultiDict

from channels.accounts.model import Account, Role
from channels.audit import COMMAND
from channels.gateway import ROOMS

PASSWORD = "four unrelated words"
BROWSER = {"Accept": "text/html"}
PROGRAM = {"Accept": "application/json"}


class Colleague:
    """Asks as one browser does: with the session's cookie, and the token on what changes."""

    def __init__(self, client: TestClient, account: Account, cookie: str, csrf: str) -> None:
        self._client = client
        # A session of its own, which keeps no cookies, over the client's connections.
        self._session = ClientSession(
            connector=client.session.connector, connector_owner=False, cookie_jar=DummyCookieJar()
        )
        self.account = account
        self.cookie = cookie
        self.csrf = csrf

    async def get(self, path: str, **given: Any) -> ClientResponse:
        """A page, or JSON with ``headers=PROGRAM``."""
        return await self._ask("GET", path, given)

    async def post(self, path: str, data: dict[str, Any] | None = None) -> ClientResponse:
        """A form, with its token; what it redirects to is not followed."""
        return await self._ask("POST", path, {"data": {"csrf_token": self.csrf} | (data or {})})

    async def send(self, path: str, body: object, method: str = "POST") -> ClientResponse:
        """JSON, with the token in the header."""
        headers = PROGRAM | {"X-CSRF-Token": self.csrf}
        return await self._ask(method, path, {"json": body, "headers": headers})

    async def _ask(self, method: str, path: str, given: dict[str, Any]) -> ClientResponse:
        headers = CIMultiDict(given.pop("headers", BROWSER))
        headers["Cookie"] = f"advisor={self.cookie}"
        return await self._session.request(
            method,
            self._client.make_url(path),
            headers=headers,
            **({"allow_redirects": False} | given),
        )


async def colleague(
    client: TestClient, role: Role = Role.ADMINISTRATOR, name: str = "Mara Registrar"
) -> Colleague:
    """Make an account and sign it in; the client keeps no cookie of it."""
    rooms = client.app[ROOMS]
    email = f"{name.split(maxsplit=1)[0].lower()}.{role}@maple-harbor.example"
    account = await rooms.accounts.add(COMMAND, name, email, role, PASSWORD)
    token = await rooms.sessions.begin(account.id)
    session = await rooms.sessions.find(token)
    assert session is not None
    return Colleague(client, account, token, session.csrf_token)
