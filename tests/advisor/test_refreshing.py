"""The running assistant reads due sources again, in real processes that may be killed."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from web_site import Page, Site, serving

from advisor.refreshing import COMMAND, Refresher
from advisor.settings import load_settings

OLD, NEW = "The late fee is $40.", "The late fee is $45."
PATIENCE = 60


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A page that was imported with a schedule, and has changed since."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ADVISOR_SETTINGS", str(tmp_path / "none.toml"))
    monkeypatch.setenv("ADVISOR_KNOWLEDGE_BASE__IMPORT_FROM_PRIVATE_ADDRESSES", "true")
    async with serving() as site:
        site.everywhere = Page(f"<h1>Fees</h1><p>{OLD}</p>".encode())
        assert await advisor("import", f"{site.url}/fees", "--every", "1d") == 0
        site.everywhere.body = f"<h1>Fees</h1><p>{NEW}</p>".encode()
        site.asked.clear()
        yield site


async def start(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "advisor", *words)


async def advisor(*words: str) -> int:
    return await (await start(*words)).wait()


def state(*parts: str) -> Path:
    return Path(os.environ["ADVISOR_STATE"], *parts)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def database(statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(state("advisor.sqlite"), timeout=30)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


def let_time_pass() -> None:
    database("UPDATE kb_sources SET due_at = '2020-01-01 00:00:00.000000'")


def content() -> str:
    return str(database("SELECT text FROM kb_documents"))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  # What another process does sets no event here.
            await asyncio.sleep(0.05)


async def test_the_running_assistant_reads_what_is_due(site: Site) -> None:
    """Only then, and the change waits for somebody to publish it."""
    said: list[str] = []
    refresher = asyncio.create_task(Refresher(load_settings(), said.append, look=0.1).run())
    try:
        await asyncio.sleep(1)
        assert site.asked == []
        let_time_pass()
        await until(lambda: NEW in content())
    finally:
        refresher.cancel()
        await asyncio.wait([refresher])
    assert site.asked == ["/fees"]
    assert said == []
    assert not state("editions").exists()


async def test_a_source_that_fails_is_said_and_keeps_its_content(site: Site) -> None:
    """The list names the error; nobody sees a stack trace."""
    site.everywhere.status = 503
    said: list[str] = []
    refresher = asyncio.create_task(Refresher(load_settings(), said.append, look=0.1).run())
    try:
        let_time_pass()
        await until(lambda: bool(said))
    finally:
        refresher.cancel()
        await asyncio.wait([refresher])
    assert "a source could not be read again" in said[0]
    assert OLD in content()
    ((error, failures),) = database("SELECT last_error, failures FROM kb_sources")
    assert "status 503" in str(error)
    assert failures == 1
    log = read(state("logs", "sources.log"))
    assert "status 503" in log
    assert "Traceback" not in log


async def test_a_reading_that_is_killed_changes_nothing_and_is_taken_up(site: Site) -> None:
    """`kill -9` in the middle: the old content stays, nobody else reads it meanwhile, and once its
    lease has run out it is read.
    """
    let_time_pass()
    site.everywhere.seconds = 5
    reading = await start(*COMMAND[3:])
    await until(lambda: bool(site.asked))
    reading.kill()
    await reading.wait()
    site.everywhere.seconds = 0
    assert OLD in content()
    assert await advisor(*COMMAND[3:]) == 0
    assert site.asked == ["/fees"]
    let_time_pass()
    assert await advisor(*COMMAND[3:]) == 0
    assert NEW in content()
    assert database("SELECT failures, last_error FROM kb_sources") == [(0, None)]


async def test_of_two_processes_one_reads(site: Site) -> None:
    """As when several machines run the assistant on one database."""
    let_time_pass()
    site.everywhere.seconds = 1
    codes = await asyncio.gather(*(advisor(*COMMAND[3:]) for _ in range(2)))
    assert codes == [0, 0]
    assert site.asked == ["/fees"]


async def test_what_is_read_is_published_where_that_is_set(
    site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A source that did not change publishes nothing; one that did is live at once."""
    monkeypatch.setenv("ADVISOR_KNOWLEDGE_BASE__PUBLISH_REFRESHED", "true")
    site.everywhere.body = f"<h1>Fees</h1><p>{OLD}</p>".encode()
    let_time_pass()
    assert await advisor(*COMMAND[3:]) == 0
    assert "published" not in capfd.readouterr().out
    site.everywhere.body = f"<h1>Fees</h1><p>{NEW}</p>".encode()
    let_time_pass()
    assert await advisor(*COMMAND[3:]) == 0
    assert "published edition" in capfd.readouterr().out
    assert await advisor("ask", "How much is the late fee?", "--json") == 0
    assert "$45" in json.loads(capfd.readouterr().out)["text"]
