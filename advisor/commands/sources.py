"""`advisor sources`: what was imported, reading it again by hand or on schedule, taking it out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from advisor.commands.content import publish_content, show_published
from advisor.commands.imports import read_interval, show_report
from advisor.console import complain, counted, out, print_json
from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database, source_service
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.rows.sources import Source
from knowledge_base.schedule import in_words
from knowledge_base.sources.service import SourceService

sources = typer.Typer(help="List what was imported, read it again, move it, or take it out.")

_Place = Annotated[
    str, typer.Argument(help="The file, folder or address, as `sources list` shows it.")
]


def add_to(app: typer.Typer) -> None:
    """Add `sources` with its commands."""
    app.add_typer(sources, name="sources")


@sources.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_sources(as_json=False)


@sources.command("list")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List every source: format, documents, when it was read, its schedule, its last error."""
    found = asyncio.run(_sources(load_settings()))
    if as_json:
        print_json([_wire(source) for source in found])
        return
    for source in found:
        out.print(source.location, markup=False, soft_wrap=True)
        for line in _facts(source):
            out.print(f"  {line}", markup=False, soft_wrap=True)


@sources.command()
def refresh(
    due: Annotated[
        bool, typer.Option("--due", help="Only those whose schedule says so, as `serve` does.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish afterwards if anything has changed.")
    ] = False,
) -> None:
    """Read every source again, as it was imported; `publish` then makes the changes live.

    A web page that its server calls unchanged is not read. A file or page that is gone takes its
    content with it. A source that cannot be read is told and keeps its content; the exit code is
    then 1.
    """
    settings = load_settings()
    publish = publish or (due and settings.knowledge_base.publish_refreshed)
    if not asyncio.run(_refresh(settings, due, publish)):
        raise typer.Exit(1)


@sources.command()
def schedule(
    location: _Place,
    every: Annotated[str, typer.Argument(help="30m, 6h, 1d, 2w, hourly, daily, weekly, or off.")],
) -> None:
    """Have the running assistant read a source again at an interval.

    What changed waits for `publish`, unless `knowledge_base.publish_refreshed` is set.
    """
    wanted = read_interval(every)
    found = asyncio.run(_schedule(load_settings(), location, wanted))
    told = f"every {in_words(wanted)}, next {_minute(found.schedule.due_at)}" if wanted else "off"
    out.print(f"{found.location}: {told}", markup=False, soft_wrap=True)


@sources.command()
def move(old: _Place, new: Annotated[str, typer.Argument(help="Where it stands now.")]) -> None:
    """Say that a source stands elsewhere now, so that it keeps its content; `refresh` reads it."""
    found = asyncio.run(_move(load_settings(), old, new))
    out.print(f"{found.location}: now the place of this source", markup=False, soft_wrap=True)


@sources.command()
def remove(location: _Place) -> None:
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
        return await source_service(settings, engine).sources()


async def _schedule(settings: Settings, location: str, every: timedelta | None) -> Source:
    await migrate(settings)
    async with database(settings) as engine:
        return await source_service(settings, engine).schedule_source(location, every)


async def _move(settings: Settings, old: str, new: str) -> Source:
    await migrate(settings)
    async with database(settings) as engine:
        return await source_service(settings, engine).move_source(old, new)


async def _remove(settings: Settings, location: str) -> Source:
    await migrate(settings)
    async with database(settings) as engine:
        return await source_service(settings, engine).remove_source(location)


async def _refresh(settings: Settings, due: bool, publish: bool) -> bool:
    """Whether every source could be read."""
    await migrate(settings)
    private = settings.knowledge_base.import_from_private_addresses
    failed = changed = 0
    async with database(settings) as engine:
        service = source_service(settings, engine)
        async for source in _claimed(service) if due else _each(service):
            try:
                with counted(f"reading {source.location}") as progress:
                    report = await service.refresh_source(
                        source, private_addresses=private, progress=progress
                    )
            except KnowledgeBaseError as error:
                complain(str(error))
                failed += 1
            else:
                show_report(report)
                changes = report.changes
                changed += len(changes.added) + len(changes.changed) + len(changes.removed)
    if publish and changed:
        show_published(await publish_content(settings))
    return not failed


async def _each(service: SourceService) -> AsyncIterator[Source]:
    for source in await service.sources():
        yield source


async def _claimed(service: SourceService) -> AsyncIterator[Source]:
    while (source := await service.claim_due()) is not None:
        yield source


def _facts(source: Source) -> Iterator[str]:
    """What there is to say of a source, a line each."""
    read = _minute(source.checked_at or source.imported_at)
    count = f"{source.documents} document{'' if source.documents == 1 else 's'}"
    yield f"{source.format}, {count}, read {read}"
    schedule = source.schedule
    if schedule.every and schedule.due_at:
        yield f"read again every {in_words(schedule.every)}, next {_minute(schedule.due_at)}"
    if schedule.last_error:
        times = "once" if schedule.failures == 1 else f"{schedule.failures} times"
        yield f"failed {times}: {schedule.last_error}"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _wire(source: Source) -> dict[str, Any]:
    schedule = source.schedule
    return {
        **asdict(source),
        "imported_at": source.imported_at.isoformat(timespec="seconds"),
        "checked_at": _second(source.checked_at),
        "schedule": {
            "every": in_words(schedule.every) if schedule.every else None,
            "due_at": _second(schedule.due_at),
            "failures": schedule.failures,
            "last_error": schedule.last_error,
        },
    }


def _second(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
