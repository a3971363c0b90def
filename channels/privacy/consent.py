"""Asks a student to agree before anything they write is kept, where the institution wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from channels.model import InboundMessage
from channels.privacy.settings import PrivacySettings
from channels.rows import conversation_of
from channels.schema import consents, conversations
from channels.storage import Rank, Storage

ASK = "/ask_consent"
"""The command of a message whose words were not kept; the gateway answers it, not the bot."""
AGREE = "/give_consent"
"""The command of whoever agrees; only who was asked can send it."""
NOT_KEPT = "[not kept: no consent yet]"
"""What stands instead of the words; the same in every language, as staff read it."""
UNASKED = frozenset({"voice"})
"""A call says at its beginning what is kept; who goes on agrees, who hangs up is not kept."""


class Consents:
    """Who has agreed to which version of the institution's words.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage, settings: PrivacySettings) -> None:
        self._storage = storage
        self._version = settings.consent_version

    async def admitted(self, inbound: InboundMessage) -> InboundMessage:
        """The message of who has agreed, or does by it; else one that asks, without their words."""
        if inbound.channel in UNASKED or await self._at(inbound) is not None:
            return inbound
        if inbound.payload == AGREE:
            await self._give(inbound)
            return inbound
        place = inbound.reply_to
        if place and "subject" in place:
            place = {**place, "subject": ""}
        return replace(inbound, text=NOT_KEPT, payload=ASK, page_program=None, reply_to=place)

    async def _at(self, inbound: InboundMessage) -> datetime | None:
        """When whoever writes agreed to the version in force; None if they did not."""
        query = (
            select(consents.c.at)
            .join(conversations, conversations.c.id == consents.c.conversation_id)
            .where(
                conversations.c.channel == inbound.channel,
                conversations.c.address == inbound.address,
                consents.c.version == self._version,
            )
        )
        async with self._storage.reading() as db:
            at: datetime | None = (await db.execute(query)).scalar_one_or_none()
            return at

    async def _give(self, inbound: InboundMessage) -> None:
        try:
            async with self._storage.writing(Rank.BRINGING) as db:
                now = await self._storage.now(db)
                mine = await conversation_of(db, inbound.channel, inbound.address, now)
                row = {"conversation_id": mine, "version": self._version, "at": now}
                await db.execute(insert(consents).values(row))
        except IntegrityError:
            return  # They tapped twice.
