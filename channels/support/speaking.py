"""A person speaks in a conversation: takes it over, writes to the student, hands it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from channels.answerer import Answerer
from channels.attachments import Stored, Upload, stored
from channels.carrier import Post
from channels.holds import Holds, Spoken
from channels.hub import Hub
from channels.model import Author, OutboundMessage
from channels.reaching import Reach, Reaching
from channels.schema import conversations
from channels.storage import Storage
from languages.speech import say, short, speaking


@dataclass(frozen=True, slots=True)
class Agent:
    """Who speaks: the account, and the name that the student is told."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a conversation is had."""

    channel: str
    address: str
    language: str | None
    reply_to: dict[str, Any] | None


class Speaking:
    """What people do in conversations.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        post: Post,
        hub: Hub,
        answerer: Answerer,
        institution: str,
        url: str,
        hold: timedelta,
    ) -> None:
        """``url`` is where students reach the gateway, without a trailing slash; ``hold`` is how
        long a conversation is a person's unless it is prolonged."""
        self._storage = storage
        self._holds = Holds(storage)
        self._post = post
        self._reaching = Reaching(storage, post)
        self._hub = hub
        self._answerer = answerer
        self._institution = institution
        self._url = url
        self._hold = hold

    async def reach(self, conversation: str) -> Reach | None:
        """Whether a person can write here; None when there is no such conversation."""
        return await self._reaching.of(conversation)

    async def take_over(self, conversation: str, agent: Agent) -> bool:
        """Speak instead of the assistant from now on; the student is told who it is.

        False when somebody else holds it, or there is none such.
        """
        place = await self._place(conversation)
        if place is None:
            return False
        with speaking(short(place.language)):
            text = say(
                "{name} from {institution} has joined. A person answers you from here on.",
                name=agent.name,
                institution=self._institution,
            )
        greeting = self._spoken(place, agent, text, "joined")
        until = datetime.now(UTC) + self._hold
        taken = await self._holds.take_over(conversation, agent.id, until, greeting)
        if taken:
            await self._tell(conversation)
        return taken

    async def prolong(self, conversation: str, agent: Agent) -> bool:
        """Go on holding a conversation; False when it is not theirs any more."""
        return await self._holds.prolong(conversation, agent.id, datetime.now(UTC) + self._hold)

    async def write(
        self, conversation: str, agent: Agent, text: str, files: Sequence[Upload] = ()
    ) -> bool:
        """Write to the student, with files; False when they do not hold the conversation."""
        place = await self._place(conversation)
        if place is None:
            return False
        spoken = self._spoken(place, agent, text, "text", stored(conversation, files))
        if await self._holds.write(conversation, agent.id, spoken) is None:
            return False
        await self.prolong(conversation, agent)
        await self._tell(conversation)
        return True

    async def hand_back(self, conversation: str, agent: Agent) -> bool:
        """Let the assistant answer again, and say so; False when it is not theirs."""
        place = await self._place(conversation)
        if place is None:
            return False
        with speaking(short(place.language)):
            text = say("{name} has left. The assistant answers you again.", name=agent.name)
        farewell = self._spoken(place, agent, text, "left")
        if not await self._holds.hand_back(conversation, agent.id, farewell):
            return False
        await self._tell(conversation)
        self._answerer.wake(conversation)
        return True

    async def _place(self, conversation: str) -> _Place | None:
        query = select(
            conversations.c.channel,
            conversations.c.address,
            conversations.c.language,
            conversations.c.reply_to,
        ).where(conversations.c.id == conversation)
        async with self._storage.reading() as db:
            row = (await db.execute(query)).first()
        return _Place(*row) if row else None

    def _spoken(
        self, place: _Place, agent: Agent, text: str, kind: str, files: tuple[Stored, ...] = ()
    ) -> Spoken:
        """As it is kept, and as a provider is sent it: no label there tells whose it is.

        Files stay here, and their addresses are sent.
        """
        enclosed = tuple(each.attachment for each in files)
        message = OutboundMessage(text, Author.PERSON, kind, name=agent.name, attachments=enclosed)
        carried = text
        if kind == "text":
            with speaking(short(place.language)):
                carried = say("{name} (a person): {text}", name=agent.name, text=text)
        addresses = [f"{each.name}: {self._url}{each.path}" for each in enclosed]
        carried = "\n\n".join([carried, *addresses])
        sent = replace(message, text=carried, reply_to=place.reply_to)
        return Spoken(message, self._post.parts(place.channel, [sent])[0], files)

    async def _tell(self, conversation: str) -> None:
        """Wake whoever shows the conversation and whoever sends."""
        query = select(conversations.c.last_seq).where(conversations.c.id == conversation)
        async with self._storage.reading() as db:
            last = (await db.execute(query)).scalar_one_or_none()
        self._hub.announce(conversation, last or 0)
        self._post.knock()
