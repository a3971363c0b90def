"""`measure catalog` counts what is exact, traps apart, and names a line that it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app
from advisor.errors import SettingsError
from advisor.measuring.catalog import read_cases
from advisor.settings import PROJECT

PROGRAMS = PROJECT / "knowledge_base" / "sample" / "programs.csv"


def test_a_wrong_answer_counts_as_wrong(tmp_path: Path) -> None:
    """One question of three is expected wrongly; the summary and the dump say which."""
    lines = [
        {"question": "programs with 9 credits", "expected": ["MHC-CY110"], "day": "2026-11-22"},
        {"question": "astrology courses", "expected": [], "day": "2026-11-22", "trap": "no_match"},
        {"question": "CNC", "expected": [], "day": "2027-08-01", "trap": "expired"},
    ]
    questions, dump = tmp_path / "questions.jsonl", tmp_path / "dump.jsonl"
    questions.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    arguments = ["--programs", PROGRAMS, "--questions", questions, "--dump", dump, "--json"]
    done = CliRunner().invoke(app, ["measure", "catalog", *map(str, arguments)])
    assert done.exit_code == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["questions"], summary["exact"], summary["programs"]) == (3, 2, 45)
    assert summary["plain"] == {"questions": 1, "exact": 0, "exact_rate": 0.0}
    assert summary["trap_no_match"]["exact"] == summary["trap_expired"]["exact"] == 1
    dumped = [json.loads(line) for line in dump.read_text(encoding="utf-8").splitlines()]
    assert [result["exact"] for result in dumped] == [False, True, True]
    assert set(dumped[0]["ids"]) == {"MHC-CY110", "MHC-HC110", "MHC-HV101"}
    assert dumped[0]["conditions"] == ["exactly 9 credits"]


@pytest.mark.parametrize(
    "line", ["{", '{"question": "x"}', '{"question": "x", "expected": "a"}', "[]"]
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    """The message has the file, the line and an example."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "x", "expected": []}\n' + line, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"questions.jsonl line 2: .*write \{\"question\""):
        list(read_cases(path))
