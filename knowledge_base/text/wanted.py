"""Tells whether a text holds the kind of value that a question asks for, so that what is quoted for
"how much" holds an amount, and for "when" a date."""

from __future__ import annotations

import re

from knowledge_base.text.dates import find_dates
from knowledge_base.text.money import find_money

_AMOUNT = re.compile(
    r"\bhow much(?! (?:time|longer|work|homework|experience|of|credits?)\b)(?!.*\bhours?\b)"
    r"|\b(?:prices?|costs?|fees?|tuition|rates?|charged?)\b|\bwhat (?:do|would|will|must) i pay\b",
    re.I,
)
_DATE = re.compile(
    r"\bwhen (?:do|does|is|are|will|can|could|must|should|did)\b|\b(?:from|until|by|since) when\b"
    r"|\b(?:what|which) (?:date|day)\b|\b(?:first|last|start|end) (?:day|dates?)\b"
    r"|\b(?:deadlines?|cut-?off)\b",
    re.I,
)


def holds_wanted(question: str, text: str) -> bool:
    """Whether a text holds an amount or a date if the question asks for one; else True."""
    if _DATE.search(question):
        return bool(find_dates(text))
    if _AMOUNT.search(question):
        return bool(find_money(text))
    return True
