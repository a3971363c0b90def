"""Files of rules are imported, published and asked like any other content."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from editions import LIMIT, SAMPLE, asking, page, silent
from sqlalchemy.ext.asyncio import create_async_engine

from knowledge_base.credit.equivalency import Award, Held, Tier
from knowledge_base.editing import EditingService
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import NothingPublished, SourceError, UnknownFormat
from knowledge_base.kleene import Truth
from knowledge_base.pathway.plan import Goal, Limits
from knowledge_base.schema import workspace
from knowledge_base.store import Store

DAY = date(2026, 11, 22)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "editions")


@pytest.fixture
async def service(tmp_path: Path, shelf: Shelf, encoder: Encoder) -> AsyncIterator[EditingService]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    yield EditingService(Store(engine), shelf, encoder, LIMIT)
    await engine.dispose()


async def test_rules_travel_from_a_file_to_an_estimate(
    service: EditingService, shelf: Shelf, encoder: Encoder
) -> None:
    """What was imported and published is what the knowledge base estimates, checks and plans by."""
    for name in ("equivalencies.csv", "aid-rules.toml", "policies/transfer-credit.md"):
        await service.import_source(SAMPLE / name)
    await service.import_source(SAMPLE / "programs.csv", mapping_file=SAMPLE / "programs.toml")
    await service.publish()
    library = asking(shelf, encoder, DAY)
    told = await library.estimate_credit("I got a 4 on AP Statistics")
    assert [(line.tier, line.credits) for line in told.lines] == [(Tier.ARTICULATED, 3)]
    micro = Award("micro-credential", Decimal(6))
    listed = await library.estimate_credit([Held("exam", "AP Statistics", "4")], micro)
    assert listed.agreed.credits == 0
    aid = await library.check_aid({"international_rate": True}, "MHC-DA101")
    outcomes = {verdict.rule.id: verdict.outcome for verdict in aid.verdicts}
    assert outcomes["workforce-grant"] is Truth.NO
    assert outcomes["trades-tool-allowance"] is Truth.NO
    assert outcomes["payment-plan"] is Truth.UNKNOWN
    assert aid.next_question is not None
    planned = await library.plan(Goal(occupation="bookkeeper"), limits=Limits(budget=Decimal(800)))
    assert [run.program.id for run in planned.stacks[0].runs] == ["MHC-BK101"]


async def test_importing_rules_again_changes_only_what_changed(
    service: EditingService, tmp_path: Path
) -> None:
    """A second import changes nothing; a changed row changes, and a row that is gone is removed."""
    path = tmp_path / "equivalencies.csv"
    shutil.copy(SAMPLE / "equivalencies.csv", path)
    first = await service.import_source(path)
    assert len(first.changes.added) > 40
    again = await service.import_source(path)
    assert set(again.changes.unchanged) == set(first.changes.added)
    assert not (again.changes.added or again.changes.changed or again.changes.removed)
    text = path.read_text(encoding="utf-8").replace("Statistics,3,", "Statistics,4,")
    lines = [line for line in text.splitlines(keepends=True) if "exam-ap-csp" not in line]
    path.write_text("".join(lines), encoding="utf-8")
    tried = await service.import_source(path, dry_run=True)
    for report in (tried, await service.import_source(path)):
        assert report.changes.changed == ("equivalency:exam-ap-statistics",)
        assert report.changes.removed == ("equivalency:exam-ap-csp",)


async def test_a_rule_of_another_source_is_left_as_it_is(
    service: EditingService, tmp_path: Path
) -> None:
    """The same id in a second file is refused by name and does not replace the first."""
    await service.import_source(SAMPLE / "equivalencies.csv")
    copy = tmp_path / "my-equivalencies.csv"
    shutil.copy(SAMPLE / "equivalencies.csv", copy)
    report = await service.import_source(copy)
    assert report.changes.added == ()
    assert any("belongs to a source" in item.reason for item in report.skipped)


async def test_a_broken_file_of_rules_changes_nothing(
    service: EditingService, shelf: Shelf, encoder: Encoder, tmp_path: Path
) -> None:
    """The import is refused as a whole, and the rules from before are still published."""
    path = tmp_path / "equivalencies.csv"
    shutil.copy(SAMPLE / "equivalencies.csv", path)
    await service.import_source(path)
    await service.import_source(SAMPLE / "policies" / "transfer-credit.md")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError):
        await service.import_source(path)
    path.write_bytes(b"")
    with pytest.raises(SourceError, match="is empty"):
        await service.import_source(path)
    await service.publish()
    told = await asking(shelf, encoder, DAY).estimate_credit([Held("exam", "AP Statistics", "4")])
    assert told.lines[0].tier is Tier.ARTICULATED


async def test_an_unknown_format_names_the_rules_too(service: EditingService) -> None:
    """What `--as` takes is listed, files of rules among it."""
    with pytest.raises(UnknownFormat, match=r"equivalencies"):
        await service.import_source(SAMPLE / "equivalencies.csv", format_name="transfer")


async def test_without_rules_nothing_is_promised(shelf: Shelf, encoder: Encoder) -> None:
    """An edition without rules gives no credit and no aid, and nothing published is said so."""
    library = asking(shelf, encoder, DAY)
    with pytest.raises(NothingPublished):
        await library.estimate_credit("AP Statistics 5")
    shelf.publish([page("fees", "The fee is $25.")], encoder, silent)
    told = await library.estimate_credit([Held("exam", "AP Statistics", "5")])
    assert [line.tier for line in told.lines] == [Tier.NO_RULE]
    assert (await library.check_aid({})).verdicts == ()
    planned = await library.plan(Goal(occupation="bookkeeper"))
    assert planned.stacks == ()
