"""Real Rasa in its own environment, and a real action server, started and stopped by tests."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import secrets
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from actions.library import Library
from actions.server import serve
from benchmarks.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
LANGUAGES = sorted((ROOT / "languages").glob("*/nlu"))
"""Folders of examples in other languages than English."""
PYTHON = BOT / ".venv" / "bin" / "python"
CACHE = ROOT / "var" / "test-models"
START_SECONDS = 120
QUIET = {
    "PYTHONPATH": str(BOT),
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def content_hash(*roots: Path) -> str:
    """A name for what the files hold, whatever their times."""
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
        for path in files:
            if "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def run_rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`rasa ARGUMENTS` in the bot's folder and environment."""
    return subprocess.run(
        [PYTHON, "-m", "rasa", *arguments],
        cwd=BOT,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=False,
    )


def train(folder: Path, name: str) -> Path:
    """Trains from nothing, so that a change of a component's module is never overlooked."""
    trained = run_rasa(
        *("train", "--force", "--config", "config.yml", "--domain", "domain"),
        *("--data", "data", *(str(folder) for folder in LANGUAGES)),
        *("--out", str(folder), "--fixed-model-name", name),
    )
    if trained.returncode:
        raise RuntimeError(f"rasa train failed:\n{trained.stdout[-3000:]}{trained.stderr[-3000:]}")
    return folder / f"{name}.tar.gz"


def trained_model() -> Path:
    """The model of the bot's files as they are now, trained once for each state of them.

    Another process that wants the same one waits for it.
    """
    parts = ("config.yml", "domain", "data", "components", "requirements.txt")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        model = CACHE / f"{content_hash(*(BOT / part for part in parts), *LANGUAGES)}.tar.gz"
        if not model.is_file():
            train(CACHE, f"new-{os.getpid()}").replace(model)
    return model



def wait_for(url: str, process: subprocess.Popen[bytes] | None = None, log: str = "") -> None:
    """Returns once ``url`` answers 200. Raises RuntimeError when it does not in time."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode}; log: {log}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s; log: {log}")


class RunningActions:
    """The real action server in a thread of the test's process, so that a test has its library."""

    def __init__(self, library: Library, deadline: float = 2.0) -> None:
        self.library = library
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._deadline = deadline

    def start(self) -> None:
        """Returns when it answers."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(f"{self.url}/health")

    def stop(self) -> None:
        """Returns when the port is free again."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        @asynccontextmanager
        async def open_library() -> AsyncIterator[Library]:
            yield self.library

        self._task = self._loop.create_task(
            serve(open_library, port=self.port, deadline=self._deadline)
        )
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            self._loop.close()


class RunningBot:
    """Real Rasa with the project's model, endpoints and credentials."""

    def __init__(self, model: Path, folder: Path, actions_url: str) -> None:
        self.model = model
        self.token = secrets.token_urlsafe(32)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/webhooks/gateway"
        self.log = folder / "rasa.log"
        self.tracker_db = folder / "trackers.sqlite"
        self._actions_url = actions_url

    def environment(self) -> dict[str, str]:
        """What a start of the bot needs."""
        return {
            **os.environ,
            **QUIET,
            "ADVISOR_BOT_TOKEN": self.token,
            "ADVISOR_ACTIONS_URL": f"{self._actions_url}/webhook",
            "ADVISOR_TRACKER_DB": str(self.tracker_db),
        }

    def command(self) -> list[str]:
        """The command line that the supervisor uses too."""
        return [
            *(str(PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1"),
            *("--port", str(self.port), "--model", str(self.model), "--quiet"),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        ]

    def start(self) -> None:
        """Returns when the model is loaded."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=BOT, env=self.environment(), stdout=log, stderr=log
            )
        wait_for(f"{self.url}/health", self.process, str(self.log))

    def stop(self) -> None:
        """Asks it to end, and makes it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """Ends it without warning, as a crash does."""
        self.process.kill()
        self.process.wait()

    async def post(self, body: Any, token: str | None = None) -> tuple[int, dict[str, Any]]:
        """The raw request: status code and body."""
        return await self._post("turn", body, token)

    async def forget(
        self, conversation: str, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Have a conversation erased: status code and body."""
        return await self._post("forget", {"conversation": conversation}, token)

    async def _post(self, door: str, body: Any, token: str | None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{self.url}/{door}", json=body) as response,
        ):
            return response.status, await response.json()

    async def turn(
        self,
        conversation: str,
        text: str,
        payload: str | None = None,
        turn_id: str | None = None,
        language: str | None = None,
    ) -> dict[str, Any]:
        """One turn that has to be accepted."""
        body = {
            "conversation": conversation,
            "turn_id": turn_id or f"t_{uuid.uuid4().hex}",
            "text": text,
            "payload": payload,
            "language": language,
        }
        status, answer = await self.post(body)
        assert status == 200, answer
        return answer


def new_conversation() -> str:
    """An id that no other test has used."""
    return f"c_{uuid.uuid4().hex}"
