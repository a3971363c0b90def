"""`advisor import`, `conflicts` and `publish`: into the working copy, and from there live."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from advisor.console import counted, err, out, print_json, step
from advisor.errors import NoSpace
from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database, editing_service
from knowledge_base.catalog import readers
from knowledge_base.editing import ImportReport
from knowledge_base.edition import Manifest
from knowledge_base.fact import Conflict

_SHOWN = 20
"""Skipped items that are listed; the JSON report has them all."""


class _ListsFormats(TyperCommand):
    """Names the formats in the help, and looks for their readers only then."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # A click.Context.
        for option in self.params:
            if option.name == "as_format":
                option.help = f"Format: {', '.join(readers())}. Recognised if not said."  # type: ignore[attr-defined]
        return super().get_help(ctx)


def add_to(app: typer.Typer) -> None:
    """Add `import`, `conflicts` and `publish`."""
    app.command("import", cls=_ListsFormats)(import_)
    app.command()(conflicts)
    app.command()(publish)


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
    reports = asyncio.run(_import(settings, sources, as_format, mapping, dry_run))
    if as_json:
        print_json([_wire(report) for report in reports])
    else:
        for report in reports:
            show_report(report)


def conflicts(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List statements of the working copy that give one thing different values for one day.

    Each is told with both sentences, their documents and dates. They are read out of prose, so that
    some may be harmless and some contradictions are missed.
    """
    found = asyncio.run(_conflicts(load_settings()))
    if as_json:
        print_json([conflict.to_wire() for conflict in found])
        return
    for conflict in found:
        out.print(f"- {conflict}", markup=False, soft_wrap=True)
    out.print(_count(len(found)))


def publish(
    strict: Annotated[
        bool, typer.Option("--strict", help="Publish nothing if the content contradicts itself.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the edition's manifest.")] = False,
) -> None:
    """Build an edition from the working copy and make it live, without stopping anything."""
    manifest = asyncio.run(_publish(load_settings(), strict))
    if as_json:
        print_json(asdict(manifest))
    else:
        out.print(
            f"published edition {manifest.id}: {manifest.documents} documents, "
            f"{manifest.programs} of them programs, in {manifest.passages} passages "
            f"({manifest.reused_vectors} vectors reused)",
            soft_wrap=True,
        )
    if manifest.conflicts:
        told = f"{_count(manifest.conflicts)} in it; `advisor conflicts` lists them"
        err.print(told, markup=False, soft_wrap=True)


def _count(conflicts: int) -> str:
    return "1 contradiction" if conflicts == 1 else f"{conflicts} contradictions"


async def _import(
    settings: Settings,
    sources: list[str],
    as_format: str | None,
    mapping: Path | None,
    dry_run: bool,
) -> list[ImportReport]:
    await migrate(settings)
    reports = []
    async with database(settings) as engine:
        service = editing_service(settings, engine)
        for source in sources:
            with step(f"reading {source}"):
                reports.append(
                    await service.import_source(
                        source,
                        format_name=as_format,
                        mapping_file=mapping,
                        dry_run=dry_run,
                        private_addresses=settings.knowledge_base.import_from_private_addresses,
                    )
                )
    return reports


async def _conflicts(settings: Settings) -> list[Conflict]:
    await migrate(settings)
    async with database(settings) as engine:
        with step("reading facts"):
            return await editing_service(settings, engine).conflicts()


async def _publish(settings: Settings, strict: bool) -> Manifest:
    await migrate(settings)
    async with database(settings) as engine:
        with counted("publishing") as report:
            try:
                return await editing_service(settings, engine).publish(report, strict=strict)
            except RuntimeError as error:
                if "No space left" not in str(error):  # FAISS gives no error number.
                    raise
                raise NoSpace(f"the disk is full: no room in {settings.editions}") from None


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


def show_report(report: ImportReport) -> None:
    """Say in one line what an import did, and list what it could not take."""
    changes = report.changes
    would = "would be " if report.dry_run else ""
    gone = "is gone; " if report.gone else ""
    out.print(
        f"{report.location} ({report.format}): {gone}{would}{len(changes.added)} added, "
        f"{len(changes.changed)} changed, {len(changes.unchanged)} unchanged, "
        f"{len(changes.removed)} removed, {len(report.skipped)} skipped",
        markup=False,
        soft_wrap=True,
    )
    for item in report.skipped[:_SHOWN]:
        err.print(f"  skipped {item}", markup=False, soft_wrap=True)
    if len(report.skipped) > _SHOWN:
        err.print(f"  and {len(report.skipped) - _SHOWN} more; --json lists them all")
