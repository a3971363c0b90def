"""Who sees to it that entries are still true, and when a publication goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from knowledge_base.drafts.care import INTERVAL_DAYS, Caring
from knowledge_base.drafts.differences import changed_fields, side_by_side
from knowledge_base.drafts.proposal import NotInThisState, Person, UnknownProposal
from knowledge_base.drafts.publishing import Publications, Stage
from knowledge_base.model import Cost, Document, Offering, Program, Requirement, Span, Validity
from knowledge_base.program_page import program_page
from knowledge_base.schema import workspace
from knowledge_base.store import Entry, Store

ANA = Person("a1", "Ana")
TODAY = date(2026, 11, 22)


def page(name: str, verified: date | None) -> Entry:
    """A page that its source says was verified on a day."""
    return Entry(Document(name, name, "Words.", validity=Validity(last_verified=verified)))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    entries = [
        page("fresh", TODAY - timedelta(days=INTERVAL_DAYS - 1)),
        page("stale", TODAY - timedelta(days=INTERVAL_DAYS + 10)),
        page("staler", TODAY - timedelta(days=400)),
        page("never", None),
    ]
    await Store(engine).replace("pages", "markdown", entries)
    yield engine
    await engine.dispose()


async def test_the_stalest_entries_come_first(engine: AsyncEngine) -> None:
    """Never verified, then the longest overdue; what is not due is not listed."""
    caring = Caring(engine)
    due = await caring.queue(TODAY)
    assert [each.document_id for each in due] == ["never", "staler", "stale"]
    await caring.verify(ANA, "never", TODAY)
    assert (await caring.of("never")).verifier == "Ana"
    assert [each.document_id for each in await caring.queue(TODAY)] == ["staler", "stale"]
    await caring.assign(ANA, "staler", "Ben", 500)
    assert [each.document_id for each in await caring.queue(TODAY)] == ["stale"]
    assert (await caring.of("staler")).verifier == "Ben"


async def test_an_interval_has_bounds_and_an_entry_has_to_exist(engine: AsyncEngine) -> None:
    """What cannot be is refused."""
    with pytest.raises(ValueError, match="days"):
        await Caring(engine).assign(ANA, "stale", "Ben", 0)
    with pytest.raises(UnknownProposal):
        await Caring(engine).verify(ANA, "nowhere", TODAY)


async def test_a_publication_is_taken_once_when_it_is_due(engine: AsyncEngine) -> None:
    """One that is due later waits; of two processes one gets it."""
    publications, now = Publications(engine), datetime.now(UTC)
    later = await publications.ask_for(ANA, now + timedelta(hours=1))
    assert await publications.claim() is None
    soon = await publications.ask_for(ANA, now, override="known and harmless")
    taken = await publications.claim()
    assert taken is not None
    assert (taken.id, taken.stage, taken.override) == (soon.id, Stage.RUNNING, "known and harmless")
    assert await publications.claim() is None
    await publications.end(taken, edition="e1")
    await publications.cancel(ANA, later.id)
    with pytest.raises(NotInThisState):
        await publications.cancel(ANA, soon.id)
    assert {p.id: p.stage for p in await publications.listed()} == {
        soon.id: Stage.DONE,
        later.id: Stage.CANCELLED,
    }


async def test_saved_questions_are_kept_once(engine: AsyncEngine) -> None:
    """The same question for the same page again changes nothing."""
    publications = Publications(engine)
    await publications.save_questions(ANA, ["How much?", "How much?"], "stale")
    await publications.save_questions(ANA, ["How much?"], "stale")
    (saved,) = await publications.questions()
    assert (saved.question, saved.document_id) == ("How much?", "stale")
    await publications.forget_question(ANA, saved.id)
    assert await publications.questions() == []


def test_differences_name_the_fact_and_show_the_lines() -> None:
    """A program's facts by name; lines of a text against each other, with gaps left out."""
    before = Program("D1", "Data", duration=Span(Decimal(8), Decimal(8), "weeks"), skills=("SQL",))
    after = Program(
        "D1", "Data", duration=Span(Decimal(8), Decimal(10), "weeks"), skills=("SQL", "Python")
    )
    told = {
        change.name: (change.before, change.after)
        for change in changed_fields(
            Entry(program_page(before), before), Entry(program_page(after), after)
        )
    }
    assert told["duration"] == ("8 weeks", "8–10 weeks")
    assert told["skills 2"] == ("", "Python")

    text = "\n".join(["a", *"123456", "b"])
    lines = side_by_side(text, "\n".join(["A", *"123456", "b", "c"]))
    assert [(line.kind, line.before, line.after) for line in lines] == [
        ("changed", "a", "A"),
        ("same", "1", "1"),
        ("same", "2", "2"),
        ("gap", "", ""),
        ("same", "6", "6"),
        ("same", "b", "b"),
        ("added", "", "c"),
    ]


def test_differences_are_said_as_the_page_says_them() -> None:
    """A cost, a run, a requirement, dates; and in full where the page says the same of both."""
    before = Program(
        "D1",
        "Data",
        costs=(Cost("tuition", Decimal(1140), condition="before fees"),),
        offerings=(Offering(date(2027, 1, 11), location="Harbor Hall"),),
        requirement=Requirement("A test", program="D0"),
        validity=Validity(effective_from=date(2026, 7, 1)),
    )
    after = Program(
        "D1",
        "Data",
        costs=(Cost("tuition", Decimal(0), condition="before fees"),),
        offerings=(Offering(date(2027, 2, 1), apply_by=date(2027, 1, 4)),),
        requirement=Requirement("A test", program="D2"),
        validity=Validity(effective_from=date(2026, 8, 1)),
    )
    entries = (Entry(program_page(each), each) for each in (before, after))
    told = {change.name: (change.before, change.after) for change in changed_fields(*entries)}
    assert told == {
        "costs": ("$1,140 tuition (before fees)", "no tuition (before fees)"),
        "offerings": (
            "starts on 11 January 2027 (Harbor Hall)",
            "starts on 1 February 2027; apply by 4 January 2027",
        ),
        "requirement": (
            "text: A test, program: D0, join: all",
            "text: A test, program: D2, join: all",
        ),
        "effective from": ("1 July 2026", "1 August 2026"),
    }
