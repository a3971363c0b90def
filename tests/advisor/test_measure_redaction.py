"""`advisor measure redaction` counts what went of what is marked, and what else went."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from advisor.command import app

CARD, SSN = "4242424242424242", "123-45-6789"


def write(path: Path, *lines: object) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def marked(text: str, **values: str) -> dict[str, object]:
    spans = [
        {"type": kind, "start": text.index(value), "end": text.index(value) + len(value)}
        for kind, value in values.items()
    ]
    return {"text": text, "spans": spans}


def test_it_counts_by_kind(tmp_path: Path) -> None:
    """One found, one missed, one wrong; and which of the untouched were touched."""
    data = write(
        tmp_path / "data.jsonl",
        marked(f"my card {CARD}", CREDIT_CARD=CARD),
        marked("my card ends in nine", CREDIT_CARD="nine"),
        marked(f"the part {SSN}", PERSON="part"),
    )
    questions = write(
        tmp_path / "questions.jsonl",
        {"question": "is it $650"},
        {"id": "c001", "turns": [{"say": f"it is {SSN}"}]},
        {"id": "c002", "turns": [{"say": f"it is {SSN}"}]},
    )
    done = CliRunner().invoke(
        app, ["measure", "redaction", "--data", data, "--untouched", questions, "--json"]
    )
    figures = json.loads(done.stdout)
    card = figures["kinds"]["card number"]
    assert (card["marked"], card["removed"], card["recall"], card["precision"]) == (2, 1, 0.5, 1.0)
    number = figures["kinds"]["social security number"]
    assert (number["took"], number["right"], number["recall"]) == (1, 0, None)
    assert figures["untouched"]["questions.jsonl"]["messages"] == 2
    assert figures["untouched"]["questions.jsonl"]["changed"] == 1
