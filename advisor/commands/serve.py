"""`advisor serve`: everything that a first start needs, then the three processes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from advisor.checks import LEAST_FREE_MEGABYTES, free_megabytes, room
from advisor.console import err, out, step
from advisor.errors import NoSpace, ProcessFailed
from advisor.migration import migrate
from advisor.processes import parts, run_alone
from advisor.refreshing import Refresher
from advisor.sample import AID_RULES, EQUIVALENCIES, MAPPING, POLICIES, PROGRAMS
from advisor.settings import Settings, load_settings
from advisor.supervisor import Supervisor
from advisor.training import bot_python, model_path, train
from advisor.wiring import database, editing_service

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(StrEnum):
    """A process that can be started alone."""

    BOT = "bot"
    ACTIONS = "actions"
    GATEWAY = "gateway"


def add_to(app: typer.Typer) -> None:
    """Add `serve`."""
    app.command()(serve)


def serve(
    only: Annotated[
        Process | None,
        typer.Option(
            help="Start just this process, in the foreground, with its log on the screen."
        ),
    ] = None,
) -> None:
    """Start the assistant: bot, action server and gateway.

    The first start trains the dialogue model and publishes the sample institution; the next ones
    redo only what has changed. Ctrl-C ends everything.
    """
    settings = load_settings()
    _check_disk(settings.state)
    if only is not None:
        if only is Process.GATEWAY:
            asyncio.run(migrate(settings))
        run_alone(only.value, settings)
        return
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    def say(words: str) -> None:
        err.print(f"[dim]{words}[/]")

    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for told in _ENDING:
        loop.add_signal_handler(told, task.cancel)  # type: ignore[union-attr]  # inside a task
    supervisor = Supervisor(parts(settings), say)
    supervisor.check_ports()  # Before minutes go into training, only to fail then.
    try:
        await _prepare(settings)
        try:
            await supervisor.start()
            await _welcome(settings)
            async with asyncio.TaskGroup() as group:
                group.create_task(supervisor.watch())
                group.create_task(Refresher(settings, say).run())
        finally:
            err.print("[dim]ending all processes[/]")
            for told in _ENDING:  # A second Ctrl-C must not break off the ending.
                loop.add_signal_handler(told, err.print, "[dim]they are ending already[/]")
            await supervisor.stop()
    except asyncio.CancelledError:
        err.print("[dim]all processes have ended[/]")


async def _prepare(settings: Settings) -> None:
    bot_python(settings)
    await migrate(settings)
    if not model_path(settings).exists():
        with step("training the dialogue model (once for each change of the bot's files)"):
            await asyncio.to_thread(train, settings)
    if not await _has_content(settings):
        await asyncio.to_thread(_publish_sample)


async def _has_content(settings: Settings) -> bool:
    async with database(settings) as engine:
        service = editing_service(settings, engine)
        return bool(await service.editions()) or bool(await service.sources())


def _publish_sample() -> None:
    """In processes of their own, so that this one stays small: it never loads the encoder."""
    err.print("the knowledge base is empty: importing and publishing the sample institution")
    for words in (
        ("import", str(PROGRAMS), "--map", str(MAPPING)),
        ("import", str(POLICIES)),
        ("import", str(EQUIVALENCIES)),
        ("import", str(AID_RULES)),
        ("publish",),
    ):
        run = subprocess.run([sys.executable, "-m", "advisor", *words], check=False)
        if run.returncode != 0:
            raise ProcessFailed(f"`advisor {' '.join(words)}` failed; see above")


async def _welcome(settings: Settings) -> None:
    from channels.accounts.directory import Accounts  # noqa: PLC0415
    from channels.accounts.passwords import Passwords  # noqa: PLC0415  # brings argon2
    from channels.storage import Storage  # noqa: PLC0415

    async with database(settings) as engine:
        people = Accounts(Storage(engine), Passwords(), settings.staff, settings.gateway.url)
        link = await people.setup_link()
    url = settings.gateway.url
    out.print()
    out.print(f"[bold]{settings.institution.name}[/]: the assistant is ready")
    out.print(f"  chat demo page   {url}/")
    out.print(f"  staff            {url}/staff")
    out.print(f"  support          {url}/support")
    if link:
        out.print(f"  first staff account (once, within {settings.staff.setup_link_hours:g} h):")
        out.print(f"  {link}", soft_wrap=True)
    out.print("Ctrl-C ends it.")


def _check_disk(state: Path) -> None:
    with contextlib.suppress(OSError):
        free, folder = free_megabytes(state)
        if free < LEAST_FREE_MEGABYTES:
            raise NoSpace(f"only {room(free, folder)}")
