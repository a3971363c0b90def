"""`advisor conflicts` and `publish`: from the working copy live."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from advisor.console import counted, err, out, print_json, step
from advisor.errors import NoSpace
from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database, editing_service
from knowledge_base.edition import Manifest
from knowledge_base.facts.fact import Conflict


def add_to(app: typer.Typer) -> None:
    """Add `conflicts` and `publish`."""
    app.command()(conflicts)
    app.command()(publish)


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
    manifest = asyncio.run(publish_content(load_settings(), strict=strict))
    if as_json:
        print_json(asdict(manifest))
    else:
        show_published(manifest)
    if manifest.conflicts:
        told = f"{_count(manifest.conflicts)} in it; `advisor conflicts` lists them"
        err.print(told, markup=False, soft_wrap=True)


async def publish_content(settings: Settings, *, strict: bool = False) -> Manifest:
    """Publish the working copy, with a bar. Raises NoSpace, or what publishing raises."""
    await migrate(settings)
    async with database(settings) as engine:
        with counted("publishing") as report:
            try:
                return await editing_service(settings, engine).publish(report, strict=strict)
            except RuntimeError as error:
                if "No space left" not in str(error):  # FAISS gives no error number.
                    raise
                raise NoSpace(f"the disk is full: no room in {settings.editions}") from None


def show_published(manifest: Manifest) -> None:
    """Say in one line what is live now."""
    out.print(
        f"published edition {manifest.id}: {manifest.documents} documents, "
        f"{manifest.programs} of them programs, in {manifest.passages} passages "
        f"({manifest.reused_vectors} vectors reused)",
        soft_wrap=True,
    )


async def _conflicts(settings: Settings) -> list[Conflict]:
    await migrate(settings)
    async with database(settings) as engine:
        with step("reading facts"):
            return await editing_service(settings, engine).conflicts()


def _count(conflicts: int) -> str:
    return "1 contradiction" if conflicts == 1 else f"{conflicts} contradictions"
