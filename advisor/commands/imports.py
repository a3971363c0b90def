"""`advisor import`: sources into the working copy, with a report of every item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from advisor.console import counted, err, out, print_json
from advisor.errors import SettingsError
from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database, source_service
from knowledge_base.catalog import readers
from knowledge_base.rules import READERS as RULES
from knowledge_base.schedule import Schedule, interval
from knowledge_base.sources.service import ImportReport

_SHOWN = 20
"""Items of a kind that are listed; the JSON report has them all."""


class _ListsFormats(TyperCommand):
    """Names the formats in the help, and looks for their readers only then."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # A click.Context.
        for option in self.params:
            if option.name == "as_format":
                option.help = f"Format: {', '.join((*readers(), *RULES))}. Recognised if not said."  # type: ignore[attr-defined]
        return super().get_help(ctx)


def add_to(app: typer.Typer) -> None:
    """Add `import`."""
    app.command("import", cls=_ListsFormats)(import_)


def import_(
    sources: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders or web addresses.")
    ],
    as_format: Annotated[
        str | None,
        typer.Option("--as", help="Format. Recognised if not said."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help="TOML file that says which column or path holds which fact."),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(help="Have the running assistant read it again: 6h, 1d, weekly …, off."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; change nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON array of reports.")
    ] = False,
) -> None:
    """Read sources into the working copy; `publish` then makes them live.

    Each source is taken whole or not at all; importing it again changes only what changed in it.
    What cannot be read is listed with its place, field, value and what is allowed.
    """
    settings = load_settings()
    schedule = None if every is None else Schedule(read_interval(every))
    reports: list[ImportReport] = []
    tell = reports.append if as_json else show_report
    try:
        asyncio.run(_import(settings, sources, as_format, mapping, schedule, dry_run, tell))
    finally:  # What was imported before an error is told.
        if as_json and reports:
            print_json([_wire(report) for report in reports])


def read_interval(text: str) -> timedelta | None:
    """What a person wrote for an interval; None for off. Raises SettingsError."""
    try:
        return interval(text)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def show_report(report: ImportReport) -> None:
    """Say in one line what an import did, then item by item, and what it could not take."""
    changes = report.changes
    would = "would be " if report.dry_run else ""
    gone = "is gone; " if report.gone else ""
    kept = sum(item.kept for item in report.skipped)
    out.print(
        f"{report.location} ({report.format}): {gone}{would}{len(changes.added)} added, "
        f"{len(changes.changed)} changed, {len(changes.unchanged)} unchanged, "
        f"{len(changes.removed)} removed, {len(report.skipped) - kept} skipped"
        + (f", {kept} noted" if kept else ""),
        markup=False,
        soft_wrap=True,
    )
    for word in ("added", "changed", "removed"):
        _list(word, getattr(changes, word))
    for item in report.skipped[:_SHOWN]:
        word = "noted" if item.kept else "skipped"
        err.print(f"  {word} {_plain(str(item))}", markup=False, soft_wrap=True)
    if len(report.skipped) > _SHOWN:
        err.print(f"  and {len(report.skipped) - _SHOWN} more; --json lists them all")


def _list(word: str, ids: Sequence[str]) -> None:
    for one in ids[:_SHOWN]:
        out.print(f"  {word} {_plain(one)}", markup=False, soft_wrap=True)
    if len(ids) > _SHOWN:
        out.print(f"  and {len(ids) - _SHOWN} more {word}; --json lists them all")


def _plain(text: str) -> str:
    """A text from a foreign file as a terminal may show it: without signs that steer it."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


async def _import(
    settings: Settings,
    sources: list[str],
    as_format: str | None,
    mapping: Path | None,
    schedule: Schedule | None,
    dry_run: bool,
    tell: Callable[[ImportReport], None],
) -> None:
    await migrate(settings)
    async with database(settings) as engine:
        service = source_service(settings, engine)
        for source in sources:
            with counted(f"reading {source}") as progress:
                report = await service.import_source(
                    source,
                    format_name=as_format,
                    mapping_file=mapping,
                    dry_run=dry_run,
                    private_addresses=settings.knowledge_base.import_from_private_addresses,
                    progress=progress,
                )
            tell(report)
            if schedule and not dry_run:
                await service.schedule_source(source, schedule.every)


def _wire(report: ImportReport) -> dict[str, Any]:
    return {
        "location": report.location,
        "format": report.format,
        "dry_run": report.dry_run,
        "gone": report.gone,
        "added": report.changes.added,
        "changed": report.changes.changed,
        "unchanged": report.changes.unchanged,
        "removed": report.changes.removed,
        "skipped": [asdict(item) for item in report.skipped],
    }
