"""What each process runs when it is started alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from advisor.errors import PortTaken, SetupError
from advisor.logs import log_to_standard_output
from advisor.secrets import bot_token
from advisor.settings import Settings
from advisor.supervisor import Part, check_port, python_part
from advisor.training import bot_environment, bot_python, model_path

NAMES = ("bot", "actions", "gateway")


def parts(settings: Settings) -> list[Part]:
    """The three processes in the order of their start."""
    return [
        python_part(
            "bot", "127.0.0.1", settings.bot.port, "/webhooks/gateway/health", settings.logs
        ),
        python_part(
            "actions", settings.actions.host, settings.actions.port, "/health", settings.logs
        ),
        python_part(
            "gateway", settings.gateway.host, settings.gateway.port, "/health", settings.logs
        ),
    ]


def run_alone(name: str, settings: Settings) -> None:
    """Run one process here until it is told to stop. Raises SetupError or PortTaken."""
    # Before anything opens: a second gateway must not take up the turns of the first.
    check_port(next(part for part in parts(settings) if part.name == name))
    if name == "bot":
        _become_bot(settings)
    log_to_standard_output()
    asyncio.run(
        _until_told(_serve_actions(settings) if name == "actions" else _serve_gateway(settings))
    )


def _become_bot(settings: Settings) -> None:
    """Turn into Rasa, so that signals reach it without a go-between."""
    model = model_path(settings)
    if not model.exists():
        raise SetupError("no trained model fits the bot's files; run `advisor train`")
    python = bot_python(settings)
    tracker = (settings.state / "tracker.sqlite").resolve()
    environment = bot_environment(
        {
            "ADVISOR_BOT_TOKEN": bot_token(settings),
            "ADVISOR_ACTIONS_URL": f"{settings.actions.address}/webhook",
            "ADVISOR_TRACKER_DB": str(tracker),
        }
    )
    model = model.resolve()
    os.chdir(settings.bot.folder)
    command = [
        str(python), "-m", "rasa", "run",
        "--interface", "127.0.0.1",
        "--port", str(settings.bot.port),
        "--model", str(model),
        "--endpoints", "endpoints.yml",
        "--credentials", "credentials.yml",
    ]  # fmt: skip
    os.execve(python, command, environment)  # noqa: S606  # no shell is wanted


async def _serve_actions(settings: Settings) -> None:
    from actions.server import serve  # noqa: PLC0415  # brings Sanic
    from advisor.library import warm_knowledge_base  # noqa: PLC0415  # brings the encoder

    await serve(
        lambda: warm_knowledge_base(settings),
        host=settings.actions.host,
        port=settings.actions.port,
        deadline=settings.actions.deadline,
    )


async def _serve_gateway(settings: Settings) -> None:
    from advisor.wiring import gateway  # noqa: PLC0415  # brings the web stack
    from channels.gateway import build_runner  # noqa: PLC0415

    async with gateway(settings) as app:
        runner = build_runner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.gateway.host, settings.gateway.port)
            try:
                await site.start()
            except OSError as error:
                raise PortTaken(
                    f"gateway: port {settings.gateway.port}: {error.strerror}"
                ) from None
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends or a signal says so; then let the work clean up."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
