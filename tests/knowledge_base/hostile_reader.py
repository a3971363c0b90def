"""A reader that does what its file says, to see what the process around it withstands."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import SourceTooLarge
from knowledge_base.model import Document


class HostileReader:
    """Its file is one word: the misdeed."""

    name = "hostile"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """Never by itself."""
        return False

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Do it."""
        word = path.read_text()
        getattr(self, word)(path)
        yield Document(
            "a", "A", os.environ.get("SECRET", "none") if word == "environment" else word
        )
        while word == "flood":
            yield Document("a", "A", "x" * 100_000)

    def behave(self, path: Path) -> None:
        """Nothing."""

    environment = flood = behave

    def die(self, path: Path) -> None:
        """Crash like a native library."""
        os.kill(os.getpid(), signal.SIGSEGV)

    def leave(self, path: Path) -> None:
        """End without an answer."""
        os._exit(0)

    def hang(self, path: Path) -> None:
        """Wait for nothing."""
        time.sleep(1000)

    def burn(self, path: Path) -> None:
        """Use the processor."""
        while True:
            pass

    def swell(self, path: Path) -> None:
        """Use memory."""
        kept = []
        while True:
            kept.append(bytes(10_000_000))

    def write(self, path: Path) -> None:
        """Write beside the file."""
        (path.parent / "escaped").write_text("x" * 100)

    def talk(self, path: Path) -> None:
        """Talk on both streams, as libraries do."""
        sys.stdout.write('{"kind": "Document", "value": {}}\n')
        sys.stderr.write("noise\n")

    def recurse(self, path: Path) -> None:
        """Go too deep."""
        self.recurse(path)

    def refuse(self, path: Path) -> None:
        """Refuse as readers do."""
        raise SourceTooLarge(f"{path}: too large to like")

    def fail(self, path: Path) -> None:
        """Fail as libraries do, naming what nobody should see."""
        raise KeyError("a student's words")


READER = HostileReader()
