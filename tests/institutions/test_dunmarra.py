"""A second institution: it imports whole, and most of its questions are answered from it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from advisor.command import app
from knowledge_base.importing import read_source

DUNMARRA = Path(__file__).parent / "dunmarra"
LIMIT = 50_000_000
FLOOR = 44
"""Of every second question to tune on, which keeps the test short; 47 of the 50 were correct on 22
November 2026."""


def test_the_folder_is_taken_whole() -> None:
    """Table, mapping, pages and rules lie in one folder; only the withdrawn course is left out."""
    found = read_source(DUNMARRA / "sources", None, None, LIMIT)
    assert [str(skipped).partition(":")[0] for skipped in found.skipped] == ["courses.csv line 20"]
    assert len(found.entries) == 33
    assert sum(entry.program is not None for entry in found.entries) == 18
    assert len(found.records) == 23


def test_most_questions_are_answered(tmp_path: Path) -> None:
    """What is asked of an institution that nothing was made for is mostly answered rightly."""
    asked = (DUNMARRA / "tune.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[::2]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(asked), encoding="utf-8")
    words = ["measure", "answers", "--json", "--day", "2026-11-22"]
    words += ["--sources", str(DUNMARRA / "sources")]
    words += ["--questions", str(questions)]
    run = CliRunner().invoke(app, words, catch_exceptions=False)
    counted = json.loads(run.stdout)["all"]
    assert counted["questions"] == len(asked) == 50
    assert counted["correct"] >= FLOOR
    assert counted["wrong_values"] <= 1
