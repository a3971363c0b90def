"""Coming in and going out: the first set-up, signing in, signing out, and what pages load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.accounts.directory import Accounts
from channels.accounts.model import AccountError, InvalidAccountError
from channels.accounts.sessions import StaffSessions
from channels.console.entrance import SESSION, SIGN_IN, Entrance
from channels.console.page import SHELL
from channels.console.permissions import Permission

STATIC = Path(__file__).parent / "static"


class Doors:
    """The pages for those who have not signed in."""

    def __init__(self, accounts: Accounts, sessions: StaffSessions, entrance: Entrance) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """All of them, and the way out."""
        guard, opened = self._entrance.guard, self._entrance.open
        return [
            web.get("/console", guard(self.begin, Permission.OWN_ACCOUNT)),
            web.get("/console/static/{file}", opened(self.static_file)),
            web.get("/console/setup/{token}", opened(self.show_setup)),
            web.post("/console/setup/{token}", opened(self.set_up)),
            web.get("/console/sign-in", opened(self.show_sign_in)),
            web.post("/console/sign-in", opened(self.sign_in)),
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

    async def show_setup(self, request: web.Request) -> web.Response:
        """The form that makes the first administrator; 404 once the link is used up."""
        if not await self._accounts.setup_open(request.match_info["token"]):
            raise web.HTTPNotFound(
                text="This set-up link was used or has expired. "
                "Start the assistant again to get a new one."
            )
        return self._form("set_up.html", request, {})

    async def set_up(self, request: web.Request) -> web.Response:
        """Make the first administrator and sign them in."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        name, email, password = (field(form, key) for key in ("name", "email", "password"))
        if password != field(form, "again"):
            problem = "Password: the two entries differ."
            return self._form("set_up.html", request, _typed(name, email, problem), 400)
        token, visitor = request.match_info["token"], self._entrance.visitor(request)
        try:
            made = await self._accounts.create_first(token, name, email, password, visitor.address)
        except InvalidAccountError as error:
            return self._form("set_up.html", request, _typed(name, email, str(error)), 400)
        except AccountError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return self._admit(await self._sessions.begin(made.id, visitor))

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The sign-in form, or the way on for those who are signed in."""
        if await self._entrance.session(request) is not None:
            raise web.HTTPSeeOther("/console")
        return self._form("sign_in.html", request, {})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Sign in; after too many tries from one address or for one account, 429."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        email, password = field(form, "email"), field(form, "password")
        visitor = self._entrance.visitor(request)
        keys = (f"address {visitor.address}", f"account {email.strip().lower()}")
        if not all(self._entrance.tries.allowed(key) for key in keys):
            slow = "Too many tries. Wait a few minutes, then sign in again."
            return self._form("sign_in.html", request, _typed("", email, slow), 429)
        token = await self._sessions.sign_in(email, password, visitor)
        if token is None:
            wrong = "Email or password are not right."
            return self._form("sign_in.html", request, _typed("", email, wrong), 401)
        for key in keys:
            self._entrance.tries.forget(key)
        return self._admit(token)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session."""
        await self._sessions.sign_out(request.cookies[self._entrance.cookie])
        response = web.Response(status=303, headers={"Location": SIGN_IN})
        self._entrance.dismiss(response)
        return response

    def _admit(self, token: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": "/console"})
        self._entrance.admit(response, token)
        return response

    def _form(
        self, template: str, request: web.Request, shown: dict[str, Any], status: int = 200
    ) -> web.Response:
        token = self._entrance.form_token(request)
        response = render_template(template, request, shown | {"form_token": token}, status=status)
        self._entrance.remember_form(response, token)
        response.headers["Cache-Control"] = "no-store"
        return response


def field(form: Any, name: str) -> str:
    """What was typed into a field; empty for none and for a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _typed(name: str, email: str, problem: str) -> dict[str, str]:
    return {"name": name, "email": email, "problem": problem}
