"""`advisor sources`: what was imported, reading it again, and taking it out."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from advisor.commands.content import show_report
from advisor.console import complain, out, print_json, step
from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database, editing_service
from knowledge_base.editing import ImportReport
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.source_rows import Source

sources = typer.Typer(help="List what was imported, read it again, or take it out.")


def add_to(app: typer.Typer) -> None:
    """Add `sources list`, `sources refresh` and `sources remove`."""
    app.add_typer(sources, name="sources")


@sources.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_sources(as_json=False)


@sources.command("list")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List every source with its format, how many documents it holds, and when it was read."""
    found = asyncio.run(_sources(load_settings()))
    if as_json:
        print_json([_wire(source) for source in found])
        return
    table = Table("source", "format", "documents", "imported", "last read")
    for source in found:
        read = source.checked_at or source.imported_at
        days = (f"{day:%Y-%m-%d %H:%M}" for day in (source.imported_at, read))
        table.add_row(source.location, source.format, str(source.documents), *days)
    out.print(table)


@sources.command()
def refresh() -> None:
    """Read every source again, as it was imported; `publish` then makes the changes live.

    A web page that its server calls unchanged is not read. A file or page that is gone takes its
    content with it. A source that cannot be read is told and keeps its content; the exit code is
    then 1.
    """
    if not asyncio.run(_refresh(load_settings())):
        raise typer.Exit(1)


@sources.command()
def remove(
    location: Annotated[
        str, typer.Argument(help="The file, folder or address, as `sources list` shows it.")
    ],
) -> None:
    """Take a source and all its content out of the working copy; `publish` then makes it so."""
    removed = asyncio.run(_remove(load_settings(), location))
    count = f"{removed.documents} document{'' if removed.documents == 1 else 's'}"
    out.print(
        f"{removed.location}: {count} withdrawn, but published until the next `advisor publish`",
        markup=False,
        soft_wrap=True,
    )


async def _sources(settings: Settings) -> list[Source]:
    await migrate(settings)
    async with database(settings) as engine:
        return await editing_service(settings, engine).sources()


async def _remove(settings: Settings, location: str) -> Source:
    await migrate(settings)
    async with database(settings) as engine:
        return await editing_service(settings, engine).remove_source(location)


async def _refresh(settings: Settings) -> bool:
    """Whether every source could be read."""
    await migrate(settings)
    private = settings.knowledge_base.import_from_private_addresses
    failed = 0
    async with database(settings) as engine:
        service = editing_service(settings, engine)
        for source in await service.sources():
            try:
                with step(f"reading {source.location}"):
                    report: ImportReport = await service.refresh_source(
                        source, private_addresses=private
                    )
            except KnowledgeBaseError as error:
                complain(str(error))
                failed += 1
            else:
                show_report(report)
    return not failed


def _wire(source: Source) -> dict[str, Any]:
    wire = asdict(source)
    checked = source.checked_at
    return {
        **wire,
        "imported_at": source.imported_at.isoformat(timespec="seconds"),
        "checked_at": checked.isoformat(timespec="seconds") if checked else None,
    }
