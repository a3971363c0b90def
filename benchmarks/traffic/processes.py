"""Real processes that start in a fifth of a second, so that they can be killed hundreds of times.

A server process has imported everything already; each start is a fork of it, with a pid, files and
sockets of its own. What is forked runs the command that `advisor serve --only NAME` runs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pkgutil
import urllib.request
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from advisor.supervisor import end_with_parent
from channels import messaging

PRELOADED = (
    "advisor.commands.serve",
    "advisor.processes",
    "advisor.wiring",
    "alembic.command",
    "benchmarks.traffic.bot",
    "channels.gateway",
    *(f"channels.messaging.{channel.name}" for channel in pkgutil.iter_modules(messaging.__path__)),
)
"""All that a gateway imports before it listens: the channels alone take a second."""
START_SECONDS = 600.0
"""A first start imports everything, and Rasa loads its model, on a machine that may be busy."""

_context = multiprocessing.get_context("forkserver")


def preload(*further: str) -> None:
    """Import these modules too; only before the first start."""
    _context.set_forkserver_preload([*PRELOADED, *further])


class Part:
    """One process that can be started again and again."""

    def __init__(self, health: str, target: Callable[..., None], *arguments: Any) -> None:
        """``health`` answers 200 when it works."""
        self._health = health
        self._target = target
        self._arguments = arguments
        self._process: BaseProcess | None = None

    async def start(self) -> None:
        """Returns when it works. Raises RuntimeError when it ends, or takes too long."""
        process = _context.Process(
            target=_alone, args=(self._target, *self._arguments), daemon=True
        )
        await asyncio.to_thread(process.start)
        self._process = process
        async with asyncio.timeout(START_SECONDS):
            while not await asyncio.to_thread(_answers, self._health):
                if not process.is_alive():
                    raise RuntimeError(f"{self._health}: ended with {process.exitcode}")
                await asyncio.sleep(0.01)

    @property
    def pid(self) -> int:
        """Of the running process."""
        if self._process is None or self._process.pid is None:
            raise RuntimeError("it does not run")
        return self._process.pid

    async def kill(self) -> None:
        """`kill -9`; returns when it is gone."""
        await self._end(lambda process: process.kill())

    async def stop(self) -> int | None:
        """SIGTERM; returns the exit code when it is gone."""
        return await self._end(lambda process: process.terminate())

    async def _end(self, told: Callable[[BaseProcess], None]) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        told(process)
        await asyncio.to_thread(process.join)
        return process.exitcode


def _alone(target: Callable[..., None], *arguments: Any) -> None:
    """Run and end with whoever asked for it, even when that is killed."""
    end_with_parent()
    target(*arguments)


def run_part(name: str, folder: Path, environment: Mapping[str, str]) -> None:
    """`advisor serve --only NAME` in a folder, with its output in `NAME.log`."""
    from advisor.commands.serve import Process, serve  # noqa: PLC0415 - preloaded where it runs

    for setting in [name for name in os.environ if name.startswith("ADVISOR_")]:
        del os.environ[setting]
    os.environ.update(environment)
    os.chdir(folder)
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    serve(only=Process(name))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
