"""Erasing a conversation: nothing is left in any store, and the receipt says what was erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from gateway_parts import Chat, MakeReception, frames_until, settled, until, until_asked
from loopback_bot import LoopbackBot, saying, waiting_for
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels import erasing
from channels.brain import RasaBrain
from channels.erasing import Eraser
from channels.model import InboundMessage
from channels.schema import conversations, erasures, metadata
from channels.storage import Storage
from channels.transcript import Transcript

OpenChat = Callable[[TestClient], Awaitable[Chat]]
MARKER = "quartzella"


def said(message: str, number: int = 1) -> dict[str, Any]:
    return {"type": "message", "id": f"id-{number}", "text": message}


async def erased(tab: Any) -> dict[str, Any]:
    await tab.send_json({"type": "erase"})
    while (frame := await tab.receive_json())["type"] != "erased":
        pass
    return dict(frame)


async def test_nothing_of_an_erased_conversation_is_left(
    client: TestClient,
    open_chat: OpenChat,
    bot: LoopbackBot,
    engine: AsyncEngine,
    database_file: Path,
) -> None:
    """No row names it, no byte of the database's files holds its words, and the bot was told."""
    kept = await (await open_chat(client)).connect()
    await kept.send_json(said("of somebody else"))
    await frames_until(kept, 2)
    answer = {"type": "answer", "text": MARKER, "kind": "quote", "citations": []}
    bot.behaviour = saying({"custom": answer})
    tab = await (await open_chat(client)).connect()
    conversation = (await tab.receive_json())["conversation"]
    for number in (1, 2):
        await tab.send_json(said(f"my name is {MARKER} {number}", number))
    await frames_until(tab, 4)
    receipt = await erased(tab)
    assert (receipt["messages"], receipt["forgotten"]) == (4, True)
    assert bot.forgotten == [conversation]

    async with engine.connect() as db:
        for table in metadata.sorted_tables:
            rows = (await db.execute(select(table))).all()
            named = [row for row in rows if conversation in map(str, row)]
            assert len(named) == (1 if table is erasures else 0), table.name
        assert len((await db.execute(select(conversations))).all()) == 1
        row = (await db.execute(select(erasures))).one()
    assert (row.id, row.erased["messages"], row.erased["turns"]) == (receipt["receipt"], 4, 2)
    assert row.bot_at is not None
    files = list(database_file.parent.glob(f"{database_file.name}*"))
    assert [file for file in files if MARKER.encode() in file.read_bytes()] == []


async def test_every_tab_of_it_is_told(client: TestClient, open_chat: OpenChat) -> None:
    """The tab that asked gets the receipt, the others that their session is over."""
    chat = await open_chat(client)
    tab, second = await chat.connect(), await chat.connect()
    assert (await second.receive_json())["type"] == "ready"
    await erased(tab)
    assert (await second.receive_json())["code"] == "session"
    late = await chat.connect()
    assert (await late.receive_json())["code"] == "session"


async def test_a_turn_under_way_leaves_nothing_behind(
    client: TestClient,
    open_chat: OpenChat,
    bot: LoopbackBot,
    engine: AsyncEngine,
    transcript: Transcript,
) -> None:
    """Its reply finds the conversation gone."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("hello"))
    await until(lambda: bot.asked)
    await erased(tab)
    release.set()
    await settled(transcript)
    async with engine.connect() as db:
        for table in ("messages", "turns", "deliveries", "conversations", "web_sessions"):
            assert (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0


async def test_a_bot_that_was_away_is_told_later(
    transcript: Transcript,
    make_reception: MakeReception,
    bot: LoopbackBot,
    brain: RasaBrain,
    storage: Storage,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The receipt says that the bot has not forgotten yet; after a restart it is told."""
    monkeypatch.setattr(erasing, "AGAIN_SECONDS", 0.01)
    receipt = await make_reception().accept(InboundMessage("web", "w_1", "d_1", "hello"))
    await settled(transcript)
    await bot.stop()
    told = await Eraser(storage, brain).erase(receipt.conversation)
    assert told.bot_at is None
    again = asyncio.create_task(Eraser(storage, brain).run())
    await bot.start()

    async def confirmed() -> bool:
        async with engine.connect() as db:
            return (await db.execute(select(erasures.c.bot_at))).scalar_one() is not None

    await until_asked(confirmed)
    again.cancel()
    assert bot.forgotten == [receipt.conversation]
