"""Who is chatting: a secret that the gateway gives a browser, stored as a hash, bound to a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.identifiers import new_id, new_token, token_hash
from channels.limits import Buckets
from channels.peer import peer_address
from channels.schema import web_sessions
from channels.settings import GatewaySettings
from channels.transcript import Transcript
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

    def __init__(self, engine: AsyncEngine, transcript: Transcript, days: int) -> None:
        """``days`` without a visit end a session."""
        self._engine = engine
        self._transcript = transcript
        self._lifetime = timedelta(days=days)

    async def issue(self, origin: str) -> tuple[str, str]:
        """A new session for a site: the token, and the id of its conversation."""
        token, address, now = new_token(), new_id("w"), datetime.now(UTC)
        conversation = await self._transcript.open(CHANNEL, address)
        async with self._engine.begin() as db:
            await db.execute(
                insert(web_sessions).values(
                    token_hash=token_hash(token),
                    origin=origin,
                    address=address,
                    conversation_id=conversation,
                    created_at=now,
                    seen_at=now,
                )
            )
        return token, conversation

    async def verify(self, token: str, origin: str) -> WebSession | None:
        """The session of a token, unless it is unknown, too old, or of another site."""
        now = datetime.now(UTC)
        mine = web_sessions.c.token_hash == token_hash(token)
        fresh = mine & (web_sessions.c.origin == origin)
        fresh &= web_sessions.c.seen_at > now - self._lifetime
        async with self._engine.connect() as db:
            row = (await db.execute(select(web_sessions).where(fresh))).first()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            async with self._engine.begin() as db:
                await db.execute(update(web_sessions).where(mine).values(seen_at=now))
        return WebSession(row.address, row.conversation_id)


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
