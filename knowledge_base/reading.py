"""Parses foreign bytes in a child process with limits, so that no file can harm the assistant."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from knowledge_base import errors
from knowledge_base.catalog import child
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, Reader
from knowledge_base.errors import SourceError, SourceTooLarge
from knowledge_base.rules.reader import RulesReader

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What parsing one file may use.

    Time on the processor grows with the file, so that a small one that makes much work is refused
    within ten seconds while a long document gets what it needs: 300 pages as PDF (2 MB), 100 of
    them with a table, took 7 seconds on one busy core.
    """

    memory_bytes: int = 448 * 2**20
    """Address space, where the system can limit it (Linux), of which the child itself takes 90 MB;
    with the process that asks, below 512 MB in most imports."""
    cpu_seconds: int = 8
    """For a file of no size."""
    cpu_seconds_per_megabyte: float = 4.0
    most_cpu_seconds: int = 55
    """Below `seconds`, so that the system ends a busy child even when the parent is gone."""
    seconds: float = 60.0
    """Wall time."""
    items: int = 200_000
    """Pages, programs, complaints: 200,000 took 2.3 s, and the process that asked 170 MB."""
    output_bytes: int = 100_000_000
    """All items as JSON: twice the largest file that an import reads by default."""

    def cpu_seconds_for(self, path: Path) -> int:
        """Time on the processor that reading a file may take."""
        more = self.cpu_seconds_per_megabyte * path.stat().st_size / 1_000_000
        return min(self.cpu_seconds + int(more), self.most_cpu_seconds)


class ReadingProcess:
    """A child that reads one file after another; a context manager, for one thread at a time."""

    def __init__(self, limits: Limits | None = None):
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._end()

    def read(self, reader: Reader | RulesReader, path: Path, mapping: Mapping | None) -> list[Item]:
        """Every item that a reader finds in a file.

        Raises SourceError and its kinds as the reader does, and SourceError or SourceTooLarge that
        names the file and the limit when the child dies, hangs, or floods.
        """
        request = {
            "module": type(reader).__module__,
            "path": str(path),
            "mapping": mapping.model_dump(mode="json") if mapping else None,
            "cpu_seconds": self._limits.cpu_seconds_for(path),
        }
        try:
            return self._items(path, json.dumps(request).encode() + b"\n")
        except BaseException:
            self._end()  # It may be in the middle of an answer.
            raise

    def _items(self, path: Path, request: bytes) -> list[Item]:
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError:
            raise self._death(path, process) from None
        found: list[Item] = []
        for answer in self._answers(path, process):
            if "end" in answer:
                return found
            if "error" in answer:
                raise _reported(answer)
            if "failure" in answer:
                raise self._failure(path, answer["failure"])
            found.append(child.from_wire(answer))
            if len(found) > self._limits.items:
                raise SourceTooLarge(
                    f"{path}: holds more than {self._limits.items:,} pages, programs or mistakes; "
                    "split it"
                )
        raise self._death(path, process)

    def _answers(self, path: Path, process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
        """Each line of the answer; ends when the child has died."""
        assert process.stdout is not None
        deadline = time.monotonic() + self._limits.seconds
        pieces: list[bytes] = []  # Of a line that has not ended: one page may be many megabytes.
        size = 0
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise SourceError(
                        f"{path}: could not be read within {self._limits.seconds:g} seconds; "
                        "split it, or save it anew from the program that made it"
                    )
                chunk = os.read(process.stdout.fileno(), _CHUNK)
                if not chunk:
                    return
                size += len(chunk)
                if size > self._limits.output_bytes:
                    raise SourceTooLarge(
                        f"{path}: holds more than {self._limits.output_bytes:,} bytes of content; "
                        "split it"
                    )
                *ends, rest = chunk.split(b"\n")
                for end in ends:
                    yield json.loads(b"".join((*pieces, end)))
                    pieces.clear()
                pieces.append(rest)

    def _start(self) -> subprocess.Popen[bytes]:
        """The child, which finds the modules that this process finds, and none of its secrets."""
        limits = self._limits
        command = [sys.executable, "-B", "-P", "-m", child.__name__]
        return subprocess.Popen(
            [*command, str(limits.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
        )

    def _failure(self, path: Path, kind: str) -> SourceError:
        if kind == MemoryError.__name__:
            return self._too_much_memory(path)
        if kind == RecursionError.__name__:
            return SourceError(f"{path}: is nested too deeply to be read; simplify it")
        return SourceError(
            f"{path}: its reader failed ({kind}): the file is damaged, or made in an unusual way; "
            "save it anew from the program that made it"
        )

    def _death(self, path: Path, process: subprocess.Popen[bytes]) -> SourceError:
        code = process.wait()
        if code == -signal.SIGXCPU:
            return SourceError(
                f"{path}: needs more than {self._limits.cpu_seconds_for(path)} seconds of the "
                "processor; "
                "split it, or save it anew from the program that made it"
            )
        if code in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP, -signal.SIGILL}:
            return self._too_much_memory(path)  # How native libraries end when they get no more.
        name = signal.Signals(-code).name if code < 0 else f"status {code}"
        return SourceError(
            f"{path}: ended the process that read it ({name}): the file is damaged or hostile"
        )

    def _too_much_memory(self, path: Path) -> SourceTooLarge:
        return SourceTooLarge(
            f"{path}: needs more than {self._limits.memory_bytes // 2**20} MB of memory to be "
            "read; split it"
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _reported(answer: dict[str, str]) -> SourceError:
    """The error that the reader raised in the child; any other name is a plain SourceError."""
    kind = getattr(errors, answer["error"], SourceError)
    known = isinstance(kind, type) and issubclass(kind, SourceError)
    return (kind if known else SourceError)(answer["message"])
