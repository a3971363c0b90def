"""The whole assistant as `advisor serve` runs it: real processes, one temporary state folder."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from running_bot import BOT, trained_model

from advisor.training import fingerprint
from benchmarks.ports import free_port

BOT_FILES = ("config.yml", "credentials.yml", "endpoints.yml", "requirements.txt")
BOT_FOLDERS = ("components", "data", "domain")
READY = "Ctrl-C ends it."
START_SECONDS = 600
"""Twenty on a quiet machine."""
END_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """What the transcript keeps of one turn."""

    status: str
    reason: str | None
    replies: tuple[str, ...]
    """The kinds of the messages that answered it."""


class WholeAssistant:
    """`advisor serve` over a state folder of its own; stopping keeps the folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs before `start`."""
        self.folder = folder
        self.state = folder / "state"
        self.ports = {name: free_port() for name in ("bot", "actions", "gateway")}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The gateway's address, without a trailing slash."""
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def environment(self) -> dict[str, str]:
        """This process's, with settings of our own and none of the developer's."""
        kept = {name: value for name, value in os.environ.items() if name[:8] != "ADVISOR_"}
        ports = {f"ADVISOR_{name.upper()}__PORT": str(port) for name, port in self.ports.items()}
        return {
            **kept,
            **ports,
            "ADVISOR_STATE": str(self.state),
            "ADVISOR_BOT__FOLDER": str(self.folder / "bot"),
            # Nobody waits for a turn that a killed process will never finish.
            "ADVISOR_GATEWAY__DRAIN_SECONDS": "1",
            "ADVISOR_GATEWAY__SESSION_BURST": "100",
        }

    def prepare(self) -> None:
        """A copy of the bot's files, so that editing them does not disturb it, and its model."""
        bot = self.folder / "bot"
        bot.mkdir()
        for name in BOT_FILES:
            shutil.copy(BOT / name, bot)
        for name in BOT_FOLDERS:
            shutil.copytree(BOT / name, bot / name, ignore=shutil.ignore_patterns("__pycache__"))
        (bot / ".venv").symlink_to(BOT / ".venv")
        (self.folder / "languages").symlink_to(BOT.parent / "languages")
        model = self.state / "models" / f"{fingerprint(bot)}.tar.gz"
        model.parent.mkdir(parents=True)
        shutil.copy(trained_model(), model)

    def start(self) -> None:
        """Returns when it says that it is ready; does nothing when it runs already."""
        if self.running:
            return
        said = self.said
        said.unlink(missing_ok=True)
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "advisor", "serve"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_SECONDS
        while READY not in said.read_text(encoding="utf-8"):
            if not self.running or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the assistant did not start:\n{said.read_text()[-3000:]}")
            time.sleep(0.1)

    @property
    def said(self) -> Path:
        """What `advisor serve` printed since its last start."""
        return self.folder / "serve.out"

    @property
    def running(self) -> bool:
        """Whether `advisor serve` runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self, told: signal.Signals = signal.SIGINT) -> int:
        """Tell it to end, as Ctrl-C does; its exit code."""
        if self.process is None:
            return 0
        if self.running:
            self.process.send_signal(told)
        try:
            return self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def run(
        self, *words: str, typed: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Another `advisor` command beside it, with further environment variables."""
        return subprocess.run(
            [sys.executable, "-m", "advisor", *words],
            cwd=self.folder,
            env={**self.environment, **settings},
            input=typed or "",
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )

    def child(self, name: str) -> psutil.Process:
        """The running process that is called bot, actions or gateway."""
        found = self.find_child(name)
        if found is None:
            raise LookupError(f"{name} does not run")
        return found

    def find_child(self, name: str) -> psutil.Process | None:
        """The same, or None while it does not run."""
        if self.process is None:
            return None
        # The bot turns into Rasa, so that its command line has another form.
        marks = ("run", "rasa") if name == "bot" else ("--only", name)
        for child in psutil.Process(self.process.pid).children():
            try:
                if set(marks) <= set(child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def kill(self, name: str) -> int:
        """`kill -9`; returns the pid once the process is gone."""
        child = self.child(name)
        child.kill()
        give_up = time.monotonic() + END_SECONDS
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > give_up:
                raise RuntimeError(f"{name} survived")
            time.sleep(0.01)
        return int(child.pid)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Hold a process still, so that a turn is surely under way; let it go on afterwards."""
        process = self.child(name)
        process.suspend()
        try:
            yield
        finally:
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def reached_by(self, name: str) -> set[int]:
        """The ports to which a process holds connections."""
        connections = self.child(name).net_connections("tcp")
        return {connection.raddr.port for connection in connections if connection.raddr}

    def is_back(self, name: str, before: int) -> bool:
        """Whether a part runs again in another process than ``before``, and says it is well."""
        now = self.find_child(name)
        path = "/webhooks/gateway/health" if name == "bot" else "/health"
        if now is None or now.pid == before:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=2):
                return True
        except OSError:
            return False

    def query(self, statement: str, *values: str) -> list[tuple[str | None, ...]]:
        """Rows of the assistant's database, read beside the running gateway."""
        address = f"file:{self.state / 'advisor.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return connection.execute(statement, values).fetchall()

    def turns(self, conversation: str) -> list[Turn]:
        """The recorded turns of a conversation, oldest first."""
        turns = self.query(
            "SELECT id, status, reason FROM turns WHERE conversation_id = ? ORDER BY seq",
            conversation,
        )
        replies = "SELECT kind FROM messages WHERE turn_id = ? AND author != 'student' ORDER BY seq"
        return [
            Turn(
                str(status), reason, tuple(str(kind) for (kind,) in self.query(replies, str(turn)))
            )
            for turn, status, reason in turns
        ]

    def logs(self) -> dict[str, str]:
        """Every log of the state folder, and what was printed, by name."""
        files = [*(self.state / "logs").iterdir(), self.said]
        return {path.name: path.read_text(encoding="utf-8", errors="replace") for path in files}
