"""Tells what a value is of: the noun it is said of, or the property of a program."""

from __future__ import annotations

import re
from datetime import date

from knowledge_base.model import Span
from knowledge_base.text.found import Found
from knowledge_base.text.quantities import Bound, bound_of

PROPERTIES = frozenset(
    {"tuition", "materials fee", "credits", "length", "hours per week", "start", "end", "apply by"}
)
"""What `program_property` can find."""
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[,;:()–—]")
_FILLERS = frozenset(
    """is are was were be been will would of costs cost earn earns pays pay gives give takes charges
    charged
    for about up to at most least only usually now currently just a an the ( : due there additional
    maximum minimum""".split()
)
"""Words between a noun and its value that say nothing of what it is."""
_BREAKS = frozenset(
    """, ; : ( ) – — and or but the a an this that these those its their your his her our any each
    every all no not is are was were be has have had do does can may must will should would if when
    while unless until before after by for from in into on onto over to toward towards under up with
    within without as at than then of which who whom whose it they you we i he she there one once
    pay pays paid costs cost gives give gets get takes take charged charges make makes earn earns
    plus""".split()
)
"""Words at which the noun phrase before or after a value ends."""
_PRONOUNS = frozenset({"it", "this", "they", "these", "which"})
_LONGEST_HEAD = 4
_MONEY_NOUN = re.compile(
    r"^(?:\S+ ){0,3}(?:fees?|tuition|deposit|price|charge|materials?|supplies|award|scholarship"
    r"|grant|allowance|fine|stipend)\b",
    re.I,
)
_PER = re.compile(
    r"^\s*(?:\(.{0,20}\)\s*)?(?:per|a|an|each|every|/|for each|for every)\s*"
    r"(credit|hour|day|week|month|year|term|semester)\b",
    re.I,
)
_EACH = re.compile(
    r"\b(?:each|every|per) (credit|hour|day|week|month|year|term|semester) "
    r"(?:carries|costs?|has|adds|is|comes with)(?: an?)? $",
    re.I,
)
_PER_COLUMN = re.compile(r"\bper (credit|hour|day|week|month|year|term|semester)\b", re.I)
_AT_LEAST = re.compile(r"\b(?:requirement|minimum)(?: of)?\W*$", re.I)
_AT_MOST = re.compile(r"\b(?:limit|maximum|cap|most)(?: of)?\W*$", re.I)
_LEAST_COLUMN = re.compile(r"\bminimum\b|\bat least\b", re.I)
_MOST_COLUMN = re.compile(
    r"\bmaximum\b|\bmost\b.*\b(?:accepted|allowed|possible)\b|\blimit\b", re.I
)

_STARTS = re.compile(r"\b(?:starts?|begins?|starting|beginning|start date is)\b[^.;]{0,24}$", re.I)
_ENDS = re.compile(r"\b(?:ends?|ending|finish(?:es)?)\b[^.;]{0,24}$", re.I)
_APPLY = re.compile(
    r"\b(?:apply(?: for [^.;,]{1,60})?(?: no later than| by| before)|application deadline"
    r"[^.;]{0,40}|deadline[^.;]{0,60}|applications? (?:are |is )?due[^.;]{0,40})[^.;]{0,24}$",
    re.I,
)
_PRICE = re.compile(r"\b(?:tuition|price|costs?)\b")
_COSTS = re.compile(r"\bcosts?\s(?:about )?$", re.I)
_LASTS = re.compile(r"\b(?:takes?|lasts?|runs? for|is|has|in|over|duration|length)\b", re.I)
_OTHER_TIME = re.compile(
    r"\b(?:within|after|before|refund|older|last|expires?|valid|notice|earlier|until|deposit)\b",
    re.I,
)
_CREDITS_OTHERWISE = re.compile(
    r"\b(?:toward|stacks?|count|transfer\w*|certificate|degree|prerequisite|at most|up to)\b", re.I
)


def head_of(text: str, found: Found[Span | date], heading: str, previous: str) -> str:
    """The words that name what a value is of; empty when the sentence does not say it nearby.

    A pronoun stands for the heading; a value that only follows another by "and" or "or" shares
    `previous`, what that one was of.
    """
    after = text[found.end :]
    money = isinstance(found.value, Span) and len(found.value.unit) == 3
    if money and _MONEY_NOUN.match(after.lstrip()):
        return _leading(after)
    before = [match.group() for match in _WORD.finditer(text[: found.start])]
    coordinated = bool(before) and before[-1].casefold() in {"and", "or"}
    while before and before[-1].casefold() in _FILLERS:
        before.pop()
    if before and before[-1].casefold() in _PRONOUNS:
        return heading
    head: list[str] = []
    while before and before[-1].casefold() not in _BREAKS and len(head) < _LONGEST_HEAD:
        head.insert(0, before.pop())
    return " ".join(head) or (previous if coordinated else "")


def _leading(text: str) -> str:
    head: list[str] = []
    for match in _WORD.finditer(text):
        if match.group().casefold() in _BREAKS or len(head) == _LONGEST_HEAD:
            break
        head.append(match.group())
    return " ".join(head)


def per_unit(found: Found[Span | date], text: str, column: str) -> Span | date:
    """The value with what it is counted by: `$8 per credit` has the unit `USD per credit`."""
    value = found.value
    if not isinstance(value, Span) or len(value.unit) != 3:
        return value
    before = _EACH.search(text[: found.start])
    match = _PER.match(text[found.end :]) or before or _PER_COLUMN.search(column)
    return Span(value.low, value.high, f"{value.unit} per {match[1].lower()}") if match else value


def bound(text: str, found: Found[Span | date], column: str) -> Bound:
    """How a value limits the true one, by the words around it or the head of its column."""
    before = text[: found.start]
    if _AT_LEAST.search(before) or _LEAST_COLUMN.search(column):
        return Bound.AT_LEAST
    if _AT_MOST.search(before) or _MOST_COLUMN.search(column):
        return Bound.AT_MOST
    return bound_of(text, found.start, found.end)


def program_property(value: Span | date, text: str, found: Found[Span | date], head: str) -> str:
    """Which property of a program a value in a sentence about it is; empty when none is meant."""
    before = text[: found.start]
    if isinstance(value, date):
        tests = (("apply by", _APPLY), ("start", _STARTS), ("end", _ENDS))
        return next((name for name, pattern in tests if pattern.search(before)), "")
    if len(value.unit) == 3:
        return _price(head.casefold(), before)
    means = {
        "hours per week": True,
        "length": value.unit == "weeks" and _LASTS.search(text) and not _OTHER_TIME.search(text),
        "credits": not _CREDITS_OTHERWISE.search(text),
    }
    name = "length" if value.unit == "weeks" else value.unit
    return name if means.get(name) else ""


def _price(head: str, before: str) -> str:
    if "material" in head:
        return "materials fee"
    return "tuition" if _PRICE.search(head) or _COSTS.search(before) else ""
