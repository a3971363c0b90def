"""Who may, finds what is held of a student, takes it out, and erases it everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from colleague import colleague
from gateway_parts import MakeReception, settled
from loopback_bot import LoopbackBot, saying
from sqlalchemy import Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.model import Role
from channels.erasing import tables_naming
from channels.model import InboundMessage
from channels.schema import Moment, audit_log, erasures, metadata
from channels.transcript import Transcript
from knowledge_base.drafts.drafting import Drafting
from knowledge_base.drafts.proposal import Person
from knowledge_base.drafts.publishing import Publications
from knowledge_base.model import Document
from knowledge_base.schema import workspace
from knowledge_base.store import Entry

MARKER = "quartzella"
EDITOR = Person("a_1", "Ed Itor")
WHO = "quartzella@x.example"


@pytest.fixture
async def held(make_reception: MakeReception, transcript: Transcript, bot: LoopbackBot) -> str:
    """Words of one student who is marked, in the message, the reply and the address."""
    answer = {"type": "answer", "text": MARKER, "kind": "quote", "citations": []}
    bot.behaviour = saying({"custom": answer})
    message = InboundMessage(
        "email", f"{WHO} thread", f"<{MARKER}>", MARKER, reply_to={"subject": MARKER}
    )
    receipt = await make_reception().accept(message)
    await settled(transcript)
    return receipt.conversation


async def test_a_student_is_found_taken_out_and_erased(
    client: TestClient, held: str, engine: AsyncEngine, bot: LoopbackBot
) -> None:
    """The page finds every thread; what leaves and what goes stands in the audit log, by ids."""
    sara = await colleague(client, Role.SUPERVISOR, "Sara Supervisor")
    page = await (await sara.get("/privacy", params={"name": WHO})).text()
    assert held in page
    assert "messages 2" in page
    json = await (await sara.get("/privacy/student-data.json", params={"name": WHO})).json()
    assert json["conversations"][0]["messages"][1]["text"] == MARKER
    html = await (await sara.get("/privacy/student-data.html", params={"name": held})).text()
    assert html.count(f'<p class="words">{MARKER}</p>') == 2
    done = await sara.post("/privacy/erase", {"name": WHO})
    assert (done.status, bot.forgotten) == (303, [held])
    page = await (await sara.get("/privacy", params={"name": WHO})).text()
    assert "Nothing is held under this name" in page
    assert "forgotten" in page
    async with engine.connect() as db:
        rows = (await db.execute(select(audit_log).order_by(audit_log.c.id))).all()
    acts = [(row.action, row.subject) for row in rows if row.kind == "conversation"]
    assert acts == [("export", held), ("export", held), ("erase", held)]
    assert WHO not in str(rows)


async def test_what_is_not_held_is_said(client: TestClient) -> None:
    """Neither files nor an erasure of nobody."""
    sara = await colleague(client, Role.SUPERVISOR, "Sara Supervisor")
    assert (await sara.get("/privacy/student-data.json", params={"name": "nobody"})).status == 404
    assert (await sara.post("/privacy/erase", {"name": " "})).status == 303
    agent = await colleague(client, Role.AGENT, "Abe Agent")
    assert (await agent.get("/privacy")).status == 403


async def test_no_store_holds_a_marker_after_an_erasure(
    client: TestClient, held: str, engine: AsyncEngine, database_file: Path
) -> None:
    """It is planted in every column of text of every table that names a conversation; no row and no
    byte of the database's files has it afterwards."""
    planted = await plant(engine, held)
    await save_question(engine, f"  {MARKER} ?")
    assert await marked(engine, "kb_questions") and await marked(engine, "kb_proposals")
    assert {"messages", "turns", "deliveries", "outbox", "web_sessions", "notes"} <= planted
    assert {table for table in planted if await marked(engine, table)} >= {"messages", "notes"}
    await erase(client)
    for table in (*metadata.tables, *workspace.tables):
        assert not await marked(engine, table), table
    async with engine.connect() as db:
        (receipt,) = (await db.execute(select(erasures.c.erased))).scalars()
    assert (receipt["kb_questions"], receipt["kb_proposals"]) == (1, 1)
    async with engine.connect() as db:
        await db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = list(database_file.parent.glob(f"{database_file.name}*"))
    assert [file.name for file in files if MARKER.encode() in file.read_bytes()] == []


async def save_question(engine: AsyncEngine, question: str) -> None:
    """As staff do with what a student asked: in the saved set, and with a draft."""
    await Publications(engine).save_questions(EDITOR, [question])
    page = Document("new:page", "Payment", "page", "We take cards.")
    await Drafting(engine).begin(EDITOR, Entry(page), [question, "how much is it"])


async def test_what_another_student_asked_too_stays(
    client: TestClient,
    held: str,
    engine: AsyncEngine,
    make_reception: MakeReception,
    transcript: Transcript,
) -> None:
    """The words are nobody's own then."""
    await make_reception().accept(InboundMessage("sms", "+15550100", "d_2", MARKER))
    await settled(transcript)
    await save_question(engine, MARKER)
    await erase(client)
    assert await marked(engine, "kb_questions") and await marked(engine, "kb_proposals")


async def erase(client: TestClient) -> None:
    sara = await colleague(client, Role.SUPERVISOR, "Sara Supervisor")
    assert (await sara.post("/privacy/erase", {"name": WHO})).status == 303


async def marked(engine: AsyncEngine, table: str) -> bool:
    """Whether any column of any row holds the marker."""
    async with engine.connect() as db:
        rows = await db.execute(text(f'SELECT * FROM "{table}"'))
        return any(MARKER in str(row) for row in rows)


async def plant(engine: AsyncEngine, conversation: str) -> set[str]:
    """Put a marked row into every table that names a conversation; which those are."""
    async with engine.begin() as db:
        tables = await db.run_sync(tables_naming)
        known = {"conversations": conversation}
        for name in ("turns", "messages"):
            query = text(f"SELECT id FROM {name} WHERE conversation_id = '{conversation}'")
            known[name] = (await db.execute(query)).scalars().first()
        for name in reversed(tables):
            if (table := metadata.tables.get(name)) is not None:
                await db.execute(insert(table).values(marked_row(table, known)))
    return {name for name in tables if name in metadata.tables}


def marked_row(table: Table, known: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.c:
        target = next((key.column.table.name for key in column.foreign_keys), None)
        kind = column.type.python_type if not isinstance(column.type, Moment) else datetime
        if target or column.name == "conversation_id":
            row[column.name] = known.get(target or "conversations")
        elif column.autoincrement is True and column.primary_key:
            continue
        else:
            row[column.name] = {
                str: f"{MARKER} {table.name}",
                datetime: datetime.now(UTC),
                dict: {"said": [MARKER]},
                bytes: MARKER.encode(),
            }.get(kind, 7_000)
            if kind is bool:
                row[column.name] = True
    return row
