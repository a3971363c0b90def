"""`advisor measure answers` judges replies as its help says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app
from advisor.measuring.expected import stands

FEES = "# Fees\n\n## Application fee\n\nThe application fee is $30, due on 4 May 2027.\n"
PARKING = "# Parking\n\n## Permits\n\nA parking permit for a term costs $45 on campus.\n"


def _question(number: int, text: str, **expected: object) -> str:
    return json.dumps({"id": f"q{number}", "kind": "fact", "question": text, **expected})


def test_a_whole_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies are correct, abstained or wrong; a wrong amount is counted apart."""
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "fees.md").write_text(FEES)
    (pages / "parking.md").write_text(PARKING)
    questions, dump = tmp_path / "q.jsonl", tmp_path / "d.jsonl"
    fee = "what is the application fee"
    lines = [
        _question(1, fee, document="fees", must_contain=["$30"]),
        _question(2, fee, document="parking", must_contain=["$30"]),
        _question(3, fee, document="fees", must_contain=[["$3", "$45"]]),
        _question(4, fee, document="fees", must_contain=["$30"], must_not_contain=["4 May 2027"]),
        _question(5, "who won the world cup", abstain=True),
        _question(6, "who won the world cup", document="fees", must_contain=["$30"]),
    ]
    questions.write_text("\n".join(lines))
    call = ["measure", "answers", "--questions", str(questions), "--sources", str(pages)]
    result = CliRunner().invoke(app, [*call, "--dump", str(dump), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["all"] == {
        "questions": 6, "correct": 2, "abstained": 1, "wrong": 3, "wrong_values": 1,
    }  # fmt: skip
    verdicts = [json.loads(line)["verdict"] for line in dump.read_text().splitlines()]
    assert verdicts == ["correct", "wrong", "wrong", "wrong", "correct", "abstained"]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    """A question without its keys is one line with file and number, no stack trace."""
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "x"}\n')
    result = CliRunner().invoke(app, ["measure", "answers", "--questions", str(file)])
    assert result.exit_code == 1
    assert "q.jsonl line 1" in result.output


@pytest.mark.parametrize(
    ("wanted", "text", "right"),
    [
        ("$30", "It is $30.", True),
        ("$30", "It is $300.", False),
        ("$30", "It is $30.50.", False),
        ("3", "It costs $3.", False),
        ("3", "**3** credits [1]", True),
        ("1", "three credits [1]", False),
        ("16-18", "16\u201318 hours", True),
        ("$1,140", "$1,140.00 in all", True),
        ("190", "$1,190", False),
        (["no credit", "Not transferable"], "It is not  transferable.", True),
        (["no credit", "none"], "nonetheless", False),
    ],
)
def test_words_and_numbers_stand_whole(wanted: str | list[str], text: str, right: bool) -> None:
    """Case, dashes and spacing do not count; parts of words and of numbers do not stand there."""
    assert stands(wanted, text) is right
