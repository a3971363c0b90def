"""`advisor privacy`: clear what is old, and export or erase what is held of one student."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import aiohttp
import typer

from advisor.console import out, print_json
from advisor.errors import NothingHeld
from advisor.logs import log_to_standard_error
from advisor.migration import migrate
from advisor.secrets import bot_token
from advisor.settings import Settings, load_settings
from advisor.wiring import database
from channels.brain import RasaBrain
from channels.erasing import Eraser, Erasure
from channels.privacy.holdings import Holdings
from channels.privacy.report import as_html, as_json
from channels.privacy.retention import Retention
from channels.storage import Storage

privacy = typer.Typer(no_args_is_help=True, help="Clear, export and erase what students wrote.")
Name = Annotated[
    str,
    typer.Argument(
        help="A conversation's id, an address or number on a channel, or the student's id as the "
        "embedding site says it."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `privacy` with its commands."""
    app.add_typer(privacy, name="privacy")


@privacy.command()
def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be cleared.")
    ] = False,
) -> None:
    """Clear what `[privacy]` keeps no longer, as the gateway does once a day; print the counts."""
    log_to_standard_error()
    print_json(asyncio.run(_retain(load_settings(), dry_run)))


@privacy.command()
def export(
    name: Name,
    to: Annotated[Path, typer.Option(help="Where to write NAME.json and NAME.html.")] = Path(),
) -> None:
    """Write all that is held of one student, for programs and to read."""
    settings = load_settings()
    files = asyncio.run(_export(settings, name))
    to.mkdir(parents=True, exist_ok=True)
    for suffix, text in files.items():
        path = to / f"student-data.{suffix}"
        path.write_text(text, encoding="utf-8")
        out.print(path, markup=False, soft_wrap=True)


@privacy.command()
def erase(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase all conversations of one student everywhere; print the receipts."""
    log_to_standard_error()
    settings = load_settings()
    found = asyncio.run(_found(settings, name))
    if not found:
        raise NothingHeld(f"nothing is held under {name!r}")
    if not yes:
        typer.confirm(f"Erase {len(found)} conversations for good?", abort=True)
    print_json([receipt.to_wire() for receipt in asyncio.run(_erase(settings, found))])


async def _retain(settings: Settings, dry_run: bool) -> dict[str, int]:
    await migrate(settings)
    async with database(settings) as engine, aiohttp.ClientSession() as session:
        storage = Storage(engine)
        eraser = Eraser(storage, _bot(settings, session))
        clears = Retention(storage, settings.privacy, eraser, logs=settings.logs)
        return await clears.clear(dry_run=dry_run)


async def _export(settings: Settings, name: str) -> dict[str, str]:
    await migrate(settings)
    async with database(settings) as engine:
        holdings = Holdings(Storage(engine))
        held, refuses = await holdings.of(name), await holdings.refuses(name)
        if not held and not refuses:
            raise NothingHeld(f"nothing is held under {name!r}")
        return {
            "json": as_json(name, held, refuses),
            "html": as_html(name, held, refuses, settings.institution),
        }


async def _found(settings: Settings, name: str) -> list[str]:
    await migrate(settings)
    async with database(settings) as engine:
        return [held.id for held in await Holdings(Storage(engine)).of(name)]


async def _erase(settings: Settings, conversations: list[str]) -> list[Erasure]:
    async with database(settings) as engine, aiohttp.ClientSession() as session:
        eraser = Eraser(Storage(engine), _bot(settings, session))
        return [await eraser.erase(conversation) for conversation in conversations]


def _bot(settings: Settings, session: aiohttp.ClientSession) -> RasaBrain:
    deadline = settings.gateway.turn_deadline
    return RasaBrain(settings.bot.address, bot_token(settings), session, deadline)
