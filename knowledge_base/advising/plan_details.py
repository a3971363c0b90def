"""Reads the limits of a plan from a student's words: hours, money, days, and how it is taught."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import NUMBER_WORDS, find_quantities
from knowledge_base.text.terms import Period

ANY = "any"
"""The value of a limit that a student leaves open."""
HOURS, BUDGET, START, FINISH, DELIVERY = (
    "plan_hours",
    "plan_budget",
    "plan_start",
    "plan_finish",
    "plan_delivery",
)
LIMITS = (HOURS, BUDGET, START, FINISH, DELIVERY)
ASKED = (HOURS, BUDGET, START, DELIVERY)
"""Limits that are asked for; a last day is taken where it is said."""

_FULL_TIME_HOURS = Decimal(40)
"""Hours a week that "full time" is read as: the standard workweek of the US Fair Labor Standards
Act, 29 U.S.C. 207(a)(1). The plan shows the number, so that a student can say another."""
_MOST_HOURS = 168
"""Hours of a week."""
_LEAST_AMOUNT = 100
"""A bare number from here on may be money where nobody asked for money; "what if I had 3000"."""
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_COUNTS = {"a": 1, "an": 1} | {word: number for number, word in enumerate(NUMBER_WORDS)}
_COUNT = "|".join(_COUNTS)
_SHORT_FORMS = (
    (re.compile(r"[’`]"), "'"),
    (re.compile(rf"({_NUMBER})\s?(?:hrs?|h)\b\.?"), r"\1 hours"),
    (re.compile(r"\bhrs?\b"), "hours"),
    (re.compile(r"/\s?(?:wk|week)s?\b"), " a week"),
    (re.compile(r"\bwks?\b"), "week"),
    (re.compile(rf"({_NUMBER}|two|three|four|five|six)\s?(?:grand|thousand)\b"), r"\1k dollars"),
    (re.compile(r"\btwok\b"), "2k"),
    (re.compile(r"\b(?:a|one) thousand\b"), "1000 dollars"),
)
_PER_DAY = re.compile(rf"({_NUMBER}|{_COUNT}) hours? (?:a|per|each|every) day\b")
_OPEN = re.compile(
    r"\bno (?:real |hard |particular |specific )?(?:limit|preference|maximum|idea|matter|clue)\w*"
    r"|\b(?:does ?n.?t|do ?n.?t|does not|do not|not) (?:really )?(?:matter|know|care|mind|sure)\b"
    r"|\b(?:have no|don.?t have (?:a|any)) (?:preference|limit|idea)\b"
    r"|\b(?:unsure|dunno|idk|unlimited|flexible|whatever|whenever|anytime|any time|not sure)\b"
    r"|\b(?:prefer|rather) not\b|\bas (?:many|much|long) as\b|\bno (?:problem|object|issue)\b"
    r"|\bleave (?:it|that) open\b|\bit depends\b|\bopen to (?:any|all|both)"
)
_OPEN_ALONE = re.compile(
    r"\W*(?:no+|none|nope|any|anything|any of them|all|skip(?: (?:it|this|that))?|pass|open|later"
    r"|next|either(?: way)?|both|n/?a|-+|\?+)\W*"
)
_NO_LIMITS = re.compile(r"\bwithout (?:any )?limits?\b|\bno limits at all\b")
_NO_QUESTIONS = re.compile(
    r"\b(?:just|simply) (?:plan|show|make|give)\b|\bskip (?:the rest|all|these|the questions)\b"
    r"|\bno more questions\b|\benough questions\b|\bplan (?:it )?now\b"
    r"|\bshow me (?:the|a|my) plan\b"
)
_AGAIN = re.compile(
    r"\b(?:other|another|different|new|change (?:the|my)) "
    r"(?P<what>hours?|number of hours|budget|price|start(?: date)?|begin(?:ning)?|end(?: date)?"
    r"|finish|format|delivery|way of studying)\b"
)
_WHAT = {"hour": HOURS, "numb": HOURS, "budg": BUDGET, "pric": BUDGET, "star": START,
         "begi": START, "end": FINISH, "end ": FINISH, "fini": FINISH, "form": DELIVERY,
         "deli": DELIVERY, "way ": DELIVERY}  # fmt: skip
_NO_AMOUNT = r"(?![\d,.]* ?(?:hours?|weeks?|months?|years?|credits?|days?|%))"
"""Behind a number that is no amount of money."""
_SPENDS = re.compile(
    rf"(?:budget|spend|afford|pay|had|save[d]?|max(?:imum)?|cost"
    r"|(?:have|got) (?:only|just|maybe)|(?:only|just) (?:have|got)"
    rf")\D{{0,24}}?({_NUMBER}k?)\b"
    rf"{_NO_AMOUNT}"
)
_NO_MONEY = re.compile(r"\b(?:no money|nothing|free|zero|broke|0)\b")
_ASAP = re.compile(
    r"\b(?:as soon as (?:possible|i can)|asap|right (?:away|now)|immediately|straight away"
    r"|soonest|earliest)\b"
)
_NOW = re.compile(r"\b(?:now|soon|today|any ?time|whenever)\b")
_END_WORDS = re.compile(
    r"(?:\bby|\bbefore|\buntil|\bfinish\w*(?: (?:by|before|in|on|until))?|\bdone (?:by|before|in)"
    r"|\bend(?:ing|s)? (?:by|before|in|on)|\bend|\bno later than|\bready (?:by|for))"
    r"(?: (?:the|next|end of))*\s*$"
)
_NOT_BEFORE = re.compile(r"\b(?:not|no earlier|never) (?:before|than)\s*(?:the\s)?$")
_AFTER = re.compile(r"\bafter\s*(?:the\s)?$")
_START_WORDS = re.compile(
    r"\b(?:in|start\w*(?: (?:in|on|from|around))?|begin\w*(?: (?:in|on|from))?|from|after|since"
    r"|next|this|to|for|around|on|make it|until|by|before|earlier than)\s*(?:the\s)?$"
)
_MODAL = frozenset({"may", "march", "sun", "fall", "spring"})
"""Names of months and terms that are other words too."""
_SPAN_AHEAD = re.compile(
    r"\b(?P<word>within|inside|in)(?: about| around| the next| less than)? "
    rf"(?P<count>\d+|{_COUNT}) (?P<unit>week|month|year)s?\b"
)
_DELIVERIES = {
    "online": re.compile(r"\bon-?\s?line\b|\bremote(?:ly)?\b|\bfrom home\b|\bvirtual(?:ly)?\b"),
    "in person": re.compile(
        r"\bin[- ]person\b|\bon[- ](?:campus|site)\b|\bface[- ]to[- ]face\b"
        r"|\bin (?:a )?class(?:room)?\b"
    ),
    "hybrid": re.compile(r"\bhybrid\b|\bblended\b|\bmix(?:ed)?\b"),
}
_NOT = re.compile(r"\b(?:not|no|never|don'?t want|nothing|without)(?: \w+)?\s*$")


def limits_in(
    text: str, known: Mapping[str, Any], asked: str | None, today: date
) -> dict[str, Any]:
    """The limits that a message states, as slots: plain numbers, ISO 8601 days, lists, `ANY`.

    `asked` is the slot that the message answers, if any: a bare number is then of it. `known` are
    the slots so far. A limit that is to be asked for anew is None. What is not there is left out.
    """
    said = _spelt_out(text)
    found: dict[str, Any] = {}
    if _NO_LIMITS.search(said):
        found |= dict.fromkeys(ASKED, ANY)
    if _NO_QUESTIONS.search(said):
        found |= {slot: ANY for slot in ASKED if known.get(slot) is None}
    found |= {_WHAT[m["what"][:4]]: None for m in _AGAIN.finditer(said)}
    for slot, value in (
        (HOURS, _hours(said, asked == HOURS)),
        (BUDGET, _budget(said, asked == BUDGET)),
        *_days(said, asked, today),
        (DELIVERY, _delivery(said)),
    ):
        if value is not None:
            found[slot] = value
    if asked in LIMITS and asked not in found and leaves_open(said):
        found[asked] = ANY
    return found


def leaves_open(text: str) -> bool:
    """Whether it says that something does not matter, is not known, or shall not be asked."""
    said = _spelt_out(text)
    return bool(_OPEN.search(said) or _OPEN_ALONE.fullmatch(said))


def _spelt_out(text: str) -> str:
    said = " ".join(text.casefold().split())
    for pattern, long in _SHORT_FORMS:
        said = pattern.sub(long, said)
    return said


def _hours(said: str, asked: bool) -> str | None:
    """Hours a week at the upper end of what is said."""
    if match := _PER_DAY.search(said):
        return _plain_hours(_count(match[1]) * 7)
    for units in ({"hours per week"}, {"hours"}):
        found = [f.value.high for f in find_quantities(said, units)]
        if found:
            return _plain_hours(found[-1])
    if re.search(r"\bfull[- ]?time\b(?! (?:job|work|mom|dad|parent|employ))", said) and asked:
        return _plain_hours(_FULL_TIME_HOURS)
    if not asked or find_money(said):
        return None
    if re.search(r"\d", said):
        number = re.findall(rf"{_NUMBER}(?! ?(?:weeks?|months?|days?|years?))", said)
        return _plain_hours(Decimal(number[-1].replace(",", ""))) if number else None
    bare = find_quantities(f"{said} hours", {"hours"})
    return _plain_hours(bare[-1].value.high) if bare else None


def _count(said: str) -> Decimal:
    return Decimal(_COUNTS[said] if said in _COUNTS else said.replace(",", ""))


def _plain_hours(hours: Decimal) -> str | None:
    return f"{hours.normalize():f}" if 0 < hours <= _MOST_HOURS else None


def _budget(said: str, asked: bool) -> str | None:
    """The largest amount that is said; one in another currency is none."""
    amounts = find_money(said)
    if amounts:
        known = [found.value.amount for found in amounts if found.value.currency == "USD"]
        return _plain_amount(max(known)) if known else None
    if asked and (numbers := re.findall(rf"{_NUMBER}k?\b{_NO_AMOUNT}", said)):
        return _plain_amount(max(map(_figure, numbers)))
    if asked and _NO_MONEY.search(said) and not _OPEN.search(said):
        return "0"
    match = _SPENDS.search(said)
    if match and _figure(match[1]) >= _LEAST_AMOUNT:
        return _plain_amount(_figure(match[1]))
    return None


def _figure(text: str) -> Decimal:
    number = Decimal(text.removesuffix("k").replace(",", ""))
    return number * 1000 if text.endswith("k") else number


def _plain_amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _days(said: str, asked: str | None, today: date) -> Iterator[tuple[str, str | None]]:
    """The first and the last day of a plan."""
    if _ASAP.search(said) or (asked == START and _NOW.search(said)):
        yield START, ANY
    if match := _SPAN_AHEAD.search(said):
        day = _ahead(today, int(_count(match["count"])), match["unit"])
        starts = match["word"] == "in" and (
            asked == START or re.search(r"(?:start|begin)\w*\W*$", said[: match.start()])
        )
        yield (START if starts else FINISH), day.isoformat()
    bare = said
    for found in (*find_money(said), *find_quantities(said)):
        bare = bare[: found.start] + " " * (found.end - found.start) + bare[found.end :]
    for match in PERIOD.finditer(bare):
        before = bare[: match.start()]
        period = period_of(match, today, "in")
        if period is not None and period.first <= today and match[0].startswith("next "):
            period = period_of(match, period.last + timedelta(days=1), "in")
        if period is not None and _is_day(match, before, asked):
            yield _bound(before, period, asked, today)


def _is_day(match: re.Match[str], before: str, asked: str | None) -> bool:
    """Whether the words are of a day: "may" and "2000" can be others."""
    doubtful = match[0] in _MODAL or match["year5"] or match["month3"]
    if not doubtful or asked in {START, FINISH}:
        return True
    clear = match[0] not in _MODAL and not match["year5"]
    return clear or bool(_START_WORDS.search(before))


def _bound(before: str, period: Period, asked: str | None, today: date) -> tuple[str, str]:
    if _NOT_BEFORE.search(before):
        return START, max(period.first, today).isoformat()
    if _AFTER.search(before):
        return START, (period.last + timedelta(days=1)).isoformat()
    if _END_WORDS.search(before):
        early = re.search(r"\bbefore(?: the)?\s*$", before)
        last = period.first - timedelta(days=1) if early else period.last
        return FINISH, last.isoformat()
    if asked == FINISH:
        return FINISH, period.last.isoformat()
    return START, max(period.first, today).isoformat()


def _ahead(today: date, count: int, unit: str) -> date:
    if unit == "week":
        return today + timedelta(weeks=count)
    months = today.month - 1 + count * (12 if unit == "year" else 1)
    return date(today.year + months // 12, months % 12 + 1, min(today.day, 28))


def _delivery(said: str) -> list[str] | str | None:
    places = {
        name: match for name, pattern in _DELIVERIES.items() if (match := pattern.search(said))
    }
    refused = {name for name, match in places.items() if _NOT.search(said[: match.start()])}
    if places and _OPEN.search(said) and len(places) > 1:
        return ANY
    if refused:
        return [name for name in _DELIVERIES if name not in refused]
    if "any format" in said or "any way of studying" in said:
        return ANY
    return list(places) or None
