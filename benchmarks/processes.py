"""Real processes to measure: the whole assistant, and a bot as `rasa init` makes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from benchmarks.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
BOT_PYTHON = ROOT / "bot/.venv/bin/python"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONWARNINGS": "ignore",
}
_PATIENCE = 300.0
_RASA = (str(BOT_PYTHON), "-m", "rasa")


@dataclass(frozen=True, slots=True)
class Running:
    """Something that answers at a port, and the process at the root of it."""

    url: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Processor time that the process at the root has used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> dict[str, int]:
        """Resident megabytes of each process by what it runs."""
        found: dict[str, int] = {}
        for process in (self.process, *self.process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                found[_part(process.cmdline())] = process.memory_info().rss // 1_000_000
        return found


@contextlib.asynccontextmanager
async def assistant(
    state: Path, root: Path = ROOT, more: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Running, float]]:
    """`advisor serve` with a state folder of its own; yields it with the seconds until ready.

    ``more`` are further settings, as environment variables.
    """
    ports = {name: free_port() for name in ("GATEWAY", "BOT", "ACTIONS")}
    environment = {
        **os.environ,
        **{f"ADVISOR_{name}__PORT": str(port) for name, port in ports.items()},
        **UNLIMITED,
        **(more or {}),
        "ADVISOR_STATE": str(state),
    }
    url = f"http://127.0.0.1:{ports['GATEWAY']}"
    command = [str(root / ".venv/bin/advisor"), "serve"]
    async with _running(command, environment, root, f"{url}/ready") as (process, seconds):
        yield Running(url, process), seconds


UNLIMITED = {
    f"ADVISOR_GATEWAY__{name}": "1000000"
    for name in (
        "SESSION_BURST",
        "ADDRESS_BURST",
        "NEW_SESSIONS_BURST",
        "SOCKETS_PER_ADDRESS",
    )
}
"""One machine plays many students here, so limits for one address are lifted."""


@contextlib.asynccontextmanager
async def bot_alone(state: Path, token: str) -> AsyncIterator[Running]:
    """The dialogue without gateway and actions, trained and served, for whoever shows `token`."""
    port = free_port()
    environment = {
        **os.environ,
        "ADVISOR_BOT__PORT": str(port),
        "ADVISOR_BOT__TOKEN": token,
        "ADVISOR_STATE": str(state),
    }
    advisor = str(ROOT / ".venv/bin/advisor")
    subprocess.run([advisor, "train"], env=environment, cwd=ROOT, check=True, stdout=sys.stderr)
    url = f"http://127.0.0.1:{port}/webhooks/gateway"
    command = [advisor, "serve", "--only", "bot"]
    async with _running(command, environment, ROOT, f"{url}/health") as (process, _):
        yield Running(url, process)


@contextlib.asynccontextmanager
async def stock_bot(folder: Path) -> AsyncIterator[Running]:
    """`rasa init` with its own pipeline, policies and REST channel, trained and served."""
    make_stock_bot(folder)
    async with serve_stock_bot(folder) as running:
        yield running


def make_stock_bot(folder: Path) -> None:
    """`rasa init`, with its training, in an empty folder."""
    subprocess.run(
        [*_RASA, "init", "--no-prompt", "--init-dir", str(folder)],
        env={**os.environ, **QUIET},
        cwd=folder,
        check=True,
        stdout=sys.stderr,
        stderr=subprocess.DEVNULL,
    )


@contextlib.asynccontextmanager
async def serve_stock_bot(
    folder: Path, tracker_store: dict[str, str] | None = None
) -> AsyncIterator[Running]:
    """What `make_stock_bot` made, with its own store in memory or with another one."""
    endpoints = folder / f"endpoints-{free_port()}.yml"
    endpoints.write_text(json.dumps({"tracker_store": tracker_store} if tracker_store else {}))
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT / "bot")}
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(*_RASA, "run", "--interface", "127.0.0.1", "--port", str(port)),
        *("--endpoints", str(endpoints)),
    ]
    async with _running(command, environment, folder, f"{url}/") as (process, _):
        yield Running(url, process)


@contextlib.asynccontextmanager
async def _running(
    command: list[str], environment: dict[str, str], folder: Path, health: str
) -> AsyncIterator[tuple[psutil.Process, float]]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        await _until_answering(health, process)
        yield psutil.Process(process.pid), time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=90)


async def _until_answering(url: str, process: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(_PATIENCE):
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


def _part(command: list[str]) -> str:
    if "--only" in command:
        return command[command.index("--only") + 1]
    return "bot" if "rasa" in command else "supervisor"
