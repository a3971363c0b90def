"""The checks of `advisor doctor`, one function a part."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from advisor.errors import AdvisorError
from advisor.migration import alembic_config
from advisor.processes import parts
from advisor.secrets import bot_token
from advisor.settings import Settings, settings_file
from advisor.shelf import shelf_of
from advisor.training import bot_python, model_path
from advisor.wiring import database
from knowledge_base.errors import KnowledgeBaseError, ShelfUnreachable, VectorsUnreachable

LEAST_FREE_MEGABYTES = 300
"""A first start writes about 60 MB into the state folder; below this it would fail half-way."""
_LOW_MEGABYTES = 1000
"""Below it doctor notes it, before a start is refused or a publication fails."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `ok` is None for something to know that is not a fault."""

    part: str
    ok: bool | None
    found: str
    mend: str = ""


async def check_all(settings: Settings) -> list[Check]:
    """Every check in the order in which parts depend on each other."""
    checks: tuple[Callable[[Settings], Awaitable[Check]], ...] = (
        _python, _settings, _disk, _bot, _model, _database, _content, _encoder,
    )  # fmt: skip
    found = [await check(settings) for check in checks]
    return [
        *found,
        *await asyncio.gather(*(_process(part.name, part.health_url) for part in parts(settings))),
    ]


async def _python(_: Settings) -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), version, "")


async def _settings(settings: Settings) -> Check:
    file = settings_file()
    try:
        bot_token(settings)
    except (AdvisorError, OSError) as error:
        return Check(
            "settings", False, str(error), "mend the setting or the state folder's permissions"
        )
    return Check("settings", True, str(file) if file.exists() else "defaults and environment")


async def _disk(settings: Settings) -> Check:
    free, folder = free_megabytes(settings.state)
    ok: bool | None = True if free >= _LOW_MEGABYTES else None
    if free < LEAST_FREE_MEGABYTES:
        ok = False
    return Check("disk", ok, room(free, folder), "" if ok else "free some space")


def free_megabytes(state: Path) -> tuple[int, Path]:
    """What is free on the disk of the state folder, which need not be there yet, and the nearest
    folder that is. Raises OSError."""
    folder = next(path for path in (state.absolute(), *state.absolute().parents) if path.exists())
    return shutil.disk_usage(folder).free // 1_000_000, folder


def room(free: int, folder: Path) -> str:
    """How much is free and how much a start needs, in words."""
    return (
        f"{free} MB are free on the disk of {folder}; {LEAST_FREE_MEGABYTES} MB are needed to start"
    )


async def _bot(settings: Settings) -> Check:
    try:
        return Check("bot environment", True, str(bot_python(settings)))
    except AdvisorError as error:
        return Check(
            "bot environment",
            False,
            str(error),
            "install Python 3.10 or set BOT_PYTHON, then `make setup`",
        )


async def _model(settings: Settings) -> Check:
    path = model_path(settings)
    if path.exists():
        return Check("model", True, str(path))
    return Check("model", False, "no trained model fits the bot's files", "advisor train")


async def _database(settings: Settings) -> Check:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    try:
        async with database(settings) as engine, engine.connect() as connection:
            now = await connection.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_revision()
            )
    except (SQLAlchemyError, OSError) as error:
        return Check(
            "database", False, f"{type(error).__name__}: {error}", "check database_url and the disk"
        )
    if now != head:
        return Check(
            "database", False, f"tables at {now}, code at {head}", "advisor serve upgrades them"
        )
    return Check("database", True, f"tables at {now}")


async def _content(settings: Settings) -> Check:
    try:
        shelf = shelf_of(settings)
        edition = await asyncio.to_thread(shelf.open)
    except KnowledgeBaseError as error:
        return Check("content", False, str(error), "advisor import …, then advisor publish")
    manifest = edition.manifest
    edition.close()
    return Check(
        "content", True, f"edition {manifest.id}: {manifest.passages} passages, all hashes match"
    )


async def _encoder(settings: Settings) -> Check:
    from knowledge_base.encoder import open_encoder, statement_encoder  # noqa: PLC0415  # only here

    encoder = open_encoder(settings.knowledge_base.encoder)
    try:
        vector = await asyncio.to_thread(encoder.encode, ["a test"])
        await asyncio.to_thread(statement_encoder(encoder).encode, ["a test"])
    except KnowledgeBaseError as error:
        return Check("encoder", False, str(error), "set knowledge_base.encoder")
    made_by = await asyncio.to_thread(_encoder_of_live, settings)
    if made_by not in {None, encoder.name}:
        return Check(
            "encoder",
            False,
            f"{encoder.name}, but the edition was made with {made_by}",
            "advisor publish",
        )
    return Check("encoder", True, f"{encoder.name}, {vector.shape[1]} dimensions")


def _encoder_of_live(settings: Settings) -> str | None:
    """The encoder that made the live edition; None when there is none or it is out of reach."""
    try:
        shelf = shelf_of(settings)
        live = shelf.current_id()
        return next((m.encoder for m in shelf.manifests() if m.id == live), None)
    except (ShelfUnreachable, VectorsUnreachable):  # The check of the content says so.
        return None


async def _process(name: str, url: str) -> Check:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(url) as answer,
        ):
            well = answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return Check(name, None, f"not running at {url}", "make serve")
    return Check(
        name, well, f"answers {answer.status} at {url}", "" if well else f"see the log of {name}"
    )
