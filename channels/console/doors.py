"""Coming in and going out: signing in, the second factor, signing out, and what pages load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.accounts.directory import Accounts
from channels.accounts.second_factor import SecondFactor
from channels.accounts.sessions import StaffSessions
from channels.console.entrance import SESSION, SIGN_IN, Entrance
from channels.console.page import SHELL
from channels.console.permissions import Permission

SECOND_FACTOR = "/console/second-factor"
STATIC = Path(__file__).parent / "static"
TOO_MANY = "Too many tries. Wait a few minutes, then try again."


class Doors:
    """The pages for those who have not signed in, and the way out."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: StaffSessions,
        factor: SecondFactor,
        entrance: Entrance,
        provider: str = "",
    ) -> None:
        """``provider`` is what the button for single sign-on says; empty for none."""
        self._accounts = accounts
        self._sessions = sessions
        self._factor = factor
        self._entrance = entrance
        self._provider = provider

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        guard, opened = self._entrance.guard, self._entrance.open
        return [
            web.get("/console", guard(self.begin, Permission.OWN_ACCOUNT)),
            web.get("/console/static/{file}", opened(self.static_file)),
            web.get("/console/sign-in", opened(self.show_sign_in)),
            web.post("/console/sign-in", opened(self.sign_in)),
            web.get("/console/second-factor", opened(self.show_factor)),
            web.post("/console/second-factor", opened(self.check_factor)),
            web.post("/console/sign-out", guard(self.sign_out, Permission.OWN_ACCOUNT)),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """On to the first page of whoever is signed in."""
        raise web.HTTPSeeOther(request.app[SHELL].home(request[SESSION].account.role))

    async def static_file(self, request: web.Request) -> web.StreamResponse:
        """A style sheet or a module of the consoles."""
        files = {path.name: path for path in STATIC.iterdir() if path.is_file()}
        path = files.get(request.match_info["file"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The sign-in form, or the way on for those who are signed in."""
        if await self._entrance.session(request) is not None:
            raise web.HTTPSeeOther("/console")
        return await self._sign_in_form(request)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Sign in; after too many tries from one address or for one account, 429."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        email, password = field(form, "email"), field(form, "password")
        visitor = self._entrance.visitor(request)
        keys = (f"address {visitor.address}", f"account {email.strip().lower()}")
        if not all(self._entrance.tries.allowed(key) for key in keys):
            return await self._sign_in_form(request, email, TOO_MANY, 429)
        begun = await self._sessions.sign_in(email, password, visitor)
        if begun is None:
            return await self._sign_in_form(request, email, "Email or password are not right.", 401)
        for key in keys:
            self._entrance.tries.forget(key)
        return come_in(self._entrance, begun.token, SECOND_FACTOR if begun.half else "/console")

    async def show_factor(self, request: web.Request) -> web.Response:
        """The form for the code, for whoever has shown the password."""
        await self._half(request)
        return open_form(self._entrance, "second_factor.html", request)

    async def check_factor(self, request: web.Request) -> web.Response:
        """Come in with a code of the app or a recovery code; the session gets a new id."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        account = await self._half(request)
        key = f"code {account}"
        if not self._entrance.tries.allowed(key):
            shown = {"problem": TOO_MANY}
            return open_form(self._entrance, "second_factor.html", request, shown, 429)
        if not await self._factor.check(account, field(form, "code")):
            shown = {"problem": "The code is not right, or was used before."}
            return open_form(self._entrance, "second_factor.html", request, shown, 401)
        self._entrance.tries.forget(key)
        await self._sessions.sign_out(request.cookies[self._entrance.cookie])
        token = await self._sessions.begin(account, self._entrance.visitor(request))
        return come_in(self._entrance, token)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session."""
        await self._sessions.sign_out(request.cookies[self._entrance.cookie])
        response = web.Response(status=303, headers={"Location": SIGN_IN})
        self._entrance.dismiss(response)
        return response

    async def _half(self, request: web.Request) -> str:
        token = request.cookies.get(self._entrance.cookie)
        account = await self._sessions.half(token) if token else None
        if account is None:
            raise web.HTTPSeeOther(SIGN_IN)
        return account

    async def _sign_in_form(
        self, request: web.Request, email: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        first = not await self._accounts.has_administrator()
        shown = {"email": email, "problem": problem, "provider": self._provider, "first": first}
        return open_form(self._entrance, "sign_in.html", request, shown, status)


def come_in(entrance: Entrance, token: str, path: str = "/console") -> web.Response:
    """Give the browser a session and send it on."""
    response = web.Response(status=303, headers={"Location": path})
    entrance.admit(response, token)
    return response


def open_form(
    entrance: Entrance,
    template: str,
    request: web.Request,
    shown: dict[str, Any] | None = None,
    status: int = 200,
) -> web.Response:
    """A form for somebody who has not signed in, with the token that it must come back with."""
    token = entrance.form_token(request)
    frame = {"form_token": token, "name": "", "email": "", "problem": ""}
    response = render_template(template, request, frame | (shown or {}), status=status)
    entrance.remember_form(response, token)
    response.headers["Cache-Control"] = "no-store"
    return response


def field(form: Any, name: str) -> str:
    """What was typed into a field; empty for none and for a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
