"""Who is chatting: a secret that the gateway gives a browser, stored as a hash, bound to a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from channels.identifiers import new_id, new_token, token_hash
from channels.limits import Buckets
from channels.peer import peer_address
from channels.rows import conversation_of
from channels.schema import web_sessions
from channels.settings import GatewaySettings
from channels.storage import Rank, Storage
from channels.web.origins import Origins, origin_refused, refusal

CHANNEL = "web"
SEEN_EVERY = timedelta(hours=1)
"""A visit is written down this often, so that a thousand tabs coming back write nothing."""


@dataclass(frozen=True, slots=True)
class WebSession:
    """A verified chat session; ``address`` is what Reception knows the student by."""

    address: str
    conversation: str


class WebSessions:
    """Gives out chat sessions and recognises them again."""

    def __init__(self, storage: Storage, days: int) -> None:
        """``days`` without a visit end a session."""
        self._storage = storage
        self._lifetime = timedelta(days=days)

    async def issue(self, origin: str) -> tuple[str, str]:
        """A new session for a site: the token, and the id of its conversation."""
        token, address, now = new_token(), new_id("w"), datetime.now(UTC)
        async with self._storage.writing(Rank.BRINGING) as db:
            conversation = await conversation_of(db, CHANNEL, address, now)
            await db.execute(
                _ISSUED,
                {
                    "token_hash": token_hash(token),
                    "origin": origin,
                    "address": address,
                    "conversation_id": conversation,
                    "created_at": now,
                    "seen_at": now,
                },
            )
        return token, conversation

    async def verify(self, token: str, origin: str) -> WebSession | None:
        """The session of a token, unless it is unknown, too old, or of another site."""
        now = datetime.now(UTC)
        mine = {"mine": token_hash(token)}
        asked = mine | {"site": origin, "since": now - self._lifetime}
        async with self._storage.reading() as db:
            row = (await db.execute(_FRESH, asked)).first()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            async with self._storage.writing() as db:
                await db.execute(_SEEN, mine | {"seen_at": now})
        return WebSession(row.address, row.conversation_id)


_ISSUED = insert(web_sessions)
_SEEN = update(web_sessions).where(web_sessions.c.token_hash == bindparam("mine"))
_FRESH = select(web_sessions).where(
    web_sessions.c.token_hash == bindparam("mine"),
    web_sessions.c.origin == bindparam("site"),
    web_sessions.c.seen_at > bindparam("since"),
)


class SessionDoor:
    """``POST /chat/session`` and its CORS preflight, for sites on the allow-list only."""

    def __init__(self, sessions: WebSessions, settings: GatewaySettings) -> None:
        self._sessions = sessions
        self._origins = Origins(settings)
        self._proxies = settings.trusted_proxies
        self._openings = Buckets(settings.new_sessions_burst, settings.new_sessions_per_minute)

    def routes(self) -> list[web.RouteDef]:
        """Both routes."""
        return [
            web.post("/chat/session", self.open),
            web.options("/chat/session", self._origins.preflight),
        ]

    async def open(self, request: web.Request) -> web.Response:
        """A new token and conversation as JSON; 403, 429 or 503 with ``error`` and ``text``."""
        headers = self._origins.cors(request)
        if not headers:
            return origin_refused()
        if not self._openings.take(peer_address(request, self._proxies)):
            slow = "Too many chats were opened from this network; try again in a minute."
            return refusal(429, "too_fast", slow, headers | {"Retry-After": "60"})
        try:
            token, conversation = await self._sessions.issue(request.headers["Origin"])
        except SQLAlchemyError:
            later = "The assistant cannot take messages now; try again in a minute."
            return refusal(503, "unavailable", later, headers | {"Retry-After": "10"})
        return web.json_response({"token": token, "conversation": conversation}, headers=headers)
