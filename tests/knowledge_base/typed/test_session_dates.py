"""When a session begins and ends, and by when to apply, is told from the calendar's own row."""

from __future__ import annotations

import re

import pytest
from editions import SAMPLE, asking

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.model import AnswerKind
from knowledge_base.program_page import day
from knowledge_base.text.dates import find_dates
from knowledge_base.typed.session_dates import asks_for_bounds

CALENDAR = "academic-calendar-2027"
ROWS = {
    line.split("|")[1].strip(): [found.value for found in find_dates(line)]
    for line in (SAMPLE / "policies" / f"{CALENDAR}.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (?:Spring|Summer|Fall) ", line)
}
FIRST, LAST, APPLY = range(3)


@pytest.mark.parametrize(
    ("question", "row", "asked"),
    [
        ("when does the summer session start", "Summer 2027, 8 weeks", FIRST),
        ("last day of fall classes?", "Fall 2027, 16 weeks", LAST),
        ("what is the deadline to apply for fall b", "Fall B 2027, 8 weeks", APPLY),
        ("when do classes begin in may", "Summer 2027, 8 weeks", FIRST),
        ("when does the second half of fall start", "Fall B 2027, 8 weeks", FIRST),
        ("when does the first half of spring end", "Spring A 2027, 8 weeks", LAST),
    ],
)
async def test_the_row_that_is_meant(
    sample_shelf: Shelf, encoder: Encoder, question: str, row: str, asked: int
) -> None:
    """By the term, its half or the month; what is asked for stands out, and the row is cited."""
    answer = await asking(sample_shelf, encoder).ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    assert f"**{day(ROWS[row][asked])}**" in answer.text
    assert row in answer.text
    assert {citation.document_id for citation in answer.citations} == {CALENDAR}


async def test_another_session_of_the_term_is_not_told(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """The deadline of a half is not that of the whole."""
    answer = await asking(sample_shelf, encoder).ask("when does spring b start")
    assert day(ROWS["Spring B 2027, 8 weeks"][FIRST]) in answer.text
    assert day(ROWS["Spring 2027, 16 weeks"][APPLY]) not in answer.text


async def test_it_is_the_session_that_the_message_named(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """The second question of a message goes on with the first."""
    question = "how do i apply for a credit program for fall b and when does it start?"
    answer = await asking(sample_shelf, encoder).ask(question)
    assert day(ROWS["Fall B 2027, 8 weeks"][FIRST]) in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "last day to drop a spring class",
        "when is tuition due for summer",
        "when does spring break start",
        "when does registration start for fall",
        "how long is a session",
    ],
)
def test_other_days_are_looked_up(question: str) -> None:
    """What has days of its own is no bound of a session."""
    assert not asks_for_bounds(question)
