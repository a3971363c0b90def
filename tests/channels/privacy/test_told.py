"""Nothing after the door sees what was removed, and the student is told what is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from gateway_parts import MakeReception, settled
from loopback_bot import LoopbackBot
from sqlalchemy.ext.asyncio import AsyncEngine

from advisor.sample import POLICIES
from channels.model import Author, InboundMessage, OutboundMessage
from channels.privacy.settings import PrivacySettings
from channels.privacy.telling import Teller
from channels.records import PendingTurn
from channels.schema import metadata
from channels.settings import InstitutionSettings
from channels.transcript import Transcript
from languages.speech import speaking

SECRET = "123-45-6789"
ANSWER = OutboundMessage("It costs $650.")


def teller(**settings: object) -> Teller:
    return Teller(PrivacySettings(**settings), InstitutionSettings(name="Harbor College"))


def turn(text: str, channel: str = "sms", first: bool = False) -> PendingTurn:
    return PendingTurn("t", "c", text, None, datetime.now(UTC), channel=channel, first=first)


async def test_nothing_after_the_door_sees_it(
    make_reception: MakeReception,
    bot: LoopbackBot,
    transcript: Transcript,
    engine: AsyncEngine,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither the database, nor the bot, nor a log, nor what the reply is sent with."""
    long = f"{'what else, ' * 60}my ssn is {SECRET}"
    for number, text in enumerate((f"my ssn is {SECRET}, can I apply?", long)):
        message = InboundMessage(
            "email", "ana", f"d_{number}", text, reply_to={"subject": f"Re: {SECRET}", "id": "7"}
        )
        await make_reception().accept(message)
    await settled(transcript)
    assert len(bot.asked) == 2
    assert SECRET not in str(bot.asked)
    assert "[social security number removed], can I apply?" in str(bot.asked)
    async with engine.connect() as db:
        for table in metadata.sorted_tables:
            rows = (await db.execute(table.select())).all()
            assert SECRET not in str(rows), table.name
            if table.name == "conversations":
                assert rows[0].reply_to["id"] == "7"
    assert SECRET not in "".join(capfd.readouterr())


def test_the_student_is_told_what_was_removed() -> None:
    """First and kindly, each kind once, in the language that is spoken."""
    said = "[password removed] and [card number removed], [password removed]"
    with speaking("es"):
        told = teller().told(turn(said), (ANSWER,))
    assert told[1:] == (ANSWER,)
    assert told[0].author is Author.SYSTEM
    assert "quité una contraseña y un número de tarjeta de" in told[0].text
    assert teller().told(turn("how much is it"), (ANSWER,)) == (ANSWER,)


def test_the_first_reply_says_what_is_kept() -> None:
    """Once, and not where the channel shows it by itself."""
    [first] = teller(keep_transcripts_days=90, minimum_age=16).told(
        turn("hi", first=True), (ANSWER,)
    )
    assert first.text.startswith("It costs $650.\n\nStaff at Harbor College can read")
    for words in ("kept for 90 days", "under 16", "advising@"):
        assert words in first.text
    for settled_already in (turn("hi"), turn("hi", "web", first=True), turn("hi", "voice", True)):
        assert teller().told(settled_already, (ANSWER,)) == (ANSWER,)


def test_an_operator_words_the_notice_by_settings() -> None:
    """What is not set is not said; without the notice nothing is."""
    quiet = teller(keep_transcripts_days=0, minimum_age=0, policy_url="https://x.example/privacy")
    assert quiet.terms() == "Privacy policy: https://x.example/privacy"
    assert teller(notice=False).terms() == teller(notice=False).notice() == ""


def test_the_sample_institution_s_page_agrees_with_what_is_kept() -> None:
    """Its privacy page names the days after which conversations are erased by default."""
    page = (POLICIES / "chat-privacy.md").read_text(encoding="utf-8")
    assert f"deleted {PrivacySettings().keep_transcripts_days} days after the last message" in page
