"""Sends a caller the details of an answer as text messages, sources included."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from channels.delivery.channel import Channel
from channels.opting import OptOuts
from channels.outbox import Outbox
from channels.voice.told import Told

SENDER = "twilio"
"""The messaging channel whose number texts are sent from."""
MOBILE = re.compile(r"\+[1-9]\d{6,14}")
"""E.164; a number that is withheld comes as a word, twilio.com/docs/voice/twiml#anonymous."""
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8566696687", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED and their like, typed on a keypad, as Twilio gives them."""


class Texting:
    """The SMS number, where there is one."""

    def __init__(
        self, channel: Channel | None, outbox: Outbox, opt_outs: OptOuts, knock: Callable[[], None]
    ) -> None:
        """``channel`` is the messaging channel that texts are sent through; None: none are."""
        sender = str(getattr(channel.settings, "sender", "")) if channel else ""
        # WhatsApp takes free text only from who wrote there within a day.
        self._channel = None if sender.startswith("whatsapp:") else channel
        self._outbox = outbox
        self._opt_outs = opt_outs
        self._knock = knock

    async def reaches(self, caller: str) -> bool:
        """Whether texts can be sent to who calls, and are not unwanted.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        known = MOBILE.fullmatch(caller) is not None and caller not in WITHHELD
        if self._channel is None or not known:
            return False
        return not await self._opt_outs.has(SENDER, caller)

    async def send(self, told: Told, caller: str) -> None:
        """Put the replies in line for the caller's number, each once however often it is asked.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        if self._channel is None:
            return
        for entry in told.entries:
            # A number that is texted back would pick nothing: texts are another conversation.
            parts = self._channel.render(replace(entry.message, choices=()))
            now = datetime.now(UTC)
            await self._outbox.put(told.conversation, entry, parts, SENDER, caller, now)
        self._knock()
