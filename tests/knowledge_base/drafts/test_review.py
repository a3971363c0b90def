"""Drafts, their review, and what a decision writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import knowledge_base.drafts.schema  # noqa: F401  # declares its tables
from knowledge_base.drafts.proposal import (
    DEFAULT_RUBRIC,
    BaseMoved,
    ChangedMeanwhile,
    Criterion,
    NotAcceptable,
    NotInThisState,
    Person,
    ReasonNeeded,
    SecondPersonNeeded,
    Staged,
    State,
    Touch,
)
from knowledge_base.drafts.review import Review
from knowledge_base.model import Cost, Document, Program, Validity
from knowledge_base.program_page import program_page
from knowledge_base.record import Record
from knowledge_base.rows.sources import EDITED
from knowledge_base.schema import workspace
from knowledge_base.sources.service import SourceService
from knowledge_base.store import Entry, Store

ANA, BEN, CEM = Person("a1", "Ana"), Person("a2", "Ben"), Person("a3", "Cem")
PAGE = Entry(Document("refunds", "Refunds", "Ask at the desk.\n\nThe desk is in Harbor Hall."))


def program(tuition: int, **more: Any) -> Entry:
    """A program that costs so much, with its page."""
    made = Program("D1", "Data", costs=(Cost("tuition", Decimal(tuition)),), **more)
    return Entry(program_page(made), made)


def said(words: str) -> Entry:
    """The page with other words."""
    return Entry(replace(PAGE.document, text=words))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A working copy with a page and a program that were imported."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    await Store(engine).replace("catalog.csv", "csv", [program(1140), PAGE])
    yield engine
    await engine.dispose()


@pytest.fixture
def noted() -> list[tuple[str, str, str]]:
    """Who did what to what."""
    return []


@pytest.fixture
def review(engine: AsyncEngine, noted: list[tuple[str, str, str]]) -> Review:
    async def note(_db: object, person: Person, action: str, subject: str, _detail: object) -> None:
        noted.append((person.name, action, subject))

    return Review(engine, note)


async def submitted(review: Review, entry: Entry, person: Person = ANA) -> tuple[str, int]:
    """A proposal that waits for a decision: its id and version."""
    draft = await review.edit(person, entry.document.id)
    draft = await review.save(person, draft.id, draft.version, entry)
    draft = await review.submit(person, draft.id, draft.version)
    return draft.id, draft.version


async def texts(engine: AsyncEngine) -> dict[str, str]:
    """What the working copy says, by id."""
    return {entry.document.id: entry.document.text for entry in await Store(engine).entries()}


async def test_a_draft_changes_nothing_until_it_is_approved(
    review: Review, engine: AsyncEngine, noted: list[tuple[str, str, str]]
) -> None:
    """A page's wording may be let in by its author; each step leaves its line in the log."""
    identity, version = await submitted(review, said("Ask at the counter."))
    assert (await texts(engine))["refunds"] == PAGE.document.text
    done = await review.approve(ANA, identity, version, "clearer")
    assert done.state is State.APPROVED
    assert (await texts(engine))["refunds"] == "Ask at the counter."
    assert [action for _, action, _ in noted] == ["draft", "submit", "approved"]


@pytest.mark.parametrize(
    ("entry", "touch"),
    [
        (program(1250), Touch.FEE),
        (said("Ask at the desk. It costs $5."), Touch.FEE),
        (said("Ask at the desk within 10 days."), Touch.DATE),
        (said("Ask at the desk by 1 March 2027."), Touch.DATE),
        (program(1140, aid=("payment plan",)), Touch.AID),
        (Entry(replace(PAGE.document, validity=Validity(None, date(2027, 7, 31)))), Touch.DATE),
    ],
)
async def test_a_fee_a_date_or_an_aid_rule_needs_a_second_person(
    review: Review, engine: AsyncEngine, entry: Entry, touch: Touch
) -> None:
    """Who wrote it is refused and nothing is written; another person may let it in."""
    before = await texts(engine)
    identity, version = await submitted(review, entry)
    assert (await review.proposal(identity)).touches == {touch}
    with pytest.raises(SecondPersonNeeded):
        await review.approve(ANA, identity, version, "it is so")
    assert await texts(engine) == before
    assert (await review.proposal(identity)).state is State.SUBMITTED
    await review.approve(BEN, identity, version, "checked against the fee schedule")


async def test_whoever_worked_on_a_draft_is_not_its_second_person(review: Review) -> None:
    """Saving somebody's draft makes it one's own too."""
    draft = await review.edit(ANA, "D1")
    draft = await review.save(ANA, draft.id, draft.version, program(1250))
    draft = await review.save(BEN, draft.id, draft.version, program(1260))
    draft = await review.submit(ANA, draft.id, draft.version)
    for person in (ANA, BEN):
        with pytest.raises(SecondPersonNeeded):
            await review.approve(person, draft.id, draft.version, "it is so")
    await review.approve(CEM, draft.id, draft.version, "it is so")


async def test_a_page_that_a_rule_of_aid_rests_on_needs_a_second_person(
    review: Review, engine: AsyncEngine
) -> None:
    """Any of its words may decide who gets aid."""
    rule = Record("aid_rule", "grant", {"source": {"document_id": "refunds", "quote": "Ask"}})
    await Store(engine).replace("aid.toml", "aid_rules", [], records=[rule])
    identity, version = await submitted(review, said("Ask nobody."))
    with pytest.raises(SecondPersonNeeded):
        await review.approve(ANA, identity, version, "it is so")


async def test_a_reviewer_may_mend_words_but_not_a_fee_alone(
    review: Review, engine: AsyncEngine
) -> None:
    """Mended words are approved with modifications; a mended fee waits for somebody else."""
    identity, version = await submitted(review, said("Ask at the countr."))
    done = await review.approve(
        BEN, identity, version, "typo", modified=said("Ask at the counter.")
    )
    assert done.state is State.MODIFIED
    assert (await texts(engine))["refunds"] == "Ask at the counter."

    identity, version = await submitted(review, program(1250))
    waits = await review.approve(BEN, identity, version, "it is 1,350", modified=program(1350))
    assert waits.state is State.SUBMITTED
    with pytest.raises(SecondPersonNeeded):
        await review.approve(BEN, identity, waits.version, "it is 1,350")
    await review.approve(ANA, identity, waits.version, "so it is")
    assert "$1,350" in (await texts(engine))["D1"]


async def test_a_decision_needs_its_reason_and_is_made_once(review: Review) -> None:
    """Rejected stays rejected; without a reason nothing is decided."""
    identity, version = await submitted(review, said("Ask."))
    with pytest.raises(ReasonNeeded):
        await review.reject(BEN, identity, version, " ")
    done = await review.reject(BEN, identity, version, "not true", {"Outcomes": False})
    assert (done.state, done.reason, done.rubric) == (
        State.REJECTED,
        "not true",
        {"Outcomes": False},
    )
    with pytest.raises(NotInThisState):
        await review.approve(CEM, identity, done.version, "oh well")


async def test_two_people_at_one_draft_are_told(review: Review) -> None:
    """Who saves over another's words is refused, and gets what the draft holds now."""
    first = await review.edit(ANA, "refunds")
    second = await review.edit(BEN, "refunds")
    assert second.id == first.id
    await review.save(ANA, first.id, first.version, said("Ask Ana."))
    with pytest.raises(ChangedMeanwhile) as told:
        await review.save(BEN, first.id, second.version, said("Ask Ben."))
    assert told.value.proposal.changed_by == ANA
    assert (await review.content(told.value.proposal)) == said("Ask Ana.")


async def test_an_import_under_a_proposal_makes_it_stale(
    review: Review, engine: AsyncEngine
) -> None:
    """What was looked at is not what would be changed, until somebody has looked again."""
    identity, version = await submitted(review, program(1250))
    await Store(engine).replace("catalog.csv", "csv", [program(1200), PAGE])
    with pytest.raises(BaseMoved):
        await review.approve(BEN, identity, version, "it is so")
    draft = await review.take_back(ANA, identity, version)
    draft = await review.rebase(ANA, identity, draft.version)
    draft = await review.submit(ANA, identity, draft.version)
    await review.approve(BEN, identity, draft.version, "it is so")
    assert "$1,250" in (await texts(engine))["D1"]


async def test_revisions_stay_and_a_roll_back_is_a_draft(
    review: Review, engine: AsyncEngine
) -> None:
    """What came by a command is kept too, once it is changed; an old state goes through review."""
    identity, version = await submitted(review, program(1250))
    await review.approve(BEN, identity, version, "new fees")
    kept = await review.revisions("D1")
    assert [(r.number, r.by) for r in kept] == [(2, "Ben"), (1, "a command")]
    draft = await review.roll_back(ANA, "D1", 1)
    assert draft.state is State.DRAFT
    assert await review.content(draft) == program(1140)
    assert "$1,250" in (await texts(engine))["D1"]


async def test_an_edited_entry_is_kept_from_its_source(review: Review, engine: AsyncEngine) -> None:
    """A later import leaves it alone and says so."""
    identity, version = await submitted(review, said("Ask at the counter."))
    await review.approve(ANA, identity, version, "clearer")
    changes = await Store(engine).replace("catalog.csv", "csv", [program(1140), PAGE])
    assert [refused.value for refused in changes.refused] == ["refunds"]
    assert "edited by staff" in changes.refused[0].reason
    assert {s.location: s.documents for s in await Store(engine).sources()}[EDITED] == 1


async def test_reading_all_sources_again_leaves_edited_entries(
    review: Review, engine: AsyncEngine
) -> None:
    """They stand in no file, and do not go with it."""
    identity, version = await submitted(review, said("Ask at the counter."))
    await review.approve(ANA, identity, version, "clearer")
    service = SourceService(Store(engine), 1000)
    edited = next(s for s in await service.sources() if s.location == EDITED)
    report = await service.refresh_source(edited)
    assert report.changes.unchanged == ("refunds",)
    assert (await texts(engine))["refunds"] == "Ask at the counter."


async def test_an_import_is_previewed_and_let_in_as_a_whole(
    review: Review, engine: AsyncEngine
) -> None:
    """Counts before, nothing written before, everything at once after, with revisions."""
    new = Entry(Document("library", "Library", "Open to all."))
    staged = Staged("catalog.csv", "csv", (program(1300), new))
    proposal, impact = await review.stage(ANA, staged)
    assert {k: n for k, n in proposal.counts.items() if n} == {
        "added": 1,
        "changed": 1,
        "removed": 1,
    }
    assert impact.before["D1"] == program(1140)
    assert proposal.touches == {Touch.FEE}
    assert set(await texts(engine)) == {"D1", "refunds"}
    proposal = await review.submit(ANA, proposal.id, proposal.version)
    with pytest.raises(SecondPersonNeeded):
        await review.approve(ANA, proposal.id, proposal.version, "ours")
    await review.approve(BEN, proposal.id, proposal.version, "as sent by the registrar")
    assert set(await texts(engine)) == {"D1", "library"}
    assert (await review.revisions("refunds"))[0].entry is None


async def test_what_cannot_be_content_can_be_saved_but_not_submitted(review: Review) -> None:
    """A half-done draft is kept; its review is refused with the field."""
    draft = await review.edit(ANA, "refunds")
    broken = Entry(replace(PAGE.document, url="javascript:alert(1)"))
    draft = await review.save(ANA, draft.id, draft.version, broken)
    with pytest.raises(NotAcceptable, match="url"):
        await review.submit(ANA, draft.id, draft.version)


async def test_an_institution_may_have_its_own_rubric(review: Review) -> None:
    """The default holds until then, and again when its own is emptied."""
    assert await review.rubric() == DEFAULT_RUBRIC
    own = (Criterion("Labour market", "Who hires for it?"),)
    await review.set_rubric(ANA, own)
    assert await review.rubric() == own
    await review.set_rubric(ANA, ())
    assert await review.rubric() == DEFAULT_RUBRIC


async def test_revisions_cannot_be_changed(review: Review, engine: AsyncEngine) -> None:
    """Even by SQL: they are what was said when."""
    identity, version = await submitted(review, said("Ask at the counter."))
    await review.approve(ANA, identity, version, "clearer")
    for words in ("UPDATE kb_revisions SET reason = ''", "DELETE FROM kb_revisions"):
        with pytest.raises(Exception, match="never changed"):
            async with engine.begin() as connection:
                await connection.execute(text(words))
