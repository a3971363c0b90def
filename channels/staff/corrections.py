"""Takes back what conversations were told, once in each: queued by a person, then said and sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from channels.audit import Actor, record
from channels.carrier import Post
from channels.hub import Hub
from channels.identifiers import new_id
from channels.model import CORRECTION, Author, OutboundMessage
from channels.parts import PartStatus, enqueue
from channels.reaching import WEB, Reach, Reaching
from channels.records import Receipt
from channels.rows import raise_watermark, write_message
from channels.schema import conversations, corrections, outbox
from channels.staff.recorded import AskedOnce
from channels.storage import Storage
from knowledge_base.model import Citation
from languages.speech import short, speaking

LOOK_SECONDS = 5.0
"""Between looks for corrections that another gateway has queued, or this one before it ended."""
AT_ONCE = 50
"""Corrections that are read at once; each is written in a transaction of its own."""
TOLD_CHARACTERS = 200
MOST_PARTS = 4
"""Messages that a provider is sent of one correction: it is a few sentences."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be said of a document: in place of what, in which words, with which source."""

    document_id: str
    told: str
    """What was told, such as `$1,140`."""
    texts: Mapping[str, str]
    """By language the words that a person has confirmed; under "" those for every other."""
    citation: Citation

    def text(self, language: str | None) -> str:
        """The words for a conversation in a language."""
        return self.texts.get(short(language) or "") or self.texts[""]


@dataclass(frozen=True, slots=True)
class Queued:
    """One correction and how far it has come.

    `state` is `queued`, `in the chat`, `on its way`, `sent`, `uncertain`, `unreachable` or, when
    the record of its sending was cleared, `said`; `reason` says why it did not arrive.
    """

    conversation: str
    channel: str
    told: str
    text: str
    by: str
    queued_at: datetime
    state: str
    reason: str


class Corrections:
    """The line of corrections in the database, which several gateways may work on."""

    def __init__(self, storage: Storage, *, post: Post, hub: Hub) -> None:
        self.reaching = Reaching(storage, post)
        self._storage = storage
        self._post = post
        self._hub = hub
        self._knocked = asyncio.Event()

    async def languages(self, wanted: Sequence[str]) -> dict[str, str]:
        """The language that each of some conversations was last had in, where that is known."""
        query = select(conversations.c.id, conversations.c.language)
        query = query.where(conversations.c.id.in_(wanted), conversations.c.language.is_not(None))
        async with self._storage.reading() as db:
            return {row.id: short(row.language) or "" for row in await db.execute(query)}

    async def queue(
        self, actor: Actor, wanted: Wanted, relied: Sequence[AskedOnce]
    ) -> tuple[int, int]:
        """Put one in line for each conversation that was told; how many, and how many had one.

        Of several answers in a conversation the newest counts.
        """
        newest: dict[str, AskedOnce] = {}
        for each in sorted(relied, key=lambda one: one.at):
            newest[each.conversation] = each
        languages = await self.languages(list(newest))
        made = 0
        for conversation, answer in newest.items():
            text = wanted.text(languages.get(conversation))
            made += await self._put(actor, wanted, answer, text)
        async with self._storage.writing() as db:
            await record(
                db,
                actor,
                "correct",
                "content",
                wanted.document_id[:400],
                {"conversations": made, "told": wanted.told, "had": len(newest) - made},
            )
        self._knocked.set()
        return made, len(newest) - made

    async def _put(self, actor: Actor, wanted: Wanted, answer: AskedOnce, text: str) -> bool:
        key, mine = told_key(wanted.told), corrections.c.conversation_id == answer.conversation
        had = select(corrections.c.id).where(
            mine,
            corrections.c.document_id == wanted.document_id,
            corrections.c.told == key,
            corrections.c.queued_at >= answer.at,
        )
        try:
            async with self._storage.writing() as db:
                if (await db.execute(had)).first():
                    return False
                await db.execute(
                    insert(corrections).values(
                        id=new_id("x"),
                        conversation_id=answer.conversation,
                        answer_id=answer.message,
                        told=key,
                        document_id=wanted.document_id,
                        text=text,
                        citation=wanted.citation.to_wire(),
                        by=actor.name,
                        queued_at=await self._storage.now(db),
                    )
                )
        except IntegrityError:
            return False  # A colleague was faster, or the conversation was erased.
        return True

    async def of(self, document_id: str, most: int = 200) -> list[Queued]:
        """What was queued of a document, the newest first, and how far each has come."""
        place, part = conversations.c, outbox.c
        # By the conversation too, of which parts have an index.
        its = and_(
            part.conversation_id == corrections.c.conversation_id,
            part.message_id == corrections.c.message_id,
        )
        query = (
            select(corrections, place.channel, part.status, part.reason.label("why"))
            .join(conversations, place.id == corrections.c.conversation_id)
            .outerjoin(outbox, its)
            .where(corrections.c.document_id == document_id)
            .order_by(corrections.c.queued_at.desc(), corrections.c.id)
        )
        found: dict[str, list[Row[Any]]] = {}
        async with self._storage.reading() as db:
            for row in await db.execute(query.limit(most * MOST_PARTS)):
                found.setdefault(row.id, []).append(row)
        return [_queued(rows) for rows in found.values()][:most]

    async def run(self) -> None:
        """Say what is queued, until cancelled; a database that fails is asked again."""
        while True:
            self._knocked.clear()
            try:
                while await self.round():
                    pass
            except SQLAlchemyError as error:
                log.error("corrections_unusable", error=type(error).__name__)
            try:
                await asyncio.wait_for(self._knocked.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def round(self) -> int:
        """Say some of what is queued, or note why it cannot be; how many those were."""
        query = select(corrections).where(corrections.c.ended_at.is_(None))
        async with self._storage.reading() as db:
            rows = (await db.execute(query.order_by(corrections.c.queued_at).limit(AT_ONCE))).all()
        reaches = await self.reaching.of_each([row.conversation_id for row in rows])
        for row in rows:
            reach = reaches.get(row.conversation_id)
            if reach is Reach.OPEN:
                await self._say(row)
            elif reach is not None:
                await self._give_up(row, reach)
        return len(rows)

    async def _say(self, row: Row[Any]) -> None:
        """Write it at the end of the conversation and put it in line, once whoever else tries."""
        place = await self._place(row.conversation_id)
        if place is None:
            return
        message, told = _message(row), Receipt(row.conversation_id, "", new_id("m"), 0)
        with speaking(short(place.language)):
            sent = replace(message, reply_to=place.reply_to)
            (parts,) = self._post.parts(place.channel, [sent])
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            claimed = await db.execute(
                update(corrections)
                .where(corrections.c.id == row.id, corrections.c.ended_at.is_(None))
                .values(ended_at=now, message_id=told.message_id)
            )
            if not claimed.rowcount:
                return  # Another gateway was faster, or the conversation was erased.
            seq = await raise_watermark(db, row.conversation_id, 1, now)
            assert seq is not None
            await write_message(db, message, replace(told, seq=seq), now)
            await enqueue(db, row.conversation_id, told.message_id, seq, parts, now)
        self._hub.announce(row.conversation_id, seq)
        self._post.knock()

    async def _place(self, conversation: str) -> Row[Any] | None:
        query = select(conversations).where(conversations.c.id == conversation)
        async with self._storage.reading() as db:
            return (await db.execute(query)).first()

    async def _give_up(self, row: Row[Any], reach: Reach) -> None:
        async with self._storage.writing() as db:
            await db.execute(
                update(corrections)
                .where(corrections.c.id == row.id, corrections.c.ended_at.is_(None))
                .values(ended_at=await self._storage.now(db), reason=reach.value)
            )


def told_key(told: str) -> str:
    """What was told without the signs that two people may write differently."""
    return "".join(sign for sign in told.casefold() if sign.isalnum())[:TOLD_CHARACTERS]


def _message(row: Row[Any]) -> OutboundMessage:
    answer = {"type": "answer", "kind": CORRECTION, "text": row.text, "citations": [row.citation]}
    return OutboundMessage(row.text, Author.SYSTEM, CORRECTION, answer=answer)


def _queued(rows: Sequence[Row[Any]]) -> Queued:
    one = rows[0]
    statuses = {row.status: row.why or "" for row in rows if row.status}
    return Queued(
        one.conversation_id,
        one.channel,
        one.told,
        one.text,
        one.by,
        one.queued_at,
        _state(one, set(statuses)),
        one.reason or statuses.get(PartStatus.DEAD, ""),
    )


def _state(one: Row[Any], statuses: set[str]) -> str:
    if one.reason or statuses & {PartStatus.DEAD, PartStatus.WITHDRAWN}:
        return "unreachable"
    if one.ended_at is None:
        return "queued"
    if PartStatus.UNCERTAIN in statuses:
        return "uncertain"
    if statuses & {PartStatus.WAITING, PartStatus.SENDING}:
        return "on its way"
    if not statuses:
        return "in the chat" if one.channel == WEB else "said"
    return "sent"
