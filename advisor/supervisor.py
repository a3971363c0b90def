"""Keeps the processes running: starts them in order, restarts one that dies, ends them all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from advisor.errors import PortTaken, ProcessFailed

_HEALTHY_WITHIN = 120.0
"""Seconds a process may take to answer its health check; the slowest, Rasa, takes 5 to 15 here."""
_BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds to wait before each restart in a row; the last repeats."""
_STEADY = 60.0
"""A process that ran this long starts again from the first wait."""
_GRACE = 60.0
"""Seconds between asking a process to end and ending it; the gateway may take most of them."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One process: its command, where it says that it is well, and where its words go."""

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    health: str
    log: Path

    @property
    def health_url(self) -> str:
        """The address that answers 200 when the process works."""
        return f"http://{self.host}:{self.port}{self.health}"


class Supervisor:
    """Runs parts until it is cancelled, then ends them in the reverse order."""

    def __init__(self, parts: Sequence[Part], say: Say):
        self._parts = parts
        self._say = say
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start every part and wait until each is healthy.

        All but the last start together, since they wait for nobody; the last one is what people
        reach and starts when the others answer. Raises PortTaken or ProcessFailed.
        """
        self.check_ports()
        *inner, outer = self._parts
        for part in inner:
            await self._launch(part)
        for part in inner:
            await self._until_healthy(part)
        await self._launch(outer)
        await self._until_healthy(outer)

    def check_ports(self) -> None:
        """Raises PortTaken when another program listens where a part should."""
        for part in self._parts:
            check_port(part)

    async def watch(self) -> None:
        """Restart whatever dies, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                group.create_task(self._keep(part))

    async def stop(self) -> None:
        """Ask every process to end, the outermost first, and insist after a while."""
        for part in reversed(self._parts):
            process = self._running.get(part.name)
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _GRACE)
            except TimeoutError:
                self._say(f"{part.name} does not end by itself; ending it")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _launch(self, part: Part) -> None:
        part.log.parent.mkdir(parents=True, exist_ok=True)
        with part.log.open("ab") as log:
            self._running[part.name] = await asyncio.create_subprocess_exec(
                *part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )

    async def _until_healthy(self, part: Part) -> None:
        started = time.monotonic()
        self._say(f"waiting for {part.name}")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while time.monotonic() - started < _HEALTHY_WITHIN:
                process = self._running[part.name]
                if process.returncode is not None:
                    raise ProcessFailed(f"{part.name} ended at its start:\n{_last_lines(part.log)}")
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(part.health_url) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)
        raise ProcessFailed(
            f"{part.name} did not answer within {_HEALTHY_WITHIN:.0f} s; see {part.log}"
        )

    async def _keep(self, part: Part) -> None:
        failures = 0
        while True:
            started = time.monotonic()
            code = await self._running[part.name].wait()
            if time.monotonic() - started > _STEADY:
                failures = 0
            pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
            failures += 1
            self._say(f"{part.name} ended ({_ending(code)}); starting it again in {pause:.0f} s")
            await asyncio.sleep(pause)
            await self._launch(part)
            with contextlib.suppress(ProcessFailed):
                await self._until_healthy(part)
                self._say(f"{part.name} is back")


def python_part(name: str, host: str, port: int, health: str, logs: Path) -> Part:
    """A part that `advisor serve --only NAME` runs."""
    command = (sys.executable, "-m", "advisor", "serve", "--only", name)
    return Part(name, command, host, port, health, logs / f"{name}.log")


def check_port(part: Part) -> None:
    """Raises PortTaken when another program listens where the part should."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((part.host, part.port))
        except OSError:
            raise PortTaken(
                f"port {part.port}, which {part.name} needs, is in use; stop what uses it, "
                f"or set {part.name}.port in advisor.toml"
            ) from None


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, however that happens (prctl(2))."""
    import ctypes  # noqa: PLC0415

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _last_lines(log: Path, count: int = 8) -> str:
    lines: Iterable[str] = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines)
