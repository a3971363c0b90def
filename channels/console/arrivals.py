"""First arrivals at the consoles: by a one-time link, or by the institution's provider."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from channels.accounts.directory import Accounts
from channels.accounts.identity import IdentityError, IdentityProvider
from channels.accounts.invitations import Invitation, Invitations
from channels.accounts.model import AccountError, InvalidAccountError
from channels.accounts.sessions import StaffSessions
from channels.console.doors import come_in, field, open_form
from channels.console.entrance import Entrance

STATE_COOKIE = "advisor-identity"
STATE_SECONDS = 600
DIFFER = "Password: the two entries differ."
STRANGER = (
    "Nobody here has invited the address that your provider vouches for. Ask an administrator."
)


class Arrivals:
    """Set-up, invitations, and single sign-on."""

    def __init__(
        self,
        accounts: Accounts,
        invitations: Invitations,
        sessions: StaffSessions,
        entrance: Entrance,
        provider: IdentityProvider | None,
    ) -> None:
        self._accounts = accounts
        self._invitations = invitations
        self._sessions = sessions
        self._entrance = entrance
        self._provider = provider

    def routes(self) -> list[web.RouteDef]:
        """All of them; those of the provider only when there is one."""
        opened = self._entrance.open
        found = [
            web.get("/console/setup/{token}", opened(self.show_setup)),
            web.post("/console/setup/{token}", opened(self.set_up)),
            web.get("/console/invitation/{token}", opened(self.show_invitation)),
            web.post("/console/invitation/{token}", opened(self.accept)),
        ]
        if self._provider:
            found += [
                web.get("/console/identity", opened(self.leave)),
                web.get("/console/identity/back", opened(self.back)),
            ]
        return found

    async def show_setup(self, request: web.Request) -> web.Response:
        """The form that makes the first administrator; 404 once the link is used up."""
        if not await self._accounts.setup_open(request.match_info["token"]):
            raise web.HTTPNotFound(
                text="This set-up link was used or has expired. "
                "Start the assistant again to get a new one."
            )
        return open_form(self._entrance, "set_up.html", request)

    async def set_up(self, request: web.Request) -> web.Response:
        """Make the first administrator and sign them in."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        name, email, password = (field(form, key) for key in ("name", "email", "password"))
        shown = {"name": name, "email": email}
        if password != field(form, "again"):
            return self._refuse("set_up.html", request, shown, DIFFER)
        token, visitor = request.match_info["token"], self._entrance.visitor(request)
        try:
            made = await self._accounts.create_first(token, name, email, password, visitor.address)
        except InvalidAccountError as error:
            return self._refuse("set_up.html", request, shown, str(error))
        except AccountError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return come_in(self._entrance, await self._sessions.begin(made.id, visitor))

    async def show_invitation(self, request: web.Request) -> web.Response:
        """The form that an invitation, or a link to set a new password, leads to."""
        shown = {"offered": await self._offered(request)}
        return open_form(self._entrance, "invitation.html", request, shown)

    async def accept(self, request: web.Request) -> web.Response:
        """Make the account, or set its password, and sign in."""
        form = await request.post()
        self._entrance.check_form(request, form.get("form_token"))
        offered = await self._offered(request)
        name, password = field(form, "name"), field(form, "password")
        shown = {"offered": offered, "name": name}
        if password != field(form, "again"):
            return self._refuse("invitation.html", request, shown, DIFFER)
        token, visitor = request.match_info["token"], self._entrance.visitor(request)
        try:
            account = await self._invitations.accept(token, name, password, visitor.address)
        except InvalidAccountError as error:
            return self._refuse("invitation.html", request, shown, str(error))
        except AccountError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return come_in(self._entrance, await self._sessions.begin(account.id, visitor))

    async def leave(self, request: web.Request) -> web.Response:
        """On to the institution's identity provider."""
        assert self._provider is not None
        visitor = self._entrance.visitor(request)
        if not self._entrance.tries.allowed(f"provider {visitor.address}"):
            raise web.HTTPTooManyRequests(text="Too many tries. Wait a few minutes.")
        try:
            address, state = await self._provider.begin()
        except IdentityError as error:
            raise web.HTTPBadGateway(text=str(error)) from error
        response = web.Response(status=303, headers={"Location": address})
        response.set_cookie(
            STATE_COOKIE,
            state,
            max_age=STATE_SECONDS,
            path="/console/identity",
            secure=self._entrance.secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def back(self, request: web.Request) -> web.Response:
        """Back from the provider: in, if it vouches for somebody who has been invited."""
        assert self._provider is not None
        state, code = request.query.get("state", ""), request.query.get("code", "")
        if not state or state != request.cookies.get(STATE_COOKIE):
            raise web.HTTPForbidden(text="This sign-in began in another browser. Begin again.")
        if not code:
            raise web.HTTPForbidden(text="The identity provider did not let you in.")
        visitor = self._entrance.visitor(request)
        try:
            identity = await self._provider.finish(state, code)
        except IdentityError as error:
            raise web.HTTPForbidden(text=str(error)) from error
        account = await self._invitations.recognise(identity, visitor.address)
        if account is None:
            raise web.HTTPForbidden(text=STRANGER)
        self._entrance.tries.forget(f"provider {visitor.address}")
        token = await self._sessions.begin(account.id, visitor, by_provider=True)
        response = come_in(self._entrance, token)
        response.del_cookie(STATE_COOKIE, path="/console/identity")
        return response

    async def _offered(self, request: web.Request) -> Invitation:
        try:
            return await self._invitations.find(request.match_info["token"])
        except AccountError as error:
            raise web.HTTPNotFound(text=str(error)) from error

    def _refuse(
        self, template: str, request: web.Request, shown: dict[str, Any], problem: str
    ) -> web.Response:
        return open_form(self._entrance, template, request, shown | {"problem": problem}, 400)
