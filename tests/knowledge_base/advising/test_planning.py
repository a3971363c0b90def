"""A path is planned with a student over the sample institution."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from editions import asking
from icalendar import Calendar

from knowledge_base.advising.plan_answers import GOAL, HAVE, UNCLEAR
from knowledge_base.advising.plan_details import ANY, BUDGET, DELIVERY, FINISH, HOURS, START
from knowledge_base.advising.planning import Planning
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.model import Answer, AnswerKind

DAY = date(2026, 11, 22)
ANALYST = {GOAL: {"occupation": "business intelligence analyst"}, HAVE: {}}
DEVELOPER = {GOAL: {"occupation": "web developer"}, HAVE: {}}


@pytest.fixture(scope="module")
def planning(sample_shelf: Shelf, encoder: Encoder) -> Planning:
    return Planning(asking(sample_shelf, encoder, DAY))


def fact(answer: Answer, name: str) -> str:
    """The value of the one fact of a name."""
    (value,) = {used.value for used in answer.facts if used.name == name}
    return value


async def test_every_program_of_a_plan_is_cited(planning: Planning) -> None:
    """With the words that state its cost and its start; and the sum is that of the runs."""
    answer = await planning.plan(DEVELOPER)
    assert answer.kind is AnswerKind.PLAN
    assert [c.document_id for c in answer.citations] == ["MHC-WD101", "MHC-WD120"]
    for citation, cost in zip(answer.citations, ("$1,140", "$1,140"), strict=True):
        assert cost in citation.quote
        assert citation.validity.last_verified is not None
    starts = [used for used in answer.facts if used.name == "starts"]
    assert {used.citation for used in starts} == {1, 2}
    total = fact(answer, "cost of the plan")
    assert Decimal(total) == 2280
    assert "$1,140 + $1,140 = $2,280" in answer.text
    assert "Full-Stack Web Development [2]" in answer.text


async def test_what_would_help_is_offered_and_does(planning: Planning) -> None:
    """Where nothing fits, the change that is offered, typed as it stands, gives a plan."""
    tight: dict[str, Any] = DEVELOPER | {BUDGET: "500"}
    answer = await planning.plan(tight)
    assert "Nothing fits" in answer.text
    offer = answer.nearest[0]
    changed = await planning.taken_in(offer.question, tight, begins=True)
    again = await planning.plan({**tight, **changed})
    assert "Nothing fits" not in again.text
    costs = [Decimal(u.value) for u in again.facts if u.name.startswith("cost of the plan")]
    assert max(costs) <= Decimal(changed[BUDGET])
    assert costs


async def test_the_calendar_holds_the_runs_and_last_days_to_apply(planning: Planning) -> None:
    """One event each, over whole days, with the same names each time the plan is made."""
    answer = await planning.plan(DEVELOPER)
    files = {file.name: file for file in answer.files}
    calendar = Calendar.from_ical(files["plan.ics"].text)
    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}
    assert events["Front-End Web Development"].decoded("dtstart") == date(2027, 1, 11)
    assert events["Last day to apply: Front-End Web Development"].decoded("dtstart") == date(
        2026, 12, 18
    )
    assert len(events) == 4
    assert (await planning.plan(DEVELOPER)).files == answer.files


async def test_what_is_held_shortens_the_plan(planning: Planning) -> None:
    """A completed program is not taken again, and opens what asks for it."""
    changed = await planning.taken_in("I finished Data Analytics Foundations", ANALYST, HAVE)
    assert changed[HAVE]["credentials"] == ["MHC-DA101"]
    answer = await planning.plan({**ANALYST, **changed})
    assert "MHC-DA101" not in [c.document_id for c in answer.citations]
    whole = await planning.plan(ANALYST)
    first = min(Decimal(u.value) for u in answer.facts if u.name.startswith("cost of the plan"))
    least = min(Decimal(u.value) for u in whole.facts if u.name.startswith("cost of the plan"))
    assert first < least


async def test_what_the_catalog_does_not_know_is_said(planning: Planning) -> None:
    """It counts for nothing, and is not passed over."""
    changed = await planning.taken_in("two years as a cook", ANALYST, HAVE)
    answer = await planning.plan({**ANALYST, **changed})
    assert "“two years as a cook”" in answer.text


async def test_a_goal_that_is_not_found_is_asked_about(planning: Planning) -> None:
    """The goal stays open, and the nearest ones are offered."""
    changed = await planning.taken_in("i want to become a nurse", {}, begins=True)
    assert changed[GOAL] is None
    asked = await planning.goal_question(changed[UNCLEAR])
    assert asked.kind is AnswerKind.CLARIFY
    assert "nursing assistant" in [topic.question for topic in asked.nearest]
    taken = await planning.taken_in(asked.nearest[0].question, changed, GOAL)
    assert taken[GOAL] == {"occupation": "nursing assistant"}


async def test_near_in_meaning_counts_where_no_word_is_shared(planning: Planning) -> None:
    """A programmer is offered software jobs."""
    asked = await planning.goal_question({"slot": GOAL, "words": "programmer"})
    assert {"web developer", "junior software developer"} & {t.label for t in asked.nearest}


async def test_a_correction_while_asked_what_is_held_is_none(planning: Planning) -> None:
    """The goal changes, and the question stays open."""
    words = "sorry, i want to become a web developer"
    changed = await planning.taken_in(words, ANALYST | {HAVE: None}, HAVE)
    assert changed == {GOAL: {"occupation": "web developer"}, UNCLEAR: None}


async def test_what_is_unclear_twice_is_left_open(planning: Planning) -> None:
    """Nobody is asked a third time."""
    once = await planning.taken_in("evenings", ANALYST, HOURS)
    assert once == {UNCLEAR: {"slot": HOURS, "words": "evenings"}}
    twice = await planning.taken_in("evenings i said", {**ANALYST, **once}, HOURS)
    assert twice == {HOURS: ANY, UNCLEAR: None}


async def test_a_plan_says_what_it_was_made_for(planning: Planning) -> None:
    """Each answer stands in it, so that it can be corrected."""
    known = ANALYST | {HOURS: "25", BUDGET: ANY, DELIVERY: ["online", "hybrid"]}
    answer = await planning.plan(known)
    assert "at most 25 hours a week · any cost" in answer.text
    assert "online or hybrid" in answer.text
    hours = {Decimal(used.value) for used in answer.facts if used.unit == "hours per week"}
    assert max(hours) <= 25


@pytest.mark.parametrize(
    "slots",
    [
        ANALYST,
        ANALYST | {HOURS: "22.5", BUDGET: "3000", DELIVERY: ["online"]},
        ANALYST | {HAVE: {"credentials": ["MHC-DA101"], "skills": []}, START: "2027-03-01"},
        {GOAL: {"program": "MHC-WD120"}, HAVE: {}, FINISH: "2027-12-31", HOURS: "20"},
    ],
)
async def test_a_sentence_brings_a_plan_back(planning: Planning, slots: dict[str, Any]) -> None:
    """The first line of the text that is kept, written in another chat, gives the same plan."""
    answer = await planning.plan(slots)
    text = next(file.text for file in answer.files if file.name == "plan.txt")
    told = await planning.taken_in(text.splitlines()[0], {}, begins=True)
    again = await planning.plan(told)
    assert again.facts
    assert (again.text, again.facts) == (answer.text, answer.facts)


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("goal web developer, 20 hours a week, at most $2500, start in january", True),
        ("welder, 9 hrs weekly, 2000 dollars max, from june on, in person", True),
        ("online web development classes under $900 that start in january", False),
        ("20 hours a week, at most $2500, start in january", False),
    ],
)
async def test_a_plan_may_come_in_one_message(planning: Planning, words: str, whole: bool) -> None:
    """With a goal, hours, a budget and a start; a wish for programs has fewer of them."""
    assert await planning.told_at_once(words) is whole
