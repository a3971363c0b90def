"""`advisor privacy`: what is held of a student is given out, erased, and cleared when it is old."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app
from advisor.migration import migrate
from advisor.settings import load_settings
from advisor.wiring import database
from channels.model import InboundMessage
from channels.storage import Storage
from channels.transcript import Transcript

WORDS = "is there <b>aid</b> for me & mine?"


@pytest.fixture(autouse=True)
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two students wrote, one of them by email in two threads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_BOT__URL", "http://127.0.0.1:9")

    async def write() -> None:
        settings = load_settings()
        await migrate(settings)
        async with database(settings) as engine:
            transcript = Transcript(Storage(engine))
            for number, address in enumerate(("ana@x.example t1", "ana@x.example t2", "+1555")):
                message = InboundMessage("email", address, f"d{number}", WORDS)
                await transcript.record(message)

    asyncio.run(write())


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["privacy", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_all_that_is_held_is_written(tmp_path: Path) -> None:
    """Every thread of an address, as JSON with every table, and as a page that runs no words."""
    run("export", "ana@x.example", "--to", str(tmp_path / "out"))
    wire = json.loads((tmp_path / "out" / "student-data.json").read_text("utf-8"))
    assert len(wire["conversations"]) == 2
    one = wire["conversations"][0]
    assert one["messages"][0]["text"] == WORDS
    assert {"conversation", "messages", "turns", "deliveries"} <= set(one)
    page = (tmp_path / "out" / "student-data.html").read_text("utf-8")
    assert page.count("is there &lt;b&gt;aid&lt;/b&gt; for me &amp; mine?") == 2
    assert "<b>" not in page


def test_an_erasure_takes_only_theirs() -> None:
    """The receipts say what went, and that the bot was not there to be told."""
    receipts = json.loads(run("erase", "ana@x.example", "--yes"))
    assert [receipt["tables"]["messages"] for receipt in receipts] == [1, 1]
    assert {receipt["bot"] for receipt in receipts} == {None}
    again = CliRunner().invoke(app, ["privacy", "erase", "ana@x.example", "--yes"])
    assert again.exit_code != 0
    assert len(json.loads(run("erase", "+1555", "--yes"))) == 1


def test_clearing_can_be_tried() -> None:
    """Nothing is old here."""
    counts = json.loads(run("retain", "--dry-run"))
    assert counts == dict.fromkeys(counts, 0)
    assert set(counts) == {"transcripts", "contacts", "deliveries", "sessions", "audit", "logs"}
