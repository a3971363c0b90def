"""One's own account: the password, the second factor, and where one is signed in."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from channels.accounts.model import AccountError
from channels.accounts.second_factor import SecondFactor
from channels.accounts.sessions import StaffSessions
from channels.console.browsers import browser_name
from channels.console.doors import TOO_MANY, field
from channels.console.entrance import ACTOR, SESSION, Entrance
from channels.console.page import render_page, see_other
from channels.console.permissions import Permission

PATH = "/console/profile"


class ProfilePages:
    """``/console/profile``; whatever it changes is the account of who asks."""

    def __init__(self, sessions: StaffSessions, factor: SecondFactor, entrance: Entrance) -> None:
        self._sessions = sessions
        self._factor = factor
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """All of them."""

        def own(handler: Any) -> Any:
            return self._entrance.guard(handler, Permission.OWN_ACCOUNT)

        return [
            web.get(PATH, own(self.show)),
            web.post(f"{PATH}/password", own(self.change_password)),
            web.post(f"{PATH}/sessions/{{session}}/end", own(self.end_session)),
            web.post(f"{PATH}/sessions/end", own(self.end_others)),
            web.get(f"{PATH}/second-factor", own(self.begin_factor)),
            web.post(f"{PATH}/second-factor", own(self.confirm_factor)),
            web.post(f"{PATH}/second-factor/codes", own(self.renew_codes)),
            web.post(f"{PATH}/second-factor/remove", own(self.remove_factor)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Everything of one's own account."""
        return await self._page(request)

    async def change_password(self, request: web.Request) -> web.Response:
        """Set another password; every session ends, and this browser gets a new one."""
        form, account = await request.post(), request[SESSION].account
        now, then = field(form, "now"), field(form, "then")
        if then != field(form, "again"):
            return await self._page(request, "The two entries of the new password differ.", 400)
        if not self._entrance.tries.allowed(f"account {account.email}"):
            return await self._page(request, TOO_MANY, 429)
        try:
            await self._sessions.change_password(request[ACTOR], account.id, now, then)
        except AccountError as error:
            return await self._page(request, str(error), 400)
        self._entrance.tries.forget(f"account {account.email}")
        return await self._anew(request, "Your password is changed. Other browsers are signed out.")

    async def end_session(self, request: web.Request) -> web.Response:
        """Sign one browser out."""
        account = request[SESSION].account.id
        await self._sessions.revoke(request[ACTOR], account, request.match_info["session"])
        return see_other(PATH, "That browser is signed out.")

    async def end_others(self, request: web.Request) -> web.Response:
        """Sign all other browsers out."""
        session = request[SESSION]
        await self._sessions.revoke_others(request[ACTOR], session.account.id, session.id)
        return see_other(PATH, "All other browsers are signed out.")

    async def begin_factor(self, request: web.Request) -> web.Response:
        """The picture for the authenticator app, and the field for its first code."""
        return await self._factor_page(request)

    async def confirm_factor(self, request: web.Request) -> web.Response:
        """From the first right code on, codes are asked for; recovery codes are shown once."""
        account = request[SESSION].account.id
        if not self._entrance.tries.allowed(f"code {account}"):
            return await self._factor_page(request, TOO_MANY, 429)
        code = field(await request.post(), "code")
        try:
            codes = await self._factor.confirm(request[ACTOR], account, code)
        except AccountError as error:
            return await self._factor_page(request, str(error), 400)
        self._entrance.tries.forget(f"code {account}")
        return render_page("recovery_codes.html", request, {"codes": codes})

    async def renew_codes(self, request: web.Request) -> web.Response:
        """New recovery codes, for a code."""
        if not await self._shown(request):
            return see_other(PATH, "The code is not right, or was used before.", "bad")
        codes = await self._factor.renew(request[ACTOR], request[SESSION].account.id)
        return render_page("recovery_codes.html", request, {"codes": codes})

    async def remove_factor(self, request: web.Request) -> web.Response:
        """Ask for no codes any more, for a last code."""
        if not await self._shown(request):
            return see_other(PATH, "The code is not right, or was used before.", "bad")
        await self._factor.remove(request[ACTOR], request[SESSION].account.id)
        return see_other(PATH, "The second factor is removed.", "warn")

    async def _shown(self, request: web.Request) -> bool:
        account = request[SESSION].account.id
        if not self._entrance.tries.allowed(f"code {account}"):
            return False
        right = await self._factor.check(account, field(await request.post(), "code"))
        if right:
            self._entrance.tries.forget(f"code {account}")
        return right

    async def _anew(self, request: web.Request, said: str) -> web.Response:
        session = request[SESSION]
        token = await self._sessions.begin(
            session.account.id, self._entrance.visitor(request), by_provider=session.by_provider
        )
        response = see_other(PATH, said)
        self._entrance.admit(response, token)
        return response

    async def _factor_page(
        self, request: web.Request, problem: str = "", status: int = 200
    ) -> web.Response:
        try:
            enrolment = await self._factor.begin(request[SESSION].account.id)
        except AccountError as error:
            return see_other(PATH, str(error), "warn")
        shown = {"enrolment": enrolment, "problem": problem}
        return render_page("enrolment.html", request, shown, status)

    async def _page(
        self, request: web.Request, problem: str = "", status: int = 200
    ) -> web.Response:
        account = request[SESSION].account.id
        shown = {
            "sessions": [
                (one, browser_name(one.agent or ""))
                for one in await self._sessions.open_sessions(account)
            ],
            "since": await self._factor.since(account),
            "left": await self._factor.left(account),
            "asked": self._entrance.lacks_factor(request[SESSION]),
            "problem": problem,
        }
        return render_page("profile.html", request, shown, status)
