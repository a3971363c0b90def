"""What differs between two states of an entry, for a person to see side by side."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge_base.drafts.wire import entry_to_json
from knowledge_base.model import Program
from knowledge_base.program_page import cost_phrase, day, offering_phrase, required
from knowledge_base.store import Entry
from knowledge_base.text.sentences import sentences

_MOST_LINES = 2_000
"""Lines that are compared one by one; of a longer text the comparison would take seconds."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A fact that differs, in words; empty where it was or is not stated."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact as the program's page says it, and every value of it, some of which no page says."""

    said: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both texts, or of one: `same`, `changed`, `added` or `removed`."""

    kind: str
    before: str = ""
    after: str = ""


def changed_fields(before: Entry | None, after: Entry | None) -> list[FieldChange]:
    """The facts and dates that differ; the text of a page is compared by `side_by_side`.

    They are said as the program's page says them, unless that says the same of both.
    """
    one, other, found = dict(_told(before)), dict(_told(after)), []
    for name in dict.fromkeys((*one, *other)):
        old, new = one.get(name, _Fact()), other.get(name, _Fact())
        if old.said != new.said:
            found.append(FieldChange(name, old.said, new.said))
        elif old.whole != new.whole:
            found.append(FieldChange(name, old.whole, new.whole))
    return found


def changed_words(one: Mapping[str, str], other: Mapping[str, str]) -> list[FieldChange]:
    """The facts that differ, by name, where both states are told in words already."""
    return [
        FieldChange(name, one.get(name, ""), other.get(name, ""))
        for name in dict.fromkeys((*one, *other))
        if one.get(name, "") != other.get(name, "")
    ]


def side_by_side(before: str, after: str) -> list[Line]:
    """Both texts line against line, with what lies between changes left out."""
    one, other = before.splitlines()[:_MOST_LINES], after.splitlines()[:_MOST_LINES]
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for group in matcher.get_grouped_opcodes(2):
        if found:
            found.append(Line("gap"))
        for tag, a, b, c, d in group:
            found += _lines(tag, one[a:b], other[c:d])
    return found


def replaced(before: str, after: str, told: str) -> str:
    """The sentences that stand where those that say `told` stood; empty where none changed."""
    one, other = ([each.text for each in sentences(text)] for text in (before, after))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal" and any(told in sentence for sentence in one[a:b]):
            return " ".join(other[c:d])
    return ""


def _lines(tag: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    if tag == "equal":
        yield from (Line("same", line, line) for line in before)
        return
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else None
        new = after[place] if place < len(after) else None
        if old is None:
            yield Line("added", after=new or "")
        elif new is None:
            yield Line("removed", before=old)
        else:
            yield Line("changed", old, new)


def _told(entry: Entry | None) -> Iterator[tuple[str, _Fact]]:
    if entry is None:
        return
    wire = entry_to_json(entry)
    if entry.program is None:
        fields, phrases = {k: v for k, v in wire["document"].items() if k != "text"}, {}
    else:
        fields, phrases = wire["program"], _phrases(entry.program)
    for name, value in fields.items():
        said = phrases.get(name, ())
        for number, (each, words) in enumerate(_words(name, value)):
            yield each, _Fact((said[number] if said else "") or words, words)


def _phrases(program: Program) -> dict[str, Sequence[str]]:
    """What the program's page says of its costs, runs, requirements and times."""
    needs = program.requirement
    spans = {name: getattr(program, name) for name in ("duration", "effort", "workload")}
    return {
        "costs": [cost_phrase([cost]) for cost in program.costs],
        "offerings": [offering_phrase(offering) for offering in program.offerings],
        "requirement": [required(needs, {})] if needs else (),
        **{name: [str(span)] for name, span in spans.items() if span},
    }


def _words(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield f"{_name(name)} {number}" if len(value) > 1 else _name(name), _value(each)
    elif isinstance(value, dict) and name == "validity":
        yield from (
            (_name(key), day(date.fromisoformat(each)) if each else "")
            for key, each in value.items()
        )
    else:
        yield _name(name), _value(value)


def _name(field: str) -> str:
    return field.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        told = ((key, _value(each)) for key, each in value.items())
        return ", ".join(f"{_name(key)}: {words}" for key, words in told if words)
    if isinstance(value, list):
        return "; ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
