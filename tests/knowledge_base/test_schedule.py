"""A source is read again at its interval, and later and later while it fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contract_readers import write
from web_site import Page, Site

from knowledge_base.editing import EditingService
from knowledge_base.errors import SourceError, SourceGone, UnknownSource
from knowledge_base.schedule import LEASE, Schedule, in_words, interval

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("6h", 6), (" 1D ", 24), ("2 w", 336), ("90m", 1.5), ("hourly", 1), ("Weekly", 168)],
)
def test_intervals_are_written_as_people_say_them(text: str, hours: float) -> None:
    """And are shown in a form that is taken back."""
    found = interval(text)
    assert found == timedelta(hours=hours)
    assert interval(in_words(found)) == found


def test_off_is_no_interval() -> None:
    """A source can be left alone again."""
    assert interval("off") is None


@pytest.mark.parametrize("text", ["", "1m", "400d", "5", "h", "-1h", "1.5h", "99999w", "soon"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    """The error shows what may be written."""
    with pytest.raises(ValueError, match="write 30m, 6h"):
        interval(text)


def test_failures_wait_longer_and_never_past_the_interval() -> None:
    """Five minutes, then twice as long each time, and a success forgets them."""
    schedule = Schedule(timedelta(days=1), NOW)
    waits = []
    for _ in range(12):
        schedule = schedule.after_failure(NOW, "status 503")
        assert schedule.due_at is not None
        waits.append((schedule.due_at - NOW) / timedelta(minutes=1))
    for position, wait in enumerate(waits):
        meant = min(5 * 2**position, 1440)
        assert 0.9 * meant <= wait <= 1.1 * meant
    assert (schedule.failures, schedule.last_error) == (12, "status 503")
    better = schedule.after_success(NOW)
    assert (better.failures, better.last_error) == (0, None)


def test_sources_of_one_interval_drift_apart() -> None:
    """What was imported together is not asked for together for ever."""
    next_times = {Schedule(timedelta(days=1)).after_success(NOW).due_at for _ in range(20)}
    assert len(next_times) > 10


async def overdue(service: EditingService) -> None:
    """Let every schedule have come."""
    for source in await service.sources():
        past = replace(source.schedule, due_at=datetime.now(UTC) - timedelta(minutes=1))
        await service._store.reschedule(source, past)  # Time, as it passes.


@pytest.fixture
async def scheduled(service: EditingService, site: Site) -> Page:
    """A page of one source that is due."""
    site.everywhere = Page(b"<h1>Fees</h1><p>The late fee is $40.</p>", mark='"1"')
    await service.import_source(f"{site.url}/fees", private_addresses=True)
    await service.schedule_source(f"{site.url}/fees", timedelta(days=1))
    return site.everywhere


async def test_a_source_is_due_after_its_interval(service: EditingService, scheduled: Page) -> None:
    """Not before, and not once it is read only by hand."""
    assert await service.due() == []
    await overdue(service)
    (due,) = await service.due()
    await service.schedule_source(due.location, None)
    assert await service.due() == []


async def test_one_of_many_gets_a_source(service: EditingService, scheduled: Page) -> None:
    """Whoever comes at the same time, or while it is read, finds nothing to do."""
    await overdue(service)
    claims = await asyncio.gather(*(service.claim_due() for _ in range(8)))
    assert sum(claim is not None for claim in claims) == 1
    assert await service.claim_due() is None


async def test_a_reading_that_was_killed_is_taken_up_after_its_lease(
    service: EditingService, scheduled: Page
) -> None:
    """Meanwhile the list says what happened."""
    await overdue(service)
    assert await service.claim_due() is not None
    (left,) = await service.sources()
    assert left.schedule.due_at is not None
    assert timedelta() < left.schedule.due_at - datetime.now(UTC) <= LEASE
    assert left.schedule.last_error == "its reading was cut short"
    await overdue(service)
    assert await service.claim_due() is not None


async def test_what_fails_keeps_content_and_error(service: EditingService, scheduled: Page) -> None:
    """It is asked again sooner than its interval; once it can be read, the error is forgotten."""
    await overdue(service)
    scheduled.status = 503
    claimed = await service.claim_due()
    assert claimed is not None
    with pytest.raises(SourceError):
        await service.refresh_source(claimed, private_addresses=True)
    (failed,) = await service.sources()
    assert (failed.documents, failed.schedule.failures) == (1, 1)
    assert "status 503" in (failed.schedule.last_error or "")
    assert failed.schedule.due_at is not None
    assert failed.schedule.due_at - datetime.now(UTC) < timedelta(minutes=6)
    scheduled.status = 200
    await service.refresh_source(failed, private_addresses=True)
    (well,) = await service.sources()
    assert (well.schedule.failures, well.schedule.last_error) == (0, None)
    assert well.schedule.due_at is not None
    assert well.schedule.due_at - datetime.now(UTC) > timedelta(hours=20)


async def test_a_source_that_moved_keeps_its_content(
    service: EditingService, tmp_path: Path
) -> None:
    """Its documents are unchanged at the new place; a place that is none or taken is refused."""
    old, other = (write(tmp_path / f"{name}.md", f"# {name}\n\nText.\n") for name in ("a", "b"))
    for path in (old, other):
        await service.import_source(path)
    new = tmp_path / "new" / "a.md"
    new.parent.mkdir()
    with pytest.raises(SourceGone, match="no such file"):
        await service.move_source(str(old), str(new))
    old.rename(new)
    with pytest.raises(SourceError, match="is a source itself"):
        await service.move_source(str(old), str(other))
    moved = await service.move_source(str(old), str(new))
    report = await service.refresh_source(moved)
    assert (report.changes.unchanged, report.changes.removed) == (("a",), ())
    with pytest.raises(UnknownSource, match="nothing was imported from there"):
        await service.move_source(str(old), str(new))


async def test_a_refusal_names_the_source_that_has_the_document(
    service: EditingService, tmp_path: Path
) -> None:
    """Whoever copied a folder learns where the first one was."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "aid.md", "# Aid\n\nText.\n")
    await service.import_source(tmp_path / "one")
    report = await service.import_source(tmp_path / "two")
    (refused,) = report.skipped
    assert f"belongs to {tmp_path / 'one'}, " in str(refused)
