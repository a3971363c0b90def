"""Bare questions about the programs that were just shown, and about the one spoken of."""

from __future__ import annotations

import pytest
from editions import asking

from knowledge_base.advising.conversing import Said, answered
from knowledge_base.advising.in_hand import of_several
from knowledge_base.answering import no_question
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind, Utterance
from knowledge_base.typed.pointing import Pointed

WELDING, WIRING = "MHC-WE110", "MHC-EL115"
TWO = Pointed((WELDING, WIRING))


@pytest.fixture
def library(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder)


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        ("how long does each take", "16 weeks"),
        ("ok and the price", "$1,140"),
        ("in person?", "in person"),
        ("which of them starts first", "11 January 2027"),
        ("hrs per wk", "16–18 hours per week"),
        ("what does it count toward", "AAS in Industrial Technology"),
        ("are they eligible for the workforce grant", "workforce grant"),
    ],
)
async def test_what_was_shown_together_is_asked_of_together(
    library: KnowledgeBase, words: str, stated: str
) -> None:
    """A question that names none of two shown is answered for both, from their facts."""
    answer = await of_several(library, words, TWO)
    assert answer is not None
    assert answer.kind is AnswerKind.TABLE
    assert stated in answer.text
    assert [citation.document_id for citation in answer.citations] == [WELDING, WIRING]


@pytest.mark.parametrize(
    "words",
    [
        "how much is the second one",
        "how do i apply",
        "can i get a refund on both",
        "how much is phlebotomy",
        "hello",
    ],
)
async def test_another_question_is_not_taken(library: KnowledgeBase, words: str) -> None:
    """One that points at one of them, names another, or says more than facts hold."""
    assert await of_several(library, words, TWO) is None


async def test_one_that_is_spoken_of_is_meant_alone(library: KnowledgeBase) -> None:
    """Behind an answer about one, only words for several go back to all that were shown."""
    before = Pointed((WELDING, WIRING), WIRING)
    assert await of_several(library, "how many hours a week", before) is None
    assert await of_several(library, "how many hours a week for both", before) is not None


async def test_the_catalog_answers_what_no_page_does(library: KnowledgeBase) -> None:
    """A bare question about the program in focus is never declined while its facts are known."""
    for words, stated in (("prereqs?", "18"), ("tuition n materials", "$1,140")):
        answer = await answered(library, Said(words, Pointed((), WELDING)))
        assert not answer.abstained
        assert stated in answer.text, words


@pytest.mark.parametrize("message", ["🤔🤔🤔", "?", "…", "--"])
async def test_a_message_without_a_word_goes_on_with_nothing(
    library: KnowledgeBase, message: str
) -> None:
    """It is asked back, whatever was spoken of before."""
    question = "how much is the welding program"
    first = await library.ask(question)
    history = (Utterance("user", question), Utterance("agent", first.text))
    said = Said(message, Pointed((WELDING,), WELDING, question), history, (WELDING,))
    answer = await answered(library, said)
    assert (answer.kind, answer.text) == (AnswerKind.UNKNOWN, no_question())
