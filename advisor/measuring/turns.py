"""Whether the reply to a turn of a conversation is what must be so of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from advisor.measuring.expected import missing, present, stands

Line = Mapping[str, Any]
"""A turn as `measure conversation` dumps it."""

_NOT_KNOWN = re.compile(
    r"\b(?:(?:do not|don't|does not|doesn't|did not|didn't|could not|couldn't|cannot|can't) "
    r"(?:have|know|say|state|find|tell|see)|not (?:stated|published|known|been set)|unknown"
    r"|rather not guess)\b"
)
_DECLINES = re.compile(
    r"\b(?:can't|cannot|not able to|unable to|don't|do not|only (?:know|speak|answer)|won't)\b"
)
_OFFERS = re.compile(
    r"\b(?:person|staff|advisor|adviser|counselor|welcome desk|office|registrar)\b|[\w.]+@[\w.-]+"
)
_SENTENCE = re.compile(r"[^.!?\n]*\?")
_WORKING = "working"
"""How `computed` is reached: for whoever reads the file."""
_SHORT = 500
"""Characters within which small talk is answered."""


def unmet(expect: Mapping[str, Any], line: Line) -> list[str]:
    """The words of `tests/questions/README.md` that do not hold of a turn; KeyError on another."""
    if line["failed"] is not None:
        return ["answered"]
    wanted = {word: value for word, value in expect.items() if word != _WORKING}
    return [word for word, value in wanted.items() if not _CHECKS[word](value, line)]


def by_subject(judged: Iterable[tuple[str, Sequence[str]]]) -> dict[str, dict[str, Any]]:
    """Per subject of (subject, unmet words): turns, how many are as expected, what was unmet."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"turns": 0, "right": 0, "unmet": defaultdict(int)}
    )
    for subject, words in judged:
        count = found[subject]
        count["turns"] += 1
        count["right"] += not words
        for word in words:
            count["unmet"][word] += 1
    return {subject: {**each, "unmet": dict(each["unmet"])} for subject, each in found.items()}


def _shown(line: Line) -> str:
    """All that a student reads: the reply, its choices, and its sources."""
    sources = (f"{each['title']}\n{each['quote']}" for each in line["citations"])
    return "\n".join([line["text"], *line["choices"], *sources])


def _cites(wanted: Sequence[str], line: Line) -> bool:
    return bool({each["document_id"] for each in line["citations"]} & set(wanted))


def _asks(wanted: Sequence[str], line: Line) -> bool:
    questions = " ".join(_SENTENCE.findall(line["text"])).casefold()
    return any(word.casefold() in questions for word in wanted)


def _unknown(_: bool, line: Line) -> bool:
    return line["abstained"] or bool(_NOT_KNOWN.search(_plain(line["text"])))


def _refuses(_: bool, line: Line) -> bool:
    return line["abstained"] or (not line["citations"] and _says(_DECLINES, line))


def _offers_person(_: bool, line: Line) -> bool:
    return _handover(_, line) or _says(_OFFERS, line) or "Talk to a person" in line["choices"]


def _handover(_: bool, line: Line) -> bool:
    return bool(line["kind"] == "handover")


def _small_talk(_: bool, line: Line) -> bool:
    return not line["citations"] and not line["abstained"] and len(line["text"]) <= _SHORT


def _says(pattern: re.Pattern[str], line: Line) -> bool:
    return bool(pattern.search(_plain(line["text"])))


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").casefold()


_CHECKS: dict[str, Callable[[Any, Line], bool]] = {
    "cites": _cites,
    "contains": lambda wanted, line: not missing(wanted, _shown(line)),
    "not_contains": lambda wanted, line: not present(wanted, line["text"]),
    "computed": lambda wanted, line: stands(str(wanted), line["text"]),
    "asks": _asks,
    "unknown": _unknown,
    "refuses": _refuses,
    "offers_person": _offers_person,
    "handover": _handover,
    "plan": lambda _, line: line["kind"] == "plan",
    "small_talk": _small_talk,
}
