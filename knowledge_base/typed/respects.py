"""Reads in which respects a bare question asks of programs in hand, such as "how long each"."""

from __future__ import annotations

import re

from knowledge_base.filters.shorthand import written_out
from knowledge_base.typed.question import Aspect

_LONGEST = 12
"""Words; a longer question has words of its own weight."""
_ASKED = (
    (
        Aspect.COST,
        r"how much(?! (?:time|credit|work|experience))(?: money)?|costs?|prices?|priced|tuition"
        r"|materials?(?: fees?)?|expensive",
    ),
    (
        Aspect.EFFORT,
        r"(?:how many |total )?(?:hours|hrs)(?: (?:a|per|each|every|in a)? ?(?:week|wk))?"
        r"|workload|weekly|(?:hours |hrs )?weekly",
    ),
    (Aspect.LENGTH, r"how long|length|duration|(?:how many )?(?:weeks|months)|lasts?"),
    (
        Aspect.DEADLINE,
        r"(?:application )?deadlines?|apply (?:by|until)|(?:due|last) da(?:te|y) to apply",
    ),
    (Aspect.START, r"start(?:s|ing)?(?: dates?)?|begin(?:s|ning)?|when|(?:next )?start dates?"),
    (
        Aspect.DELIVERY,
        r"online|remote(?:ly)?|hybrid|in[ -]person|(?:on[ -])?campus|format|delivery",
    ),
    (
        Aspect.PREREQUISITES,
        r"prereq(?:uisite)?s?|requirements?|(?:need|know|have) (?:anything |something )?before"
        r"|what do i need",
    ),
    (
        Aspect.STACKING,
        r"stack(?:s|ing)?(?: into)?|(?:counts?|goes?|lead(?:s|ing)?) (?:towards?|to|into)"
        r"|degrees?|diplomas?|same thing",
    ),
    (Aspect.CREDIT, r"(?:how many |for |any )?credits?|credit[ -]bearing"),
    (Aspect.AID, r"ways? to pay|(?:financial )?aid"),
    (Aspect.SKILLS, r"skills?|learn|teach(?:es)?"),
    (Aspect.CAREERS, r"jobs?|careers?|occupations?|work as"),
)
_PATTERNS = tuple((aspect, re.compile(rf"\b(?:{words})\b")) for aspect, words in _ASKED)
_EMPTY = frozenset(
    """a about again all also an and any are at be between both but can class classes compare
    compared completely could count counts course courses difference different do does each
    either eligible every exactly first for fully get gets give gives go hey how i if in info
    is it it's its just kind lead leads long many me much need needs next now of ok okay on
    one ones only or other out please pls plus price program programs qualifies qualify really
    same so start still take taken takes tell than that the their them then there these they
    thing this those though three to too total toward towards two us vs was week well what
    what's when where which will with would you your""".split()
)
"""Words that ask or join, and change nothing of what is asked."""


def respects(question: str) -> tuple[Aspect, ...]:
    """What a question of few and plain words asks for; nothing when a word is not understood.

    A word more ("the refund", "for veterans") changes what is right, and then the published pages
    are to be asked.
    """
    left = written_out(question.casefold().replace("’", "'"))
    if len(left.split()) > _LONGEST:
        return ()
    found = []
    for aspect, pattern in _PATTERNS:
        if pattern.search(left):
            found.append(aspect)
            left = pattern.sub(" ", left)
    return tuple(found) if set(re.findall(r"[\w'$]+", left)) <= _EMPTY else ()


def mentioned(question: str) -> tuple[Aspect, ...]:
    """The respects of which a question speaks, whatever else it says."""
    said = written_out(question.casefold().replace("’", "'"))
    return tuple(aspect for aspect, pattern in _PATTERNS if pattern.search(said))
