"""Reads phrases that mean the same in any catalog: delivery, level, credit, aid, orders."""

from __future__ import annotations

import re
from decimal import Decimal

from knowledge_base.filters.tree import Compare, Has, Op, Order

_DELIVERY = {
    "online": r"(?:(?:fully|entirely|completely|100%|only|purely) )?"
    r"(?:online(?: only| learning)?|remote(?:ly)?|virtual(?:ly)?"
    r"|distance(?: learning| education)?|from home|at home"
    r"|over the internet|web based|e learning|elearning)",
    "in person": r"(?:only )?(?:in person|on campus|face to face|f2f|on ?site"
    r"|in (?:a |the )?classroom"
    r"|in the flesh|physically)",
    "hybrid": r"hybrid|blended(?: learning)?|mixed mode|partly online|partially online",
}
_LEVELS = {
    "introductory": r"introductory|beginners?(?: friendly)?|beginning|beginner level|entry level"
    r"|novices?|intro|from scratch|easiest",
    "intermediate": r"intermediate",
    "advanced": r"advanced",
    "undergraduate": r"undergraduate|undergrad|bachelor level",
    "graduate": r"graduate|postgraduate",
    "high school": r"high school",
}
_NOUN = r"(?:programs?|programmes?|courses?|class(?:es)?|certificates?|training|options?|ones?)"
_NOT_CREDIT = (
    r"(?:(?:are |is )?not for(?: any)? credit|(?:for )?non credit|noncredit|no credits?"
    r"|without (?:any )?credits?|carr(?:y|ies) no credits?)\b"
)
_CREDIT = (
    r"(?:(?:for|earn|earns|carry|carries|give|gives|offer|offers|with|award|awards|want|need|get"
    r"|getting|earning) (?:academic |college |the )?credits?|(?:academic|college) credits?"
    rf"|credit bearing|credit(?= {_NOUN}| ,)|(?<= , )credit$)\b"
)
_PREREQUISITE = r"(?:prerequisites?|prereqs?|pre requisites?|pre reqs?|entry requirements?)"
_EXPERIENCE = r"(?:(?:prior|previous) )?experience(?: (?:needed|required|necessary))?"
_FREE = r"(?:for free|free of charge|no cost|at no cost|(?<!feel )free)\b(?! time)"
_AID = (
    r"(?:(?:with |any )?financial (?:aid|assistance)|(?:with |any )aid|aid eligible"
    r"|(?:eligible|qualif(?:y|ies)) for (?:any |financial )*(?:aid|assistance))\b(?: available)?"
)
_BADGE = (
    r"(?:(?:with|for|earn(?:s|ing)?|award(?:s|ing)?|gives?|offers?|issues?|comes? with|includes?)"
    r"(?: you| me)? )?(?:an? )?(?:(?:digital|open) )*badges?"
)
_RESIDENCIES = (
    (
        "out-of-state",
        r"out of state|(?:not|non) (?:an? )?(?:in state )?residents?|nonresidents?",
    ),
    ("in-state", r"in state|(?:i am|i'm|as) an? (?:state )?resident|(?:state )?resident(?= price)"),
    ("international", r"international students?|(?<=as an )international"),
)
_SUPERLATIVES = (
    (
        "total",
        False,
        r"cheapest|least expensive|lowest (?:cost|price|tuition|priced)|most affordable",
    ),
    ("total", True, r"most expensive|priciest|dearest|highest (?:cost|price|tuition)"),
    ("duration", False, r"shortest|quickest|fastest|briefest"),
    ("duration", True, r"longest"),
    ("hours", False, r"fewest hours|least hours|lightest|least time a week"),
    ("hours", True, r"most hours"),
    ("credits", False, r"fewest credits"),
    ("credits", True, r"most credits"),
    (
        "starts",
        False,
        r"(?:(?:that )?starts? )?(?:the )?(?:soonest|earliest)|starts? next|first to start",
    ),
    ("starts", True, r"(?:starts? )?(?:the )?latest"),
)
_COMPARATIVES = (
    ("total", r"cheaper|less expensive|more affordable"),
    ("duration", r"shorter|quicker|faster"),
    ("starts", r"sooner|earlier"),
)
_COMPARED = tuple(
    (field, re.compile(rf"(?:{words})\b(?! than\b)")) for field, words in _COMPARATIVES
)
"""Without a bound behind it, such as "something cheaper": all, in that order."""
_ORDER = re.compile(
    r"(?:the )?(?:top )?(?:(?P<before>\d+) (?!(?:days?|weeks?|hours?|credits?)\b))?(?:"
    + "|".join(f"(?P<s{n}>{p})" for n, (_, _, p) in enumerate(_SUPERLATIVES))
    + r")\b(?: (?P<after>\d+)(?! (?:days?|weeks?|hours?|credits?)\b))?"
    + rf"(?:(?: {_NOUN})? (?:the )?top (?P<top>\d+))?"
)
_PLURAL = re.compile(
    r"(?: \S+){0,4}? (?:programs|programmes|courses|classes|certificates|options|ones)\b"
)


def rule(pattern: str) -> re.Pattern[str]:
    """A pattern that ends where a word does."""
    return re.compile(rf"(?:{pattern})(?![a-z])")


_FIXED: tuple[tuple[re.Pattern[str], Compare | Has], ...] = (
    (rule(_NOT_CREDIT), Compare("credit_bearing", Op.EQ, False)),
    (rule(_CREDIT), Compare("credit_bearing", Op.EQ, True)),
    (
        rule(
            rf"(?:(?:has|have|having|with|needs?|requires?|there are) )?(?:no|without|zero"
            r"|(?:do|does) not (?:have|need|require)|not requir(?:e|ing)) "
            rf"(?:any |formal )?(?:{_PREREQUISITE}|{_EXPERIENCE})"
            rf"|{_PREREQUISITE} none"
        ),
        Compare("no_prerequisites", Op.EQ, True),
    ),
    (
        rule(rf"(?:with|that have|having|has|have) (?:some )?{_PREREQUISITE}"),
        Compare("no_prerequisites", Op.EQ, False),
    ),
    *((rule(pattern), Has("delivery", (name,))) for name, pattern in _DELIVERY.items()),
    (rule(_FREE), Compare("total", Op.EQ, Decimal(0))),
    (rule(_AID), Has("aid", ("*",))),
    (rule(_BADGE), Has("badge", ("badge",))),
    *(
        (rule(rf"{pattern}(?: (?:students?|price))*"), Has("residency", (name,)))
        for name, pattern in _RESIDENCIES
    ),
)
_LEVEL = {name: rule(rf"(?:{p})(?: level)?") for name, p in _LEVELS.items()}


def read_fixed(text: str, at: int) -> tuple[Compare | Has, int] | None:
    """The condition of a fixed phrase at a place of a plain wish, and where it ends."""
    for pattern, condition in _FIXED:
        if match := pattern.match(text, at):
            return condition, match.end()
    return None


def read_level(text: str, at: int) -> tuple[Has, int] | None:
    """The level of study at a place of a plain wish, whether or not the catalog knows it."""
    for name, pattern in _LEVEL.items():
        if match := pattern.match(text, at):
            return Has("level", (name,)), match.end()
    return None


def read_order(text: str, at: int) -> tuple[Order, int] | None:
    """A superlative at a place of a plain wish: one program, the number said, or all in order.

    "The cheapest program" takes one, "the 3 cheapest" three, "the cheapest programs" all.
    """
    match = _ORDER.match(text, at)
    if match is None:
        return _compared(text, at)
    index = next(n for n in range(len(_SUPERLATIVES)) if match[f"s{n}"])
    field, descending, _ = _SUPERLATIVES[index]
    said = match["before"] or match["after"] or match["top"]
    take = int(said) if said else None if _PLURAL.match(text, match.end()) else 1
    return Order(field, descending, take), match.end()


def _compared(text: str, at: int) -> tuple[Order, int] | None:
    for field, pattern in _COMPARED:
        if match := pattern.match(text, at):
            return Order(field), match.end()
    return None
