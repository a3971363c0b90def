"""Files of dated rules, one kind a module: what earlier learning is worth, and who gets aid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.rules import aid_rules, equivalencies

READERS: dict[str, tuple[str, Callable[[Path], Iterator[Record | Skipped]]]] = {
    module.NAME: (module.SUFFIX, module.read) for module in (aid_rules, equivalencies)
}
"""Per format name, as in `import --as NAME`: the file's extension, and what reads it."""


def rules_format(path: Path, name: str | None = None) -> str | None:
    """The format of a file of rules: the one that is named, or else the one in its name.

    `aid-rules.toml` and `spring_aid_rules.toml` are both `aid_rules`. None for other files.
    """
    if name is not None:
        return name if name in READERS else None
    stem = path.stem.casefold().replace("-", "_").replace(" ", "_")
    for known, (suffix, _) in READERS.items():
        if path.suffix.casefold() == suffix and stem.endswith(known):
            return known
    return None


def read_rules(path: Path, name: str) -> Iterator[Record | Skipped]:
    """Every rule of a file. Raises SourceError when the file as a whole cannot be read."""
    return READERS[name][1](path)
