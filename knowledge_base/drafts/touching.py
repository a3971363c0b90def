"""Which changes need a second person: those of a fee, a date, or a rule of aid or credit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from knowledge_base.drafts.proposal import Touch
from knowledge_base.model import Program
from knowledge_base.record import Record
from knowledge_base.store import Entry
from knowledge_base.text.dates import find_dates
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import DURATIONS, find_quantities
from knowledge_base.text.terms import MONTHS

OF_ENTRIES = frozenset({Touch.FEE, Touch.DATE, Touch.AID})
"""What an entry can touch."""
_AID_RECORDS = "aid"
"""How the kinds of records begin that say who gets aid."""


def touched(before: Entry | None, after: Entry | None, aid_pages: Collection[str]) -> set[Touch]:
    """What differs between two states of one entry; None is an entry that is not there.

    `aid_pages` are the ids of pages that rules of aid rest on: any change of their words counts.
    A line counts as a whole: "the fee is $40" and "there is no fee of $40" differ in a fee.
    """
    found: set[Touch] = set()
    if _program(before) != _program(after):
        found |= _of_programs(_program(before), _program(after))
    else:
        found |= _of_words(_text(before), _text(after))
    validities = [entry.document.validity if entry else None for entry in (before, after)]
    spans = [(v.effective_from, v.effective_to) if v else (None, None) for v in validities]
    if spans[0] != spans[1]:
        found.add(Touch.DATE)
    ids = {entry.document.id for entry in (before, after) if entry}
    if ids & set(aid_pages) and _text(before) != _text(after):
        found.add(Touch.AID)
    return found


def touched_by_records(before: Iterable[Record], after: Iterable[Record]) -> set[Touch]:
    """`AID` and `CREDIT` when dated rules of them differ."""
    found = set()
    kept = [{(r.kind, r.id): r.digest for r in records} for records in (before, after)]
    for kind, identity in {*kept[0], *kept[1]}:
        if kept[0].get((kind, identity)) != kept[1].get((kind, identity)):
            found.add(Touch.AID if kind.startswith(_AID_RECORDS) else Touch.CREDIT)
    return found


def pages_of_aid(records: Iterable[Record]) -> frozenset[str]:
    """The ids of the documents that rules of aid name as their source."""
    sources = (rule.data.get("source") for rule in records if rule.kind.startswith(_AID_RECORDS))
    named = (source.get("document_id") for source in sources if isinstance(source, dict))
    return frozenset(filter(None, named))


def _of_programs(before: Program | None, after: Program | None) -> set[Touch]:
    found = set()
    if (before.costs if before else ()) != (after.costs if after else ()):
        found.add(Touch.FEE)
    if (before.offerings if before else ()) != (after.offerings if after else ()):
        found.add(Touch.DATE)
    if (before.aid if before else ()) != (after.aid if after else ()):
        found.add(Touch.AID)
    return found | _of_words(_prose(before), _prose(after))


def _of_words(before: str, after: str) -> set[Touch]:
    return {
        touch for touch, tells in _TELLS.items() if _lines(before, tells) != _lines(after, tells)
    }


def _prose(program: Program | None) -> str:
    """What a program says in sentences, a line each."""
    if program is None:
        return ""
    told = (program.summary, program.prerequisites, program.stacking_terms, program.recognition)
    return "\n".join(told)


def _tells_fee(line: str) -> bool:
    return bool(find_money(line) or find_quantities(line, {"percent"}))


def _tells_date(line: str) -> bool:
    words = {word.strip(".,;:()*_").casefold() for word in line.split()}
    months = words & {name for name in MONTHS if name != "may"}
    return bool(find_dates(line) or find_quantities(line, DURATIONS) or months)


_TELLS: dict[Touch, Callable[[str], bool]] = {Touch.FEE: _tells_fee, Touch.DATE: _tells_date}


def _lines(text: str, tells: Callable[[str], bool]) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if tells(line))


def _program(entry: Entry | None) -> Program | None:
    return entry.program if entry else None


def _text(entry: Entry | None) -> str:
    return entry.document.text if entry else ""
