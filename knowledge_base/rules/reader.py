"""What every file of dated rules is read through, so that a new kind of rule is one new file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from knowledge_base.model import Skipped
from knowledge_base.record import Record


class RulesReader(ABC):
    """Reads one kind of rules. A module of this package offers one as `READER`."""

    name: str
    """The format's name, as in `import --as NAME`; files are recognised by it."""
    suffix: str
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002
        """By its name: `aid-rules.toml` and `spring_aid_rules.toml` are both `aid_rules`."""
        stem = path.stem.casefold().replace("-", "_").replace(" ", "_")
        return path.suffix.casefold() == self.suffix and stem.endswith(self.name)

    @abstractmethod
    def read(self, path: Path, mapping: object) -> Iterator[Record | Skipped]:
        """Every rule of the file, or why it is skipped; rules need no mapping.

        Raises SourceError when the file as a whole cannot be read.
        """
