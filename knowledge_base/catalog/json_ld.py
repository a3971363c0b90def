"""Walks JSON-LD by plain property names, so that each vocabulary's reader is a list of fields.

Remote contexts are never fetched: a property is known by the last part of its name, so that
`ceterms:name`, `https://purl.org/ctdl/terms/name` and `Name` are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from knowledge_base.catalog.figures import NUMBER_ALLOWED, number
from knowledge_base.catalog.json_text import BadValue, clean

_LANGUAGE = re.compile(r"(?:[a-z]{2,3}|und)(?:-[a-z0-9]{1,8})*", re.I)
_SIGN = re.compile(r"^[$€£]\s*")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?")
_LOOSE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")


def bare(name: str) -> str:
    """A property's or class's name without its prefix or address."""
    return name[max(map(name.rfind, ":/#@")) + 1 :]


def plain(name: str) -> str:
    """The same in small letters."""
    return bare(name).casefold()


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything a file describes, to look references up in; a look-up is one step, never a walk,
    so that resources that refer to each other in a circle do no harm.
    """

    described: dict[str, Node] = field(default_factory=dict)

    def add(self, key: str, node: Node) -> None:
        """Remember a resource under its identifier; the first one keeps it."""
        if key:
            self.described.setdefault(key, node)


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object, read by the plain names of its properties.

    Where several names are given, the first that says something counts. Every method raises
    BadValue for a value of a kind that cannot be.
    """

    values: Mapping[str, Any]
    names: Mapping[str, str]
    graph: Graph = field(repr=False, compare=False)

    @classmethod
    def of(cls, values: Mapping[str, Any], graph: Graph) -> Node:
        """The node of a JSON object."""
        names: dict[str, str] = {}
        for name in values:
            names.setdefault(plain(name), name)
        return cls({key: values[name] for key, name in names.items()}, names, graph)

    @property
    def id(self) -> str:
        """`@id`, or an empty text."""
        found = self.values.get("id")
        return found if isinstance(found, str) else ""

    @property
    def types(self) -> tuple[str, ...]:
        """The names of its classes without prefix, as they are written."""
        found = self.values.get("type")
        several = found if isinstance(found, list) else [found]
        return tuple(bare(each) for each in several if isinstance(each, str))

    def called(self, *names: str) -> str:
        """The name under which the source has a field, for messages."""
        key = next((key for key in map(plain, names) if key in self.values), plain(names[0]))
        return self.names.get(key, names[0])

    def each(self, *names: str) -> list[Any]:
        """All values of a field; empty where it says nothing."""
        for name in names:
            value = self.values.get(plain(name))
            if value not in (None, "", [], {}):
                return value if isinstance(value, list) else [value]
        return []

    def texts(self, *names: str) -> tuple[str, ...]:
        """Texts of a field, each once: of plain values, language maps and `@value` objects."""
        said: list[str] = []
        for value in self.each(*names):
            for text in _spoken(value):
                if isinstance(text, dict | list | bool):
                    raise BadValue(self.called(*names), text, "a text")
                said.append(clean(str(text)))
        return tuple(dict.fromkeys(filter(None, said)))

    def text(self, *names: str) -> str:
        """The first text of a field, or an empty one."""
        return next(iter(self.texts(*names)), "")

    def nodes(self, *names: str) -> list[Node]:
        """Objects of a field; a reference becomes what the file describes under it, else a node
        that holds nothing but the identifier. Plain texts that are no reference count as one too.
        """
        return [self.node(value) for value in self.each(*names) if isinstance(value, str | dict)]

    def node(self, value: str | dict[str, Any]) -> Node:
        """The node of one value: see `nodes`."""
        found = Node.of({"@id": value} if isinstance(value, str) else value, self.graph)
        if set(found.values) <= {"id", "type", "ctid"}:
            return self.graph.described.get(found.identifier, found)
        return found

    @property
    def identifier(self) -> str:
        """What the graph knows it by: see `identified`."""
        ctid = self.values.get("ctid")
        return identified(ctid) if isinstance(ctid, str) and ctid else identified(self.id)

    def number(self, *names: str) -> Decimal | None:
        """The number of a field. Several different ones are as good as none.

        The vocabularies write a full stop before a fraction (https://schema.org/price).
        """
        found = {self._number(value, names) for value in self.each(*names)}
        return found.pop() if len(found) == 1 else None

    def _number(self, value: Any, names: tuple[str, ...]) -> Decimal:
        if isinstance(value, str):
            value = _SIGN.sub("", value.strip())
        elif not isinstance(value, int | float | Decimal):
            raise BadValue(self.called(*names), value, NUMBER_ALLOWED)
        found = number(self.called(*names), value, ".")
        if found is None:
            raise BadValue(self.called(*names), value, NUMBER_ALLOWED)
        return found

    def day(self, *names: str) -> date | None:
        """The date of a field: ISO 8601, or month/day/year as Registry Assistant input has it."""
        values = self.each(*names)
        if not values:
            return None
        day = day_of(values[0])
        if day is None:
            raise BadValue(self.called(*names), values[0], "a date such as 2027-01-31")
        return day

    def flag(self, *names: str) -> bool | None:
        """Whether a field says yes; None where it says nothing."""
        for value in self.each(*names):
            if isinstance(value, bool):
                return value
            if str(value).casefold() in {"true", "false"}:
                return str(value).casefold() == "true"
            raise BadValue(self.called(*names), value, "true or false")
        return None


_CTID = re.compile(r"ce-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)


def identified(reference: str) -> str:
    """The registry identifier (CTID) within a reference in small letters, or else all of it.

    `/graph/`, `/resources/` and the bare identifier name one thing, in either case of letters.
    """
    found = _CTID.search(reference)
    return found.group().casefold() if found else reference


def day_of(value: Any) -> date | None:
    """The date that a value writes, or None when it writes none."""
    text = str(value).strip()
    try:
        if found := _AMERICAN.fullmatch(text):
            month, day, year = map(int, found.groups())
            return date(year, month, day)
        if found := _LOOSE.fullmatch(text):
            return date(*map(int, found.groups()))
        return datetime.fromisoformat(text).date()
    except (ValueError, OverflowError):
        return None


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts in their order, each once, without empty ones."""
    return tuple(dict.fromkeys(filter(None, texts)))


def _spoken(value: Any) -> Iterator[Any]:
    """What a value says: of a language map the English text, or else the first."""
    if not isinstance(value, dict):
        yield value
    elif "@value" in value:
        yield value["@value"]
    else:
        languages = list(value) if all(map(_LANGUAGE.fullmatch, value)) else []
        english = [key for key in languages if key.casefold().split("-")[0] == "en"]
        for key in (english or languages)[:1]:
            said = value[key]
            yield from said if isinstance(said, list) else [said]
