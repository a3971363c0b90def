"""What is published for a crisis, a complaint, privacy and a review is found whatever is said."""

from __future__ import annotations

from datetime import date

import pytest
from editions import asking

from knowledge_base.advising.following import LastAnswer
from knowledge_base.advising.published import (
    complaint_path,
    crisis_help,
    privacy,
    review_path,
)
from knowledge_base.advising.reaching import Reaching
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.typed.draft import Draft


@pytest.fixture(scope="module")
def library(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder, date(2026, 11, 22))


def pages(answer: Answer | None) -> set[str]:
    """The pages that an answer cites, each in its own words."""
    assert answer is not None
    assert all(cited.quote and cited.quote in answer.text for cited in answer.citations)
    return {cited.document_id for cited in answer.citations}


def _quoting(page: str) -> Draft:
    return Draft(AnswerKind.QUOTE, "It says so.", quoted=((page, "It says so."),))


def _last(answer: Answer) -> LastAnswer | None:
    """An answer as the conversation remembers it."""
    wire = answer.to_wire()
    kept = {name: wire[name] for name in ("kind", "citations", "facts", "nearest")}
    return LastAnswer.from_slot({"question": "?"} | kept)


async def test_a_crisis(library: KnowledgeBase) -> None:
    """The numbers to call, of one page."""
    answer = await crisis_help(library)
    assert pages(answer) == {"student-services"}
    assert answer is not None
    assert "988" in answer.text


async def test_a_complaint(library: KnowledgeBase) -> None:
    """Whom to send it to, and by when."""
    assert pages(await complaint_path(library)) == {"student-services"}


async def test_privacy(library: KnowledgeBase) -> None:
    """What is asked comes first."""
    answer = await privacy(library, "can the people in the office see this")
    assert pages(answer) == {"chat-privacy"}


async def test_a_review(library: KnowledgeBase) -> None:
    """How learning that no rule names is looked at."""
    answer = await review_path(library)
    assert "prior-learning-assessment" in pages(answer)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("how can i phone the registrar", "+1-555-010-0120"),
        ("email of workforce training pls", "workforce@maple-harbor.example"),
        ("who do i call in student accounts", "+1-555-010-0135"),
    ],
)
async def test_the_office_that_is_named(library: KnowledgeBase, words: str, number: str) -> None:
    """One contact, quoted from the row that states it."""
    answer = await Reaching(library).heard(words, None)
    assert answer is not None
    assert number in answer.text
    assert [number in cited.quote for cited in answer.citations] == [True]


async def test_the_page_that_was_spoken_of(library: KnowledgeBase) -> None:
    """An office that is not named is that of the page which was cited; then its hours are asked."""
    reaching = Reaching(library)
    plans = await library.told(_quoting("payment-plans"))
    answer = await reaching.heard("who can i call about that", _last(plans))
    assert answer is not None
    assert "+1-555-010-0135" in answer.text
    hours = await reaching.heard("are they open late", _last(answer))
    assert hours is not None
    assert "8:30" in hours.text


async def test_what_is_no_contact_is_left(library: KnowledgeBase) -> None:
    """Opening hours are only asked of somebody who was told how to reach."""
    plans = await library.told(_quoting("academic-calendar-2027"))
    assert await Reaching(library).heard("when do classes begin", _last(plans)) is None
    assert await Reaching(library).heard("are they open late", None) is None
