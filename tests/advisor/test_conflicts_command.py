"""`advisor conflicts` and `advisor publish --strict`, as a person at the terminal sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app

PAGE = """---
id: {id}
title: {title}
institution: Fictional College
effective_from: 2026-01-01
---
The locker deposit is {amount}.
"""


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pages that contradict each other, imported."""
    for name in ("ADVISOR_SETTINGS", "ADVISOR_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, amount in (("lockers", "$15"), ("hall", "$18")):
        text = PAGE.format(id=name, title=name.capitalize(), amount=amount)
        (pages / f"{name}.md").write_text(text, encoding="utf-8")
    assert CliRunner().invoke(app, ["import", "pages"]).exit_code == 0
    return pages


def test_contradictions_are_listed_with_both_sentences(content: Path) -> None:
    """For a person in lines, for a script as JSON."""
    done = CliRunner().invoke(app, ["conflicts"])
    assert done.exit_code == 0
    for part in ("$15", "$18", "lockers", "hall", "2026-01-01", "1 contradiction"):
        assert part in done.stdout
    (pair,) = json.loads(CliRunner().invoke(app, ["conflicts", "--json"]).stdout)
    assert pair["property"] == "locker deposit"
    assert {pair["one"]["quote"], pair["other"]["quote"]} == {
        "The locker deposit is $15.",
        "The locker deposit is $18.",
    }


def test_strict_publishing_refuses_until_one_is_mended(content: Path) -> None:
    """Nothing is live after a refusal; a mended page is published."""
    refused = CliRunner().invoke(app, ["publish", "--strict"])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.stderr
    assert "error: 1 contradiction" in refused.stderr
    assert "$15" in refused.stderr
    assert "$18" in refused.stderr
    assert CliRunner().invoke(app, ["ask", "How much is the locker deposit?"]).exit_code == 1
    loose = CliRunner().invoke(app, ["publish"])
    assert loose.exit_code == 0
    assert "advisor conflicts" in loose.stderr
    hall = content / "hall.md"
    hall.write_text(hall.read_text("utf-8").replace("$18", "$15"), encoding="utf-8")
    assert CliRunner().invoke(app, ["import", "pages"]).exit_code == 0
    mended = CliRunner().invoke(app, ["publish", "--strict", "--json"])
    assert json.loads(mended.stdout)["conflicts"] == 0
