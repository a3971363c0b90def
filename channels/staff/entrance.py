"""The door of the staff pages: cookies, form tokens, roles, and tries counted."""

from __future__ import annotations

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler

from channels.accounts import Accounts, Role, StaffSession
from channels.identifiers import new_token
from channels.limits import Tries
from channels.settings import GatewaySettings

SESSION = web.RequestKey("staff_session", StaffSession)
FORM_COOKIE = "advisor-form"


class Entrance:
    """Recognises members of staff and guards handlers by role."""

    def __init__(self, accounts: Accounts, settings: GatewaySettings) -> None:
        self._accounts = accounts
        self._secure = not settings.loopback
        self._seconds = int(settings.staff_session_hours * 3600)
        self.tries = Tries(settings.sign_in_tries, settings.sign_in_minutes * 60)

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers hold ``__Host-`` to https and to one host."""
        return "__Host-advisor" if self._secure else "advisor"

    async def session(self, request: web.Request) -> StaffSession | None:
        """Who is signed in, if anybody."""
        token = request.cookies.get(self.cookie)
        return await self._accounts.session(token) if token else None

    def guard(self, handler: Handler, *roles: Role) -> Handler:
        """Let ``roles`` and administrators in; others are sent to sign in, or refused with 403."""
        allowed = {Role.ADMINISTRATOR, *roles}

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.session(request)
            if session is None:
                raise web.HTTPSeeOther("/staff/sign-in")
            if session.account.role not in allowed:
                raise web.HTTPForbidden(text="Your account has no access to this page.")
            request[SESSION] = session
            response = await handler(request)
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded

    def admit(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its session."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=self._seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def dismiss(self, response: web.StreamResponse) -> None:
        """Take the session's cookie away."""
        response.del_cookie(
            self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def form_token(self, request: web.Request) -> str:
        """The token that a form carries before anybody has signed in."""
        known = request.cookies.get(FORM_COOKIE, "")
        return known if len(known) == len(new_token()) else new_token()

    def remember_form(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser the same token, to be compared when the form comes back."""
        response.set_cookie(
            FORM_COOKIE,
            token,
            path="/staff",
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )

    def check_form(self, request: web.Request, sent: object) -> None:
        """Raise 403 unless a form's token is the one that this browser was given."""
        check_token(request.cookies.get(FORM_COOKIE, ""), sent)


def check_token(expected: str, sent: object) -> None:
    """Raise 403 unless both are the same text; the time it takes tells nothing."""
    given = sent if isinstance(sent, str) else ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise web.HTTPForbidden(
            text="This form has expired or came from elsewhere. Reload the page and try again."
        )
