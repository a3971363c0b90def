"""`advisor editions`: what was published, and the way back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Column, Table

from advisor.console import out, print_json
from advisor.settings import Settings, load_settings
from advisor.wiring import database, editing_service
from knowledge_base.editing import EditionOnShelf

editions = typer.Typer(help="List published editions, or make an earlier one live again.")


def add_to(app: typer.Typer) -> None:
    """Add `editions list` and `editions roll-back`."""
    app.add_typer(editions, name="editions")


@editions.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_editions(as_json=False)


@editions.command("list")
def list_editions(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List every edition, newest first; the live one is marked."""
    found = asyncio.run(_editions(load_settings()))
    if as_json:
        print_json([asdict(e) for e in found])
        return
    table = Table(
        Column("edition", no_wrap=True), "published (UTC)", "documents", "programs", "passages", ""
    )
    for e in found:
        mark = "live" if e.current else ""
        counts = map(str, (e.documents, e.programs, e.passages))
        table.add_row(e.id, e.published_at[:16].replace("T", " "), *counts, mark)
    out.print(table)


@editions.command("roll-back")
def roll_back(
    edition: Annotated[
        str, typer.Argument(help="The edition's name, as `editions list` shows it.")
    ],
) -> None:
    """Make an earlier edition live again, at once and without stopping anything."""
    asyncio.run(_roll_back(load_settings(), edition))
    out.print(f"edition {edition} is live")


async def _editions(settings: Settings) -> list[EditionOnShelf]:
    async with database(settings) as engine:
        return list(await editing_service(settings, engine).editions())


async def _roll_back(settings: Settings, edition: str) -> None:
    async with database(settings) as engine:
        await editing_service(settings, engine).roll_back(edition)
