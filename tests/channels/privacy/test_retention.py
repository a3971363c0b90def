"""What was kept for long enough goes: once a day, by one gateway, and never more than that."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway_parts import settled
from loopback_bot import LoopbackBot
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.erasing import Eraser
from channels.model import InboundMessage
from channels.privacy import retention
from channels.privacy.retention import Retention
from channels.privacy.settings import PrivacySettings
from channels.schema import clearings, conversations, deliveries, erasures, messages, turns
from channels.storage import Storage


@pytest.fixture
async def said(either_engine: AsyncEngine, brain: RasaBrain, make_gateway: Any) -> AsyncEngine:
    """Two conversations: one of today, one of four hundred days ago."""
    gateway = make_gateway()
    for name in ("new", "old"):
        await gateway.reception.accept(
            InboundMessage("sms", name, f"d-{name}", "hello", reply_to={"subject": "Re: hello"})
        )
    await settled(gateway.transcript)
    async with either_engine.begin() as db:
        long_ago = datetime.now(UTC) - timedelta(days=400)
        old = conversations.c.address == "old"
        await db.execute(update(conversations).where(old).values(updated_at=long_ago))
        delivered = deliveries.c.delivery_id == "d-old"
        await db.execute(update(deliveries).where(delivered).values(at=long_ago))
    return either_engine


def clearing(
    engine: AsyncEngine, brain: RasaBrain, logs: Path | None = None, **days: int
) -> Retention:
    storage = Storage(engine)
    return Retention(storage, PrivacySettings(**days), Eraser(storage, brain))


async def addresses(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as db:
        query = select(conversations.c.address).order_by(conversations.c.updated_at)
        return list((await db.execute(query)).scalars())


async def test_old_conversations_go_everywhere(
    said: AsyncEngine, brain: RasaBrain, bot: LoopbackBot
) -> None:
    """With a receipt, at the bot too; those in which something was said lately stay."""
    cleared = await clearing(said, brain).clear()
    assert (cleared["transcripts"], cleared["contacts"]) == (1, 0)
    assert await addresses(said) == ["new"]
    assert len(bot.forgotten) == 1
    async with said.connect() as db:
        assert (await db.execute(select(erasures.c.bot_at))).scalar_one() is not None


async def test_a_dry_run_counts_and_changes_nothing(said: AsyncEngine, brain: RasaBrain) -> None:
    """It says just what a run then does."""
    would = await clearing(said, brain, keep_contacts_days=0).clear(dry_run=True)
    assert await addresses(said) == ["old", "new"]
    assert would["deliveries"] == 1
    did = await clearing(said, brain, keep_contacts_days=0).clear()
    # The delivery went with its conversation.
    assert did == would | {"deliveries": 0}


async def test_contacts_go_before_words(said: AsyncEngine, brain: RasaBrain) -> None:
    """The words stay, of nobody; zero days keep for good."""
    kept = await clearing(said, brain, keep_transcripts_days=0, keep_contacts_days=0).clear()
    assert (kept["transcripts"], kept["contacts"]) == (0, 0)
    cleared = await clearing(said, brain, keep_transcripts_days=0).clear()
    assert cleared["contacts"] == 1
    nobody, new = await addresses(said)
    assert nobody.startswith(retention.NOBODY)
    assert new == "new"
    async with said.connect() as db:
        query = select(messages.c.delivery_id, conversations.c.reply_to).join(conversations)
        rows = (await db.execute(query.where(conversations.c.address == nobody))).all()
    assert len(rows) == 2
    assert set(rows) == {(None, None)}
    assert (await clearing(said, brain, keep_transcripts_days=0).clear())["contacts"] == 0


async def test_what_waits_for_an_answer_stays(said: AsyncEngine, brain: RasaBrain) -> None:
    """However long ago it was asked."""
    async with said.begin() as db:
        await db.execute(update(turns).values(status="accepted"))
    cleared = await clearing(said, brain).clear()
    assert (cleared["transcripts"], cleared["contacts"]) == (0, 0)


async def test_one_gateway_clears_a_day(said: AsyncEngine, brain: RasaBrain) -> None:
    """The first that comes; another takes up what was begun and never ended."""
    first, second = clearing(said, brain), clearing(said, brain)
    assert (await first.clear_today() or {})["transcripts"] == 1
    assert await second.clear_today() is None
    async with said.begin() as db:
        row = (await db.execute(select(clearings))).one()
        assert row.removed["transcripts"] == 1
        await db.execute(update(clearings).values(ended_at=None))
    assert await second.clear_today() is None
    async with said.begin() as db:
        died = datetime.now(UTC) - retention.GIVEN_UP - timedelta(minutes=1)
        await db.execute(update(clearings).values(started_at=died))
    assert await second.clear_today() is not None


async def test_receipts_go_in_the_end(said: AsyncEngine, brain: RasaBrain) -> None:
    """Unless the bot has not been told yet."""
    long_ago = datetime.now(UTC) - timedelta(days=2000)
    row = {"conversation_id": "c", "erased": {}, "at": long_ago}
    async with said.begin() as db:
        await db.execute(insert(erasures).values(id="e_1", bot_at=long_ago, **row))
        await db.execute(insert(erasures).values(id="e_2", **row))
        await db.execute(insert(clearings).values(day="2020-01-01", started_at=long_ago))
    assert (await clearing(said, brain, keep_transcripts_days=0).clear())["audit"] == 2


def test_rotated_logs_go(tmp_path: Path, storage: Storage, brain: RasaBrain) -> None:
    """The log that is written stays, and what is young."""
    long_ago = (datetime.now(UTC) - timedelta(days=40)).timestamp()
    for name, old in {"bot.log": 1, "bot.log.1": 0, "bot.log.2.gz": 1, "notes.txt": 1}.items():
        (tmp_path / name).write_text("x")
        if old:
            os.utime(tmp_path / name, (long_ago, long_ago))
    clears = Retention(storage, PrivacySettings(), Eraser(storage, brain), logs=tmp_path)
    assert clears._old_logs(datetime.now(UTC), dry_run=False) == 1
    assert {path.name for path in tmp_path.iterdir()} >= {"bot.log", "bot.log.1", "notes.txt"}
    assert not (tmp_path / "bot.log.2.gz").exists()
