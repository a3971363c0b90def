"""What staff try before they publish: a draft's answers, and what would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.answering import Answering
from knowledge_base.drafts.impact import with_proposal
from knowledge_base.drafts.proposal import SavedQuestion
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Document
from knowledge_base.store import Entry
from knowledge_base.workbench.answers import Asked, differing, outcomes
from knowledge_base.workbench.gaps import clusters
from knowledge_base.workbench.trial import Trial

DESK = Entry(Document("desk", "Help desk", "## Hours\n\nThe help desk is open from 9 to 5.\n"))
CARD = Entry(Document("card", "Library card", "## Cost\n\nA library card costs $12.\n"))
DEARER = Entry(replace(CARD.document, text="## Cost\n\nA library card costs $15.\n"))
COST = "How much does a library card cost?"


@pytest.fixture
def shelf(tmp_path: Path, encoder: Encoder) -> Shelf:
    """A shelf with two pages published."""
    shelf = Shelf(tmp_path / "editions")
    shelf.publish([DESK, CARD], encoder, lambda *_: None)
    return shelf


@pytest.fixture
def trial(shelf: Shelf, encoder: Encoder) -> Iterator[Trial]:
    with Trial(shelf, encoder, Answering(encoder, "", 0.4)) as trial:
        yield trial


async def test_a_draft_is_asked_and_nothing_is_published(
    trial: Trial, shelf: Shelf, encoder: Encoder
) -> None:
    """The trial says the new fee; the live edition still says the old one."""
    entries, records = with_proposal([DESK, CARD], [], DEARER)
    draft = await trial.library(entries, records)
    assert "$15" in (await draft.ask(COST)).text
    live = KnowledgeBase(shelf, encoder, Answering(encoder, "", 0.4))
    assert "$12" in (await live.ask(COST)).text
    assert len(shelf.manifests()) == 1

    asked = [Asked("1", COST), Asked("2", "When is the help desk open?")]
    changed = await differing(live, draft, asked)
    assert [each.asked.id for each in changed] == ["1"]
    assert await differing(None, draft, asked[1:]) != []

    saved = [
        SavedQuestion("1", COST, document_id="card", holds="$12"),
        SavedQuestion("2", COST, document_id="desk"),
        SavedQuestion("3", COST, document_id="card"),
        SavedQuestion("4", COST, abstains=True),
    ]
    problems = {each.saved.id: each.problem for each in await outcomes(draft, saved)}
    assert problems == {
        "1": "does not say “$12”",
        "2": "does not cite desk",
        "3": "",
        "4": "is answered, and should not be",
    }


async def test_the_same_draft_is_built_once_and_leaves_nothing(
    trial: Trial, tmp_path: Path
) -> None:
    """Another question of it needs no building; another draft takes its place."""
    first = await trial.library([DESK, CARD], [])
    assert await trial.library([DESK, CARD], []) is first
    assert await trial.library([DESK, DEARER], []) is not first


def test_questions_about_one_thing_lie_together(encoder: Encoder) -> None:
    """The largest cluster first; a question that nobody else asks is left out."""
    assert clusters(np.zeros((1, 4), np.float32)) == []
    parking = ["Where can I park my car?", "Is there parking for cars?", "parking for my car where"]
    pets = ["Can I bring my dog to class?", "are dogs allowed in class"]
    found = clusters(encoder.encode([*parking, *pets, "Who won the 1936 chess olympiad?"]))
    assert [sorted(group) for group in found] == [[0, 1, 2], [3, 4]]
