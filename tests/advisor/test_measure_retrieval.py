"""`advisor measure retrieval` counts what its help says it counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from advisor.command import app
from advisor.measuring.retrieval import area_under_roc, calibration_error, token_f1

PAGES = [
    ("fees", "Fees", "## Application fee\n\nThe application fee is $30.\n\n## Refunds\n\nNone."),
    ("parking", "Parking", "## Permits\n\nA parking permit for a term costs $45 on campus.\n"),
    ("library", "Library", "## Hours\n\nThe library opens at 8 on weekdays and 10 on Saturdays.\n"),
]


def test_a_whole_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right passages rank first, the dump has a line for each question, figures agree with it."""
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    pages, questions, dump = (tmp_path / name for name in ("p.jsonl", "q.jsonl", "d.jsonl"))
    lines = [{"doc_id": i, "title": t, "text": x, "domain": "ignored"} for i, t, x in PAGES]
    pages.write_text("\n".join(map(json.dumps, lines)))
    asked = [
        ("what is the application fee", "fees", "The application fee is $30."),
        ("how much is a parking permit", "parking", "A parking permit for a term costs $45"),
        ("when does the library open", "library", "The library opens at 8 on weekdays"),
    ]
    texts = {i: x for i, _, x in PAGES}
    wire = [
        {
            "question": question,
            "history": [{"role": "user", "utterance": "hello"}],
            "gold_doc_id": document,
            "gold_span_text": span,
            "gold_start": texts[document].index(span),
        }
        for question, document, span in asked
    ]
    wire.append({"question": "who won the world cup", "history": [], "answerable": False})
    questions.write_text("\n".join(map(json.dumps, wire)))
    call = ["measure", "retrieval", "--pages", str(pages), "--questions", str(questions)]
    result = CliRunner().invoke(app, [*call, "--dump", str(dump), "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert (summary["questions"], summary["answerable"], summary["passages"]) == (4, 3, 4)
    assert summary["span_recall_at_1"] == summary["document_recall_at_1"] == 1.0
    assert summary["mrr_at_10"] == 1.0
    assert summary["auroc"] == 1.0
    dumped = [json.loads(line) for line in dump.read_text().splitlines()]
    assert [line["position"] for line in dumped] == [0, 1, 2, 3]
    best = dumped[0]["ranked"][0]
    assert "application fee is $30" in texts[best["doc_id"]][best["start"] : best["end"]]
    assert dumped[3]["abstained"] is True
    assert dumped[3]["answer"] == ""


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    """A question without its keys is one line with file and number, no stack trace."""
    file = tmp_path / "q.jsonl"
    file.write_text('{"query": "x"}\n')
    call = ["measure", "retrieval", "--pages", str(file), "--questions", str(file)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 1
    assert "q.jsonl line 1" in result.output


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40).filter(
        lambda pairs: len({p for _, p in pairs}) == 2
    )
)
def test_area_under_roc_counts_pairs(pairs: list[tuple[float, bool]]) -> None:
    """It is the share of (positive, negative) pairs in the right order, ties counted half."""
    scores = np.array([score for score, _ in pairs])
    positive = np.array([p for _, p in pairs])
    differences = scores[positive][:, None] - scores[~positive][None, :]
    expected = ((differences > 0) + 0.5 * (differences == 0)).mean()
    assert area_under_roc(scores, positive) == pytest.approx(expected, abs=1e-4)


def test_calibration_error_is_the_gap_in_each_bin() -> None:
    """Two bins, half of the answers each: .05 above and .25 below what was right."""
    stated = np.array([0.05, 0.05, 0.75, 0.75])
    right = np.array([False, False, True, True])
    assert calibration_error(stated, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.25)


def test_token_f1() -> None:
    """Shared words over all words, twice."""
    assert token_f1("The fee is $30", "the fee") == pytest.approx(2 * 2 / 6)
    assert token_f1("nothing", "shared") == 0.0
