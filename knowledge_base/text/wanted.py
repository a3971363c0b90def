"""Knows the kinds of value that questions ask for, so that what is quoted for "how much" holds an
amount, for "when" a date, and for "what percent" a share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from knowledge_base.text.dates import find_dates
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import NUMBER_WORDS

_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+|{'|'.join(NUMBER_WORDS[2:])}|thirty|forty|fifty)"
_PEOPLE = r"(?:students?|people|ppl|persons?|classmates|learners|participants|seats|spots|places)"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value, with how it is asked for and how a text is known to hold one."""

    asked: re.Pattern[str]
    held: Callable[[str], object]
    needed: bool = True
    """Whether what holds none cannot be the answer. A price may be none at all, and a date told by
    the days until it."""


_CONTACT = Kind(
    re.compile(
        r"\b(?:contact(?: details| info\w*)?|phone|telephone|e-?mail address|reach"
        r"|get (?:a )?hold of)\b"
        r"|\bnumber (?:of|for) the\b|\bwh(?:o|om|at number) (?:do|can|should|must|could) (?:i|we) "
        r"(?:call|ring|write|ask|e-?mail)\b",
        re.I,
    ),
    re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+?\d[\d() -]{6,}\d").search,
    needed=False,
)
_TIME_OF_DAY = Kind(
    re.compile(
        r"\b(?:what|which) (?:time|hour)s?\b(?! (?:of (?:the )?year|zone|frame|period|span|limit))",
        re.I,
    ),
    re.compile(
        r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?m\b|\b\d{1,2}:\d\d\b|\b(?:noon|midnight|24/7|at all hours"
        r"|any hour|fixed hours|mornings?|afternoons?|evenings?|nights?)\b",
        re.I,
    ).search,
)
_SHARE = Kind(
    re.compile(
        r"\b(?:what|which) (?:percent\w*|share|proportion|fraction)\b"
        r"|\b(?:pass(?:ing)?|success|completion|graduation|placement|acceptance|admission|dropout"
        r"|retention|employment|hiring) rates?\b",
        re.I,
    ),
    re.compile(
        r"\d\s?%|\bper ?cent\b"
        r"|\b(?:half|thirds?|quarters?|full|all|none|nothing|every(?:one|body))\b",
        re.I,
    ).search,
)
_HEADCOUNT = Kind(
    re.compile(
        r"\b(?:class|group|cohort) sizes?\b|\bsize of (?:(?:the|a|each) )?(?:class|group|cohort)"
        rf"|\b(?:how many|number of) (?:\w+ ){{0,2}}?{_PEOPLE}\b|\bhead ?count\b",
        re.I,
    ),
    re.compile(
        rf"\b{_NUMBER}\b(?: or (?:more|fewer|less))?(?: [a-z]+)?"
        r" (?!(?:hours|days|weeks|months|years|minutes|credits|times|points)\b)"
        r"(?:[a-z]+s|people|children|men|women)\b",
        re.I,
    ).search,
)
_PERSON = Kind(
    re.compile(
        r"\bwho(?:['’]s| is| are| will be)? (?:teach(?:es|ing)?|(?:(?:the|my|our) )?(?:\w+ )?"
        r"(?:teachers?|instructors?|professors?|lecturers?))\b"
        r"|\b(?:name of|which) (?:(?:the|my) )?(?:teacher|instructor|professor|lecturer)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:taught|led|given) by\b|\b(?:teachers?|instructors?|professors?|lecturers?|faculty"
        r"|prof|dr)\b",
        re.I,
    ).search,
)
_EARNINGS = Kind(
    re.compile(
        r"\b(?:average|starting|typical|expected|median|what) (?:\w+ )?(?:salary|wages?|earnings)\b"
        r"|\bhow much (?:(?:do|does|can|could|will|would|might) )?(?:\w+ ){1,3}(?:earn|make)\b",
        re.I,
    ),
    lambda text: find_money(text) and re.search(r"\b(?:salar|wage|earn|income|pay\b)", text, re.I),
)
_DATE = Kind(
    re.compile(
        r"\bwhen (?:do|does|is|are|will|can|could|must|should|did)\b"
        r"|\b(?:from|until|by|since) when\b|\b(?:what|which) (?:date|day)\b"
        r"|\b(?:first|last|start|end) (?:day|dates?)\b|\b(?:deadlines?|cut-?off)\b",
        re.I,
    ),
    find_dates,
    needed=False,
)
_AMOUNT = Kind(
    re.compile(
        r"\bhow much(?! (?:time|longer|work|homework|experience|of|credits?)\b)(?!.*\bhours?\b)"
        r"|\b(?:prices?|costs?|fees?|tuition|rates?|charged?)\b"
        r"|\bwhat (?:do|would|will|must) i pay\b",
        re.I,
    ),
    find_money,
    needed=False,
)
_KINDS = (_CONTACT, _TIME_OF_DAY, _SHARE, _HEADCOUNT, _PERSON, _EARNINGS, _DATE, _AMOUNT)
"""The first that a question asks for is the one that counts."""


def wanted(question: str) -> Kind | None:
    """The kind of value that a question asks for, if it asks for one that is known here."""
    return next((kind for kind in _KINDS if kind.asked.search(question)), None)


def holds_wanted(question: str, text: str) -> bool:
    """Whether a text holds a value of the kind that a question asks for; True if it asks for
    none."""
    kind = wanted(question)
    return kind is None or bool(kind.held(text))
