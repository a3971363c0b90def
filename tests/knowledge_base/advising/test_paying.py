"""Of a way to pay both is told: what its page says, and whether the program in hand takes it."""

from __future__ import annotations

import pytest
from editions import asking

from knowledge_base.advising.paying import with_the_other_half
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.typed.draft import Draft

NETWORKS, PLANS = "MHC-NT105", "payment-plans"
WAYS = "Ways to pay for Network Support Technician"


@pytest.fixture
def library(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder)


async def quoting(library: KnowledgeBase, document: str, words: str) -> Answer:
    """An answer that quotes the passage of a document in which some words stand."""
    passages = await library.passages_of(document)
    (text, *_) = [passage.text for passage in passages if words in passage.text]
    draft = Draft(AnswerKind.QUOTE, text, quoted=((document, text),), focus=document)
    return await library.told(draft)


async def test_what_a_program_takes_comes_behind_what_it_is(library: KnowledgeBase) -> None:
    """The page on payment plans first, and it stays in focus for what is asked next."""
    ways = await quoting(library, NETWORKS, WAYS)
    answer = await with_the_other_half(library, "is there a payment plan", ways, None)
    assert [cited.document_id for cited in answer.citations][-1] == NETWORKS
    assert answer.citations[0].document_id == answer.focus == PLANS
    assert f"[{len(answer.citations)}]\n\n{answer.citations[-1].quote}" in answer.text


async def test_the_program_spoken_of_is_told_with_the_page(library: KnowledgeBase) -> None:
    """Where its ways to pay are known; and a page on something else stays alone."""
    page = await quoting(library, PLANS, "installment")
    answer = await with_the_other_half(library, "can i pay monthly", page, NETWORKS)
    assert [cited.document_id for cited in answer.citations] == [PLANS, NETWORKS]
    assert WAYS in answer.text
    assert await with_the_other_half(library, "can i pay monthly", page, None) == page
    other = await quoting(library, "refunds-and-withdrawal", "refund")
    assert await with_the_other_half(library, "can i get it back", other, NETWORKS) == other
