"""The page of accounts: who is here, who is invited, and what each may do."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from channels.accounts.invitations import Invitations
from channels.accounts.model import AccountError, Role
from channels.accounts.team import Team
from channels.console.doors import field
from channels.console.entrance import ACTOR, Entrance
from channels.console.page import Group, Section, render_page, see_other
from channels.console.permissions import Permission

PATH = "/console/accounts"
ROLES = {
    Role.AGENT: "answers students and takes conversations over",
    Role.SUPERVISOR: "also assigns, reads figures, exports and erases",
    Role.EDITOR: "writes content and imports sources",
    Role.REVIEWER: "also approves and publishes",
    Role.ADMINISTRATOR: "everything, accounts and audit log too",
}
"""What the form says of each; the table that counts is `channels.console.permissions.ALLOWED`."""


class AccountPages:
    """``/console/accounts``."""

    SECTIONS = (
        Section("Accounts", PATH, Permission.MANAGE_ACCOUNTS, Group.ADMINISTRATION, "people"),
    )

    def __init__(self, team: Team, invitations: Invitations, entrance: Entrance, url: str) -> None:
        """``url`` is the gateway's public address, which the links begin with."""
        self._team = team
        self._invitations = invitations
        self._entrance = entrance
        self._url = url

    def routes(self) -> list[web.RouteDef]:
        """All of them."""

        def manages(handler: Any) -> Any:
            return self._entrance.guard(handler, Permission.MANAGE_ACCOUNTS)

        return [
            web.get(PATH, manages(self.show)),
            web.post(f"{PATH}/invitations", manages(self.invite)),
            web.post(f"{PATH}/invitations/{{invitation}}/withdraw", manages(self.withdraw)),
            web.post(f"{PATH}/{{account}}/role", manages(self.change_role)),
            web.post(f"{PATH}/{{account}}/reset", manages(self.reset)),
            web.post(f"{PATH}/{{account}}/deactivate", manages(self.deactivate)),
            web.post(f"{PATH}/{{account}}/reactivate", manages(self.reactivate)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Everybody, and the links that are open."""
        return await self._page(request)

    async def invite(self, request: web.Request) -> web.Response:
        """Make a link for somebody new; it is shown once, on the page that answers."""
        form = await request.post()
        email, role = field(form, "email"), _role(form)
        try:
            token = await self._invitations.invite(request[ACTOR], email, role)
        except AccountError as error:
            typed = {"problem": str(error), "email": email, "chosen": role.value}
            return await self._page(request, typed, 400)
        return await self._page(request, {"link": self._link(token), "whose": email})

    async def reset(self, request: web.Request) -> web.Response:
        """Make a link that sets a new password; it is shown once, on the page that answers."""
        try:
            token = await self._invitations.reset(request[ACTOR], request.match_info["account"])
        except AccountError as error:
            return see_other(PATH, str(error), "bad")
        offered = await self._invitations.find(token)
        return await self._page(request, {"link": self._link(token), "whose": offered.email})

    async def withdraw(self, request: web.Request) -> web.Response:
        """Make a link worthless."""
        await self._invitations.withdraw(request[ACTOR], request.match_info["invitation"])
        return see_other(PATH, "The link does not work any more.")

    async def change_role(self, request: web.Request) -> web.Response:
        """Give an account another role."""
        account, role = request.match_info["account"], _role(await request.post())
        try:
            await self._team.change_role(request[ACTOR], account, role)
        except AccountError as error:
            return see_other(PATH, str(error), "bad")
        return see_other(PATH, f"The account is {role} now, and signs in anew.")

    async def deactivate(self, request: web.Request) -> web.Response:
        """Let somebody go."""
        try:
            await self._team.deactivate(request[ACTOR], request.match_info["account"])
        except AccountError as error:
            return see_other(PATH, str(error), "bad")
        return see_other(PATH, "The account is signed out and cannot sign in.")

    async def reactivate(self, request: web.Request) -> web.Response:
        """Let somebody in again."""
        await self._team.reactivate(request[ACTOR], request.match_info["account"])
        return see_other(PATH, "The account may sign in again.")

    async def _page(
        self, request: web.Request, given: dict[str, str] | None = None, status: int = 200
    ) -> web.Response:
        shown = {
            "members": await self._team.members(),
            "invitations": await self._invitations.open(),
            "roles": [(role.value, f"{role.value}: {words}") for role, words in ROLES.items()],
            "names": [(role.value, role.value) for role in ROLES],
            "problem": "",
            "email": "",
            "chosen": Role.AGENT.value,
            "link": "",
            "whose": "",
        }
        return render_page("accounts.html", request, shown | (given or {}), status)

    def _link(self, token: str) -> str:
        return f"{self._url}/console/invitation/{token}"


def _role(form: Any) -> Role:
    try:
        return Role(field(form, "role"))
    except ValueError:
        raise web.HTTPBadRequest(text="There is no such role.") from None
