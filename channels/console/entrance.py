"""The door of the consoles: cookies, form tokens, permissions, and tries counted."""

from __future__ import annotations

import hmac

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from channels.accounts.model import StaffSession
from channels.accounts.sessions import StaffSessions, Visitor
from channels.accounts.settings import StaffSettings
from channels.audit import Actor
from channels.console.permissions import Permission, may
from channels.identifiers import new_token
from channels.limits import Tries
from channels.peer import peer_address
from channels.settings import GatewaySettings

SESSION = web.RequestKey("staff_session", StaffSession)
ACTOR = web.RequestKey("staff_actor", Actor)
FORM_COOKIE = "advisor-form"
CSRF_FIELD, CSRF_HEADER = "csrf_token", "X-CSRF-Token"
SIGN_IN = "/console/sign-in"
PROFILE = "/console/profile"
READS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
PERMISSION = "permission"
"""The attribute of a guarded handler that names what it needs; a test reads it of every route."""


class Entrance:
    """Recognises members of staff and guards handlers by permission."""

    def __init__(
        self, sessions: StaffSessions, settings: GatewaySettings, staff: StaffSettings
    ) -> None:
        self._sessions = sessions
        self.secure = not settings.loopback
        """Whether cookies are for https only."""
        self._seconds = int(staff.session_hours * 3600)
        self._proxies = settings.trusted_proxies
        self._factor = staff.require_second_factor
        self.tries = Tries(staff.sign_in_tries, staff.sign_in_minutes * 60)

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers hold ``__Host-`` to https and to one host."""
        return "__Host-advisor" if self.secure else "advisor"

    async def session(self, request: web.Request, seen: bool = True) -> StaffSession | None:
        """Who is signed in, if anybody; with ``seen`` it counts as a sign of life."""
        token = request.cookies.get(self.cookie)
        return await self._sessions.find(token, seen) if token else None

    def guard(
        self, handler: Handler, permission: Permission, most_bytes: int | None = None
    ) -> Handler:
        """Let in who has ``permission``, and check the form token of whatever changes something.

        Strangers are sent to sign in (JSON: 401), others refused (403). The token comes as the
        form's ``csrf_token`` or as the header ``X-CSRF-Token``. The handler finds the session at
        ``request[SESSION]`` and who acts, for the audit log, at ``request[ACTOR]``. A body may
        have ``most_bytes``, by default what the gateway takes of any form.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.session(request)
            if session is None:
                if wants_json(request):
                    raise web.HTTPUnauthorized(text="Sign in again.")
                raise web.HTTPSeeOther(SIGN_IN)
            request[SESSION] = session
            if not may(session.account.role, permission):
                raise web.HTTPForbidden(text="Your account has no access to this page.")
            if permission is not Permission.OWN_ACCOUNT and self.lacks_factor(session):
                if wants_json(request):
                    raise web.HTTPForbidden(text="Set up your second factor first.")
                raise web.HTTPSeeOther(PROFILE)
            if most_bytes is not None:
                request = request.clone(client_max_size=most_bytes)
            if request.method not in READS:
                check_token(session.csrf_token, await _sent_token(request))
            account = session.account
            request[ACTOR] = Actor(account.name, account.id, self.visitor(request).address)
            response = await handler(request)
            if not response.prepared:
                response.headers["Cache-Control"] = "no-store"
            return response

        setattr(guarded, PERMISSION, permission)
        return guarded

    def lacks_factor(self, session: StaffSession) -> bool:
        """Whether somebody must set up a second factor before anything else."""
        return self._factor and not (session.second_factor or session.by_provider)

    def open(self, handler: Handler) -> Handler:
        """Declare that a page of the consoles is for those who have not signed in."""

        async def opened(request: web.Request) -> web.StreamResponse:
            return await handler(request)

        setattr(opened, PERMISSION, None)
        return opened

    def visitor(self, request: web.Request) -> Visitor:
        """Where a request comes from."""
        agent = request.headers.get(hdrs.USER_AGENT, "")
        return Visitor(peer_address(request, self._proxies)[:64], agent)

    def admit(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its session."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=self._seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def dismiss(self, response: web.StreamResponse) -> None:
        """Take the session's cookie away."""
        response.del_cookie(
            self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax"
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
            path="/console",
            secure=self.secure,
            httponly=True,
            samesite="Strict",
        )

    def check_form(self, request: web.Request, sent: object) -> None:
        """Raise 403 unless a form's token is the one that this browser was given."""
        check_token(request.cookies.get(FORM_COOKIE, ""), sent)


def wants_json(request: web.Request) -> bool:
    """Whether a program asks rather than a browser that opens a page."""
    accepted = request.headers.get(hdrs.ACCEPT, "")
    machine = "application/json" in accepted or "text/event-stream" in accepted
    return (machine and "text/html" not in accepted) or request.content_type == "application/json"


def check_token(expected: str, sent: object) -> None:
    """Raise 403 unless both are the same text; the time it takes tells nothing."""
    given = sent if isinstance(sent, str) else ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise web.HTTPForbidden(
            text="This form has expired or came from elsewhere. Reload the page and try again."
        )


async def _sent_token(request: web.Request) -> object:
    header = request.headers.get(CSRF_HEADER)
    if header is None and request.content_type in FORMS:
        return (await request.post()).get(CSRF_FIELD)
    return header
