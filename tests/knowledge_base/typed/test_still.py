"""Whether one can still apply, and what comes next, is worked out for today from stated dates.

What is right is worked out here from the sample's CSV file and its calendar's table.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from editions import SAMPLE, asking

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.program_page import day
from knowledge_base.typed.still import asks_what_is_left

CALENDAR = "academic-calendar-2027"


@dataclass(frozen=True)
class Row:
    """A session, or a run of a program."""

    name: str
    starts: date
    apply_by: date


def _calendar() -> list[Row]:
    text = (SAMPLE / "policies" / f"{CALENDAR}.md").read_text(encoding="utf-8")
    rows = []
    for line in re.findall(r"^\| ((?:Spring|Summer|Fall) .*) \|$", text, re.M):
        cells = [cell.strip() for cell in line.split("|")]
        days = [datetime.strptime(c.split(", ", 1)[1], "%B %d, %Y") for c in (cells[1], cells[3])]
        rows.append(Row(cells[0], days[0].date(), days[1].date()))
    return rows


SESSIONS = {row.name.split(",")[0]: row for row in _calendar()}
with (SAMPLE / "programs.csv").open(newline="", encoding="utf-8") as file:
    PROGRAMS = {row["code"]: row for row in csv.DictReader(file)}
AUTUMN = date(2026, 11, 22)
LATE = SESSIONS["Spring 2027"].apply_by + timedelta(days=15)


def runs(code: str) -> list[Row]:
    row = PROGRAMS[code]
    pairs = zip(row["start_dates"].split(";"), row["apply_by"].split(";"), strict=True)
    return [Row("", date.fromisoformat(s), date.fromisoformat(a)) for s, a in pairs]


def told_of(answer: Answer, row: Row, today: date) -> None:
    """The deadline with the days left, the start, and nothing that is not computed for today."""
    assert answer.kind is AnswerKind.COMPUTED
    assert day(row.apply_by) in answer.text
    assert day(row.starts) in answer.text
    days = (row.apply_by - today).days
    assert f"**{days} day{'' if days == 1 else 's'}**" in answer.text


@pytest.mark.parametrize(
    ("question", "session"),
    [
        ("can I still apply?", "Spring 2027"),
        ("is it too late to start in spring", "Spring 2027"),
        ("when is the next application deadline", "Spring 2027"),
        ("how many days are left to apply for fall", "Fall 2027"),
        ("is it too late for spring b?", "Spring B 2027"),
        ("how long do i have until the deadline for summer", "Summer 2027"),
        ("can i still apply for spring 2028", "Spring 2028"),
    ],
)
async def test_what_is_left_by_the_calendar(
    sample_shelf: Shelf, encoder: Encoder, question: str, session: str
) -> None:
    """Without a program it is the session that is named, or the next one, with its row cited."""
    answer = await asking(sample_shelf, encoder, AUTUMN).ask(question)
    told_of(answer, SESSIONS[session], AUTUMN)
    (citation,) = answer.citations
    assert citation.document_id == CALENDAR
    assert session in citation.quote


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("can i still apply for phlebotomy technician", "MHC-HC101"),
        ("is it too late for welding fundamentals", "MHC-WE110"),
        ("when is the next deadline for bookkeeping essentials", "MHC-BK101"),
    ],
)
async def test_what_is_left_of_a_program(
    sample_shelf: Shelf, encoder: Encoder, question: str, code: str
) -> None:
    """The first of its runs whose deadline is still to come."""
    answer = await asking(sample_shelf, encoder, AUTUMN).ask(question)
    row = next(row for row in runs(code) if row.apply_by >= AUTUMN)
    told_of(answer, row, AUTUMN)
    assert [citation.document_id for citation in answer.citations] == [code]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("can i still apply", [SESSIONS["Spring 2027"], SESSIONS["Spring B 2027"]]),
        ("is it too late for spring", [SESSIONS["Spring 2027"], SESSIONS["Spring B 2027"]]),
        ("is it too late for spring a", [SESSIONS["Spring A 2027"], SESSIONS["Spring B 2027"]]),
        ("can i still apply for welding fundamentals", runs("MHC-WE110")[:2]),
    ],
)
async def test_when_it_is_too_late_what_comes_next_is_told(
    sample_shelf: Shelf, encoder: Encoder, question: str, rows: list[Row]
) -> None:
    """The deadline that has passed, how long ago, and the next one that has not."""
    answer = await asking(sample_shelf, encoder, LATE).ask(question)
    missed, coming = rows
    assert day(missed.apply_by) in answer.text
    assert "15 days ago" in answer.text
    told_of(answer, coming, LATE)


async def test_a_deadline_is_still_open_on_its_day(sample_shelf: Shelf, encoder: Encoder) -> None:
    """It ends with the day, and the day after it has passed."""
    last = SESSIONS["Fall 2027"].apply_by
    on_time = await asking(sample_shelf, encoder, last).ask("can i still apply for fall 2027")
    assert "**0 days**" in on_time.text
    late = await asking(sample_shelf, encoder, last + timedelta(days=1)).ask(
        "can i still apply for fall 2027"
    )
    assert "1 day ago" in late.text
    assert day(SESSIONS["Fall B 2027"].apply_by) in late.text


async def test_the_next_start(sample_shelf: Shelf, encoder: Encoder) -> None:
    """With the days until then and by when to apply."""
    answer = await asking(sample_shelf, encoder, AUTUMN).ask("when is the next start?")
    row = SESSIONS["Spring 2027"]
    assert f"**{day(row.starts)}**" in answer.text
    assert f"**{(row.starts - AUTUMN).days} days**" in answer.text
    assert day(row.apply_by) in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "can i still get a refund for spring",
        "is it too late to apply for the grant",
        "how many days until i get a decision",
        "when is the last day to drop in fall",
        "can international students still apply",
        "when does my class start",
        "how long is the course",
    ],
)
def test_other_deadlines_are_not_those_of_an_application(question: str) -> None:
    """What has a date of its own is looked up."""
    assert not asks_what_is_left(question)
