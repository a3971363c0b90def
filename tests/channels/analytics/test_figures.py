"""Figures are what is counted by hand, add up over days, and never take silence for success."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from archive import DAY, TODAY, UNKNOWN, Archive
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.analytics.daily import Daily
from channels.analytics.definitions import BY_KEY, MEASURES, Unit, written
from channels.analytics.figures import Figures, Times
from channels.analytics.gathering import Dimension, gather
from channels.analytics.questions import asked_most
from channels.schema import messages, reviews
from channels.storage import Storage

ALL = (Dimension.ALL, "")


@pytest.fixture
async def archive(either_engine: AsyncEngine) -> Archive:
    return Archive(either_engine)


async def figures(archive: Archive, place: tuple[Dimension, str] = ALL) -> Figures:
    async with archive.engine.connect() as db:
        return (await gather(db, DAY))[place]


async def test_how_conversations_end(archive: Archive) -> None:
    """Silence is neither for nor against; the last rating and a wish for a person decide."""
    await archive.talk({})
    await archive.talk({"helpful": True})
    await archive.talk({"helpful": True}, {"helpful": False})
    await archive.talk({"helpful": True}, {"kind": "handover", "answer": None})
    await archive.talk({"payload": "/talk_to_person", "answer": None, "kind": "text"})
    await archive.talk({"reason": "person"})
    found = await figures(archive)
    counted = (found.conversations, found.confirmed, found.unhelpful, found.handed_over)
    assert counted == (6, 1, 1, 3)
    assert BY_KEY["containment"].value(found) == 1 / 5
    assert BY_KEY["unknown"].value(found) == 1 / 6
    assert BY_KEY["handover"].value(found) == 3 / 6


async def test_silence_is_no_success(archive: Archive) -> None:
    """Nobody said anything: containment is not known, and neither one nor nought."""
    await archive.talk({}, {})
    found = await figures(archive)
    assert BY_KEY["containment"].value(found) is None
    assert BY_KEY["unknown"].value(found) == 1.0


async def test_what_became_of_questions(archive: Archive) -> None:
    """Declined and failed ones have no answer; those of persons are not timed; all are rated."""
    await archive.talk(
        {"helpful": False, "ms": 150},
        {"answer": UNKNOWN, "ms": 950},
        {"status": "failed", "answer": None, "kind": "apology", "ms": 20_000},
        {"reason": "person", "answer": None, "ms": 9_000_000},
        {"status": "accepted"},
        {"answer": None, "kind": "text", "topic": "greet", "ms": 90},
    )
    found = await figures(archive)
    assert (found.turns, found.answered, found.unanswered) == (5, 1, 2)
    assert (found.rated, found.helpful) == (1, 0)
    assert sum(found.times.counts) == 3
    assert BY_KEY["no_answer"].value(found) == 2 / 5


async def test_parts_of_a_day(archive: Archive) -> None:
    """By channel, topic, and the program of the page or of the first source; other days are not."""
    await archive.talk({"page": "MHC-X1"}, {"topic": "dates"}, channel="sms")
    await archive.talk({"answer": UNKNOWN})
    await archive.talk({}, day=DAY + timedelta(days=1))
    assert (await figures(archive)).turns == 3
    assert (await figures(archive, (Dimension.CHANNEL, "sms"))).turns == 2
    assert (await figures(archive, (Dimension.TOPIC, "cost"))).conversations == 2
    assert (await figures(archive, (Dimension.PROGRAM, "MHC-X1"))).turns == 1
    assert (await figures(archive, (Dimension.PROGRAM, "MHC-DA101"))).turns == 1


async def test_what_staff_reviewed(archive: Archive) -> None:
    """A turn is right if everybody who judged it says so."""
    await archive.talk({}, {}, {})
    row = {"becomes": "", "meant": "", "comment": "", "at": datetime.now(UTC), "reviewer": "x"}
    said = ((0, "a", "right"), (0, "b", "right"), (1, "a", "right"), (1, "b", "wrong"))
    async with archive.engine.begin() as db:
        for turn, who, verdict in said:
            names = {"id": f"r_{turn}{who}", "conversation_id": "c_1", "turn_id": f"t_c_1_{turn}"}
            values = {**row, **names, "reviewer_id": who, "verdict": verdict}
            await db.execute(insert(reviews).values(values))
    found = await figures(archive)
    assert (found.reviewed, found.verified) == (2, 1)


async def test_days_are_kept_and_counted_anew(archive: Archive) -> None:
    """What is kept is what is counted; a day that is counted again replaces itself."""
    daily = Daily(Storage(archive.engine))
    await archive.talk({"helpful": True})
    assert len(await daily.missing()) == 20
    await daily.keep(DAY)
    assert len(await daily.missing()) == 19
    kept = (await daily.between(DAY, DAY, Dimension))[DAY]
    async with archive.engine.connect() as db:
        assert kept == await gather(db, DAY)
    async with archive.engine.begin() as db:
        await db.execute(update(messages).values(helpful=None))
    await daily.keep(DAY)
    assert (await daily.between(DAY, DAY, [Dimension.ALL]))[DAY][ALL].rated == 0


async def test_today_is_counted_when_it_is_asked_for(archive: Archive) -> None:
    """Without being kept."""
    await archive.talk({}, day=TODAY)
    daily = Daily(Storage(archive.engine))
    found = await daily.between(TODAY - timedelta(days=3), TODAY, [Dimension.ALL])
    assert {day: parted[ALL].turns for day, parted in found.items()} == {TODAY: 1}


async def test_what_is_asked_most(archive: Archive) -> None:
    """Capitals and marks do not matter; tapped choices are not questions; gaps stand apart."""
    await archive.talk({"text": "How much is it?"}, {"text": "how much is it"})
    await archive.talk({"text": "Is there PARKING?", "answer": UNKNOWN}, channel="sms")
    await archive.talk({"text": "tapped", "payload": "/ask_cost"})
    async with archive.engine.connect() as db:
        most, gaps = await asked_most(db, DAY, DAY, ALL)
        assert [(each.times, each.unanswered) for each in most] == [(2, 0), (1, 1)]
        assert [each.text for each in gaps] == ["Is there PARKING?"]
        most, _ = await asked_most(db, DAY, DAY, (Dimension.CHANNEL, "sms"))
        assert [each.text for each in most] == ["Is there PARKING?"]
        before = DAY - timedelta(days=1)
        assert await asked_most(db, before, before, ALL) == ([], [])


def test_percentiles_are_at_most_one_step_too_high() -> None:
    """Of added days as of one."""
    low, high = Times.of([90.0] * 90), Times.of([4_100.0] * 10)
    assert (low + high).percentile(0.5) == 100
    assert (low + high).percentile(0.95) == 5_000
    assert Times.of([10**9]).percentile(0.5) == 300_000
    assert Times().percentile(0.95) is None


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_a_measure_of_nothing_is_unknown_or_a_count(measure: Any) -> None:
    """And every one says what it means."""
    value = measure.value(Figures())
    assert value == 0 if measure.unit is Unit.COUNT else value is None
    assert len(measure.definition) > 20
    assert written(None, measure.unit) == "–"
