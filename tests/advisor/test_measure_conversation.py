"""`advisor measure conversation` publishes sources elsewhere and talks through real Rasa."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from running_bot import trained_model
from typer.testing import CliRunner

from advisor.command import app
from advisor.settings import PROJECT, load_settings
from advisor.training import model_path

PAGE = """---
id: parking
title: Parking
institution: Test College
last_verified: 2026-10-01
---
A parking permit for one term costs $45, and is bought at the front desk.
"""


@pytest.mark.skipif(
    not (PROJECT / "bot" / ".venv").exists() and not os.environ.get("CI"),
    reason="bot/.venv is missing",
)
@pytest.mark.bot
def test_a_whole_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every turn has a line: what was said, cited and understood; the own state is untouched."""
    for name in ("STATE", "DATABASE_URL", "KNOWLEDGE_BASE__EDITIONS", "BOT__PORT", "ACTIONS__PORT"):
        monkeypatch.setenv(f"ADVISOR_{name}", os.environ.get(f"ADVISOR_{name}", ""))
    state = tmp_path / "state"
    monkeypatch.setenv("ADVISOR_STATE", str(state))
    for name in ("BOT__PORT", "ACTIONS__PORT"):
        monkeypatch.delenv(f"ADVISOR_{name}")
    model = model_path(load_settings())
    model.parent.mkdir(parents=True)
    shutil.copy(trained_model(), model)
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "parking.md").write_text(PAGE)
    talks, dump = tmp_path / "talks.jsonl", tmp_path / "dump.jsonl"
    turns = ["hello", "how much is a parking permit", "what is the capital of peru"]
    talks.write_text(json.dumps({"id": "one", "turns": turns}) + "\n")
    call = ["measure", "conversation", "--sources", str(pages), "--conversations", str(talks)]
    ran = CliRunner().invoke(app, [*call, "--dump", str(dump), "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["turns"] == 3
    hello, fee, peru = [json.loads(line) for line in dump.read_text().splitlines()]
    assert (hello["id"], hello["turn"], hello["say"]) == ("one", 1, "hello")
    assert "automated assistant" in hello["text"]
    assert "$45" in fee["text"]
    assert fee["citations"][0]["last_verified"] == "2026-10-01"
    assert 0 < fee["confidence"] <= 1
    assert not peru["citations"]
    assert not (state / "editions").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [('{"id": "a"}', "line 1"), ('{"id": "a", "turns": [""]}', "empty"), ("x", "line 1")],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, words: str) -> None:
    """A malformed conversation is said in one line, before anything is published."""
    talks = tmp_path / "talks.jsonl"
    talks.write_text(line)
    call = ["measure", "conversation", "--sources", str(tmp_path), "--conversations", str(talks)]
    ran = CliRunner().invoke(app, call)
    assert ran.exit_code == 1
    assert words in ran.output
    assert "Traceback" not in ran.output


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Also when it is one of several after one option."""
    talks = tmp_path / "talks.jsonl"
    talks.write_text('{"id": "a", "turns": ["hi"]}')
    gone = str(tmp_path / "gone")
    call = ["measure", "conversation", "--sources", str(tmp_path), gone]
    ran = CliRunner().invoke(app, [*call, "--conversations", str(talks)])
    assert ran.exit_code == 1
    assert "gone: there is no such file" in ran.output.replace("\n", "")
