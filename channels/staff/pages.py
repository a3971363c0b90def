"""The staff pages: first set-up, signing in and out, and what is published."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.accounts import AccountError, Accounts, InvalidAccountError, Role
from channels.content import Content
from channels.peer import peer_address
from channels.staff.entrance import SESSION, Entrance, check_token

HOME = {Role.ADMINISTRATOR: "/staff", Role.EDITOR: "/staff", Role.SUPPORT: "/support"}


class StaffPages:
    """Server-rendered pages without a script."""

    def __init__(
        self, accounts: Accounts, entrance: Entrance, content: Content, trusted_proxies: int
    ) -> None:
        self._accounts = accounts
        self._entrance = entrance
        self._content = content
        self._proxies = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every route under ``/staff``."""
        guard = self._entrance.guard
        return [
            web.get("/staff", guard(self.published, Role.EDITOR)),
            web.get("/staff/setup/{token}", self.show_setup),
            web.post("/staff/setup/{token}", self.set_up),
            web.get("/staff/sign-in", self.show_sign_in),
            web.post("/staff/sign-in", self.sign_in),
            web.post("/staff/sign-out", guard(self.sign_out, Role.EDITOR, Role.SUPPORT)),
        ]

    async def published(self, request: web.Request) -> web.Response:
        """Editions on the shelf, and what was imported."""
        shown = {
            "editions": await self._content.editions(),
            "sources": await self._content.sources(),
            "session": request[SESSION],
        }
        return render_template("staff_published.html", request, shown)

    async def show_setup(self, request: web.Request) -> web.Response:
        """The form that makes the first administrator; 404 once the link is used up."""
        if not await self._accounts.setup_open(request.match_info["token"]):
            raise web.HTTPNotFound(
                text="This set-up link was used or has expired. "
                "Start the assistant again to get a new one."
            )
        return self._form("staff_setup.html", request, {})

    async def set_up(self, request: web.Request) -> web.Response:
        """Make the first administrator and sign them in."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        name, email, password = (_field(form, key) for key in ("name", "email", "password"))
        if password != _field(form, "again"):
            problem = "Password: the two entries differ."
            return self._form("staff_setup.html", request, _typed(name, email, problem), 400)
        try:
            await self._accounts.create_first(request.match_info["token"], name, email, password)
        except InvalidAccountError as error:
            return self._form("staff_setup.html", request, _typed(name, email, str(error)), 400)
        except AccountError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return await self._enter(email, password)

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The sign-in form, or the way on for those who are signed in."""
        session = await self._entrance.session(request)
        if session is not None:
            raise web.HTTPSeeOther(HOME[session.account.role])
        return self._form("staff_sign_in.html", request, {})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Sign in; after too many tries from one address or for one account, 429."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        email, password = _field(form, "email"), _field(form, "password")
        keys = (
            f"address {peer_address(request, self._proxies)}",
            f"account {email.strip().lower()}",
        )
        if not all(self._entrance.tries.allowed(key) for key in keys):
            slow = "Too many tries. Wait five minutes, then sign in again."
            return self._form("staff_sign_in.html", request, _typed("", email, slow), 429)
        token = await self._accounts.sign_in(email, password)
        if token is None:
            wrong = "Email or password are not right."
            return self._form("staff_sign_in.html", request, _typed("", email, wrong), 401)
        for key in keys:
            self._entrance.tries.forget(key)
        return await self._admit(token)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session."""
        form = await request.post()
        check_token(request[SESSION].csrf_token, form.get("csrf_token"))
        await self._accounts.sign_out(request.cookies[self._entrance.cookie])
        response = web.Response(status=303, headers={"Location": "/staff/sign-in"})
        self._entrance.dismiss(response)
        return response

    async def _enter(self, email: str, password: str) -> web.Response:
        token = await self._accounts.sign_in(email, password)
        if token is None:
            raise web.HTTPSeeOther("/staff/sign-in")
        return await self._admit(token)

    async def _admit(self, token: str) -> web.Response:
        session = await self._accounts.session(token)
        home = HOME[session.account.role] if session else "/staff/sign-in"
        response = web.Response(status=303, headers={"Location": home})
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


def _field(form: Any, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _typed(name: str, email: str, problem: str) -> dict[str, str]:
    return {"name": name, "email": email, "problem": problem}
