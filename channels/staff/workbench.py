"""The gateway's hold on the child process that publishes and tries: it never loads an encoder."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import structlog

IDLE_SECONDS = 600.0
"""How long the child is kept for the next question: its encoder takes seconds to load."""
ANSWER_BYTES = 64 * 1024 * 1024
"""Longest line of an answer: some thousand answers with their sources."""
SLOWEST_SECONDS = 7_200.0
"""A publication of 100,000 passages takes about an hour on one core."""

Progress = Callable[[str, int, int], None]

log = structlog.get_logger(__name__)


class WorkbenchError(Exception):
    """What was asked could not be done; the message says why, for a member of staff."""


class Workbench:
    """One child at a time, started when it is needed and ended when nobody has used it."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` starts the child; without one, every request is refused."""
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    async def ask(self, do: str, progress: Progress = lambda *_: None, **request: Any) -> Any:
        """What the child answers to a request. Raises WorkbenchError."""
        if not self._command:
            raise WorkbenchError("This gateway was started without what publishes.")
        async with self._turn:
            if self._ending is not None:
                self._ending.cancel()
            try:
                async with asyncio.timeout(SLOWEST_SECONDS):
                    found = await self._answer({"do": do, **request}, progress)
            except (TimeoutError, asyncio.CancelledError, OSError, ValueError):
                await self._end()  # It may be in the middle of an answer.
                raise
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(IDLE_SECONDS, self._kill)
            return found

    async def _answer(self, request: dict[str, Any], progress: Progress) -> Any:
        process = await self._started()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        while line := await process.stdout.readline():
            answer = json.loads(line)
            if "progress" in answer:
                progress(*answer["progress"])
            elif "error" in answer:
                raise WorkbenchError(answer["error"])
            else:
                return answer["done"]
        code = await process.wait()
        self._process = None
        log.error("workbench_died", code=code)
        raise WorkbenchError(
            "The process that does this has died; the log of the gateway says why."
        )

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=ANSWER_BYTES,
            )
        return self._process

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        """End the child."""
        if self._ending is not None:
            self._ending.cancel()
        await self._end()
