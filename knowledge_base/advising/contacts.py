"""Reads how offices are reached from published pages: each line with a telephone or an email."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.text.sentences import sentences
from knowledge_base.text.tables import Cell, cells

_TELEPHONE = re.compile(r"\+?\(?\d[\d ()./-]{7,}\d")
_REACHES = re.compile(rf"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|{_TELEPHONE.pattern}")
"""An email address, or a telephone number of at least nine figures and signs."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_PLACE = re.compile(r"\b(?:rooms?|halls?|street|building|floor|suite|avenue)\b", re.I)


@dataclass(frozen=True, slots=True)
class Contact:
    """A published line that says how to reach somebody."""

    document_id: str
    name: str
    """Whom it reaches: the first cell of a table's row, else the heading that it stands below."""
    said: str
    """The line for a reader, without the marks of a table."""
    quote: str
    """The line as it stands on the page."""
    place: str = ""
    """What the same passage says of where the office is."""
    of_table: bool = False

    @property
    def has_telephone(self) -> bool:
        """Whether it can be called."""
        return bool(_TELEPHONE.search(self.quote))

    @property
    def ways(self) -> frozenset[str]:
        """The numbers and addresses that it has."""
        found = _REACHES.findall(self.quote)
        return frozenset(way if "@" in way else re.sub(r"\D", "", way) for way in found)

    @property
    def stems(self) -> frozenset[str]:
        """What it can be asked for by."""
        return frozenset(words(self.name if self.of_table else f"{self.name} {self.said}"))


def contacts_in(passages: Iterable[Passage]) -> Iterator[Contact]:
    """The contacts of passages, in their order; the same line once."""
    seen: set[tuple[str, str]] = set()
    for passage in passages:
        for contact in _of(passage):
            key = (contact.document_id, contact.quote)
            if key not in seen:
                seen.add(key)
                yield contact


def _of(passage: Passage) -> Iterator[Contact]:
    said = [each.text for each in sentences(passage.text) if not each.text.startswith("|")]
    place = " ".join(each for each in said if _PLACE.search(each) and not reaches(each))
    rows: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells(passage.text):
        rows.setdefault(cell.line, []).append(cell)
    for (start, end), row in rows.items():
        line = passage.text[start:end].strip()
        if reaches(line):
            told = " · ".join(cell.text for cell in row if cell.text)
            yield Contact(
                passage.document_id, row[0].row, f"**{row[0].row}**: {told}", line, place, True
            )
    heading = passage.headings[-1] if passage.headings else passage.title
    for sentence in said:
        if reaches(sentence):
            yield Contact(passage.document_id, heading, sentence, sentence, place)


def reaches(line: str) -> bool:
    """Whether a line holds an email address or a telephone number."""
    return any(not _DAY.match(match.group()) for match in _REACHES.finditer(line))
