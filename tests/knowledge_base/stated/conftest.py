"""Rules of the sample, asked without a search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base.editions.shelf import Shelf
from knowledge_base.model import Citation
from knowledge_base.retriever import Query
from knowledge_base.stated.rules import StatedRules
from knowledge_base.typed.answers import TypedAnswers
from knowledge_base.typed.draft import Draft

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="package")
def worked_out(sample_shelf: Shelf) -> Callable[[str], Draft | None]:
    """What typed facts or a rule about leaving and about money of others make of a question."""
    edition = sample_shelf.open()
    typed = TypedAnswers(edition, lambda passage, quote: Citation(passage.title, quote))

    def nothing_found(_: Query) -> None:
        raise AssertionError("these rules are found by what they say, not by a search")

    rules = StatedRules(edition, typed, nothing_found)

    def work_out(question: str) -> Draft | None:
        query = Query(question, TODAY)
        return typed.draft(query) or rules.refund(query) or rules.left(query)

    return work_out
