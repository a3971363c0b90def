"""Goes on with a table that ends in so much more for each further one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.model import Passage, UsedFact
from knowledge_base.program_page import money
from knowledge_base.stated.working import Working
from knowledge_base.text.money import Money, find_money
from knowledge_base.text.quantities import NUMBER_WORDS, number
from knowledge_base.text.tables import Cell, cells

_FURTHER = re.compile(r"\b(?:each|every|per) (?:further|additional|extra|more|other)\b", re.I)
_NUMBER = rf"(?P<count>\d{{1,2}}|{'|'.join(NUMBER_WORDS[1:])})"
_PEOPLE = re.compile(
    rf"\b{_NUMBER} (?:of us|people|persons?|(?:family |household )?members"
    rf"|in (?:the|my|our) (?:household|house|home|family))\b"
    rf"|\b(?:family|household|house|home) (?:size )?(?:of|with|is) (?P<size>\d{{1,2}}"
    rf"|{'|'.join(NUMBER_WORDS[1:])})\b",
    re.I,
)


def counts_people(question: str) -> bool:
    """Whether it tells how many people there are."""
    return bool(_PEOPLE.search(question))


def further_row(question: str, pages: Sequence[Passage]) -> Working | None:
    """The amount for more people than a table has rows for; None when there is no such table."""
    people = _PEOPLE.search(question)
    if people is None:
        return None
    count = int(number(people["count"] or people["size"]))
    for page in pages:
        table = list(cells(page.text))
        last = next((cell for cell in table if _FURTHER.search(cell.row)), None)
        numbered = {int(cell.row): cell for cell in table if cell.row.isdigit()}
        if last and numbered and count > max(numbered):
            return _worked_out(page, numbered[max(numbered)], last, count)
    return None


def _worked_out(page: Passage, top: Cell, last: Cell, count: int) -> Working | None:
    base, more = _only(top), _only(last)
    if base is None or more is None or base.currency != more.currency:
        return None
    further = count - int(top.row)
    total = base.amount + further * more.amount
    currency = base.currency
    line = (
        f"{money(base.amount, currency)} ({top.row}) + {further} × {money(more.amount, currency)}"
        f" = **{money(total, currency)}** ({count})"
    )
    start = page.text.rindex("\n\n", 0, top.line[0]) if "\n\n" in page.text[: top.line[0]] else 0
    quote = page.text[start : last.line[1]].strip()
    return Working(page, quote, (line,), (UsedFact(top.column, str(total), currency),))


def _only(cell: Cell) -> Money | None:
    found = find_money(cell.text)
    return found[0].value if len(found) == 1 else None
