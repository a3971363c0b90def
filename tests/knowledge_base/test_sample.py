"""The sample institution: it imports whole, and its questions are answered from it."""

from __future__ import annotations

from datetime import date

import pytest
from editions import LIMIT, PROJECT, SAMPLE, asking
from measuring import measure

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.importing import read_source
from knowledge_base.store import Entry

QUESTIONS = (PROJECT / "tests" / "questions" / "sample.jsonl").read_text("utf-8").splitlines()


def test_nothing_of_the_sample_is_skipped() -> None:
    """Every row of the sample catalog and every sample page can be read."""
    programs = read_source(SAMPLE / "programs.csv", None, SAMPLE / "programs.toml", LIMIT)
    policies = read_source(SAMPLE / "policies", None, None, LIMIT)
    assert programs.skipped == policies.skipped == ()
    assert len(programs.entries) >= 30
    assert all(entry.program for entry in programs.entries)


def test_every_sample_document_says_that_it_is_fictional(sample_entries: list[Entry]) -> None:
    """Nobody can take the sample institution for a real one."""
    assert all("fictional" in entry.document.institution for entry in sample_entries)


@pytest.mark.parametrize(
    ("today", "rate", "page"),
    [
        (date(2026, 6, 1), "$182", "tuition-and-fees-2025-26"),
        (date(2026, 11, 21), "$190", "tuition-and-fees-2026-27"),
        (date(2027, 8, 1), "$198", "tuition-and-fees-2027-28"),
    ],
)
async def test_the_rate_in_force_on_the_day_is_quoted(
    sample_shelf: Shelf, encoder: Encoder, today: date, rate: str, page: str
) -> None:
    """Of three years' tuition pages only the one in force is quoted and cited."""
    answer = await asking(sample_shelf, encoder, today).ask(
        "What is the tuition per credit for residents?"
    )
    assert rate in answer.text
    assert {citation.document_id for citation in answer.citations} == {page}
    others = {"$182", "$190", "$198"} - {rate}
    assert not any(other in answer.text for other in others)


async def test_sample_questions_are_answered_right(sample_shelf: Shelf, encoder: Encoder) -> None:
    """Floors well below the figures of November 2026; no setting was chosen on these questions."""
    score = await measure(asking(sample_shelf, encoder), QUESTIONS)
    assert (score.answerable, score.unanswerable) == (60, 20)
    assert score.right >= 40
    assert score.abstained >= 6
