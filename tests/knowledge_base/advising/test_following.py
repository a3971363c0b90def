"""Follow-ups are answered from the last answer: its sources, their dates, its facts, or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from knowledge_base.advising.following import FollowUp, LastAnswer, asks_back, follow_up, read
from knowledge_base.model import Answer, AnswerKind, Citation, UsedFact, Validity

TODAY = date(2027, 3, 2)
FEE = Citation(
    "Fees › Late fee",
    "A late payment costs $25.",
    "https://college.example/fees",
    "fees",
    validity=Validity(date(2026, 7, 1), date(2027, 6, 30), date(2027, 2, 20)),
)
UNDATED = Citation("How to apply", "Send the form by email.", document_id="apply")
LATE = UsedFact("late fee", "25", "USD", "fees", 1)
STARTS = UsedFact("start", "2027-08-30", "", "fees", 1)


def after(answer: Answer) -> LastAnswer:
    """The answer as a conversation remembers it."""
    wire = answer.to_wire()
    kept: dict[str, Any] = {name: wire[name] for name in ("kind", "citations", "facts", "nearest")}
    last = LastAnswer.from_slot({"question": "what does it cost"} | kept)
    assert last is not None
    return last


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("source?", FollowUp.SOURCE),
        ("got a link for that", FollowUp.SOURCE),
        ("where is that written down", FollowUp.SOURCE),
        ("which document says so", FollowUp.SOURCE),
        ("since when", FollowUp.SINCE),
        ("when did somebody check that", FollowUp.SINCE),
        ("and is that still valid", FollowUp.SINCE),
        ("u sure?", FollowUp.SURE),
        ("is that really true", FollowUp.SURE),
        ("hm that can't be right", FollowUp.SURE),
        ("why?", FollowUp.WHY),
        ("but why is that so", FollowUp.WHY),
        ("how come", FollowUp.WHY),
        ("when is the deadline", None),
        ("where is the campus", None),
        ("why do out of state students pay more", None),
        ("what does the welding course cost", None),
    ],
)
def test_what_a_follow_up_asks(words: str, what: FollowUp | None) -> None:
    """Short questions about the answer are told apart; one with a subject of its own is none."""
    assert read(words) is what


def test_the_source_is_shown_in_its_words_with_its_address() -> None:
    """Title, address and quote; the citations and facts are those of the last answer."""
    last = after(Answer("$25", AnswerKind.COMPUTED, (FEE,), facts=(LATE,)))
    answer = follow_up(FollowUp.SOURCE, last, TODAY)
    assert "[Fees › Late fee](https://college.example/fees) [1]" in answer.text
    assert "A late payment costs $25." in answer.text
    assert (answer.citations, answer.facts) == ((FEE,), (LATE,))


def test_dates_of_each_source_are_told() -> None:
    """In force, verified and how long ago; a source without dates is said to have none."""
    last = after(Answer("Both.", AnswerKind.QUOTE, (FEE, UNDATED)))
    text = follow_up(FollowUp.SINCE, last, TODAY).text
    assert "in force from 1 July 2026 until 30 June 2027" in text
    assert "last verified 20 February 2027 (10 days ago)" in text
    assert "**How to apply** [2]: the source states no dates" in text


def test_a_source_that_does_not_hold_today_is_said_not_to() -> None:
    """An old rule is never passed off as a current one."""
    last = after(Answer("$25", AnswerKind.QUOTE, (FEE,)))
    later = follow_up(FollowUp.SURE, last, date(2027, 9, 1)).text
    assert "does not cover today, 1 September 2027" in later
    assert "does not cover" not in follow_up(FollowUp.SURE, last, TODAY).text


def test_why_gives_the_facts_and_makes_no_reason_up() -> None:
    """Amounts and dates in words, with their source; an unstated reason is not known."""
    last = after(Answer("$25", AnswerKind.COMPUTED, (FEE,), facts=(LATE, STARTS)))
    text = follow_up(FollowUp.WHY, last, TODAY).text
    assert "- late fee: $25 [1]" in text
    assert "- start: 30 August 2027 [1]" in text
    assert "I don't know it" in text


@pytest.mark.parametrize("what", FollowUp)
def test_what_has_no_source_is_said_to_have_none(what: FollowUp) -> None:
    """Before any answer, after one that was not known, and after a question back."""
    nothing = follow_up(what, None, TODAY)
    unknown = follow_up(what, after(Answer("No.", AnswerKind.UNKNOWN)), TODAY)
    asked_back = follow_up(what, after(Answer("Which?", AnswerKind.CLARIFY)), TODAY)
    assert "haven't told you anything" in nothing.text
    assert (unknown.abstained, "nothing published" in unknown.text) == (True, True)
    assert "asked back" in asked_back.text
    assert not (nothing.citations or unknown.citations or asked_back.citations)


def test_who_only_asks_back_is_told_from_who_answers() -> None:
    """The mark makes the question, and a word more something else."""
    assert all(map(asks_back, ("so no?", "yes??", "nope ?")))
    assert not any(map(asks_back, ("no", "so no fee?", "not sure", "yes please")))
