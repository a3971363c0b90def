"""Tells whether a text holds the kind of value that a question asks for, so that what is quoted for
"how much" holds an amount, for "when" a date, and for "how do I reach" a number."""

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


_CONTACT = re.compile(
    r"\b(?:contact(?: details| info\w*)?|phone|telephone|e-?mail address|reach"
    r"|get (?:a )?hold of)\b"
    r"|\bnumber (?:of|for) the\b|\bwh(?:o|om|at number) (?:do|can|should|must|could) (?:i|we) "
    r"(?:call|ring|write|ask|e-?mail)\b",
    re.I,
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+?\d[\d() -]{6,}\d")


def holds_wanted(question: str, text: str) -> bool:
    """Whether a text holds an amount, a date or a number to call or address to write to, if the
    question asks for one; else True."""
    if _CONTACT.search(question):
        return bool(_ADDRESS.search(text))
    if _DATE.search(question):
        return bool(find_dates(text))
    if _AMOUNT.search(question):
        return bool(find_money(text))
    return True
