"""One record of a source, whatever its format: values by column or path, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge_base.catalog.json_text import clean


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a source with the place where it stands, for messages."""

    values: dict[str, Any]
    where: str
    unknown: tuple[str, ...] = ()

    def get(self, path: str) -> Any:
        """The value at a path, or None where the source says nothing; a list for `list[].key`."""
        if not path:
            return None
        for alternative in [path] if path in self.values else path.split("|"):
            value = self._at(alternative.strip())
            if value not in (None, "", []):
                return value
        return None

    def text(self, path: str) -> str:
        """The value at a path in one line without markup; empty where the source says nothing."""
        return said(self.get(path))

    def each(self, path: str) -> list[Row]:
        """The objects of the list at a path, as rows of their own."""
        items = self.get(path)
        return [
            Row(item, self.where, self.unknown)
            for item in (items if isinstance(items, list) else [items])
            if isinstance(item, dict)
        ]

    def _at(self, path: str) -> Any:
        if path in self.values:
            return self._told(self.values[path])
        if "[]." in path:
            list_path, _, rest = path.partition("[].")
            found = [row.get(rest) for row in self.each(list_path)]
            return [value for value in found if value not in (None, "")]
        value: Any = self.values
        for step in path.split("."):
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        return self._told(value)

    def _told(self, value: Any) -> Any:
        said = isinstance(value, str) and value.strip() in self.unknown
        return None if said else value


def said(value: Any) -> str:
    """A value in one line without markup; the values of a list with commas between them."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(said, value)))
    return clean(str(value)) if value is not None else ""


def parts(value: Any, separator: str) -> tuple[str, ...]:
    """The values of a list, or those that stand in one cell with `separator` between them."""
    several = value if isinstance(value, list) else said(value).split(separator)
    return tuple(filter(None, map(said, several)))
