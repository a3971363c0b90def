"""Chooses which of the passages found are quoted, so that little is missing and nothing drowned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.quoting import WHOLE_WORDS
from knowledge_base.retriever import Ranking
from knowledge_base.text.tables import cells
from knowledge_base.text.wanted import holds_wanted

_MOST_LIKELY = 3
_LEAST_ODDS = 0.1
"""A further passage is quoted too when it is at least this likely, as a share of the best one's
likelihood, to hold the answer. What is missing is worse than what is too much: a rate stands in one
section and its reason in the next, and of two pages that are much alike nobody can tell which is
meant. Of 440 questions of students to tune on 238 were answered rightly with up to three passages
from any page (further ones of the best page from .15), 229 with up to two from the best one, at 115
to 160 characters more; one more held a wrong amount. On two public sets of policy dialogues each
passage more costs agreement with the spans that people marked: F1 .40 and .38 with one, .36 and .34
with two."""
_MOST_ALIKE = 2
"""Pages of which a section under the same heading is quoted: which of two is meant may be in doubt,
but of what stands on page after page, as what each program costs, only the first is."""
_BESIDE_ODDS = 0.02
_MOST = 4
_ROOM_WORDS = 200
"""A short quote leaves room for less likely passages, up to so many and so many words in all. Of
440 questions of students to tune on 337 were answered rightly with that, in 187 words a reply, 333
with room for 150 words in 172, and 324 in 144 without; none of them held a wrong amount more."""


def likely(question: str, ranking: Ranking) -> Iterator[Passage]:
    """The best passage, and the next ones that are nearly as likely.

    When none of them holds the amount or the date that is asked for, the best one of the same
    document that does is quoted as well, or else the best one of another with a table's row for
    what is asked: what a thing costs may stand among all the fees.
    """
    first = ranking.passages[0]
    near = (passage for odds, passage in _candidates(ranking) if odds >= _LEAST_ODDS)
    chosen = list(islice(near, _MOST_LIKELY))
    yield from chosen
    if not any(holds_wanted(question, passage.text) for passage in chosen):
        holding = [p for p in ranking.passages if holds_wanted(question, p.text)]
        same = (p for p in holding if p.document_id == first.document_id)
        others = (p for p in holding if _has_row_for(question, p))
        yield from islice((*same, *others), 1)


def beside(chosen: Sequence[Passage], ranking: Ranking) -> Iterator[Passage]:
    """What comes next after the likely passages, as long as there is room for it."""
    left = _MOST - len(chosen)
    room = _ROOM_WORDS - sum(map(_length, chosen))
    for _, passage in _candidates(ranking):
        if left > 0 and _length(passage) <= room and passage not in chosen:
            yield passage
            left -= 1
            room -= _length(passage)


def _candidates(ranking: Ranking) -> Iterator[tuple[float, Passage]]:
    """Passages that are not most unlikely, with their odds; of a section that page after page has,
    the best."""
    found = [(ranking.odds(at), passage) for at, passage in enumerate(ranking.passages)]
    found = [(odds, passage) for odds, passage in found if odds >= _BESIDE_ODDS]
    pages: dict[str, list[str]] = {}
    for _, passage in found:
        under = pages.setdefault(_heading(passage), [])
        if passage.document_id not in under:
            under.append(passage.document_id)
    for odds, passage in found:
        under = pages[_heading(passage)]
        if len(under) <= _MOST_ALIKE or passage.document_id == under[0]:
            yield odds, passage


def _heading(passage: Passage) -> str:
    """The heading of its section; a page without any is its own."""
    return passage.headings[-1] if passage.headings else passage.document_id


def _has_row_for(question: str, passage: Passage) -> bool:
    """Whether a table states what is asked for in a row that the question names."""
    asked = set(words(question))
    return any(
        set(words(cell.row)) <= asked and holds_wanted(question, cell.text)
        for cell in cells(passage.text)
    )


def _length(passage: Passage) -> int:
    """Words that quoting a passage takes, about."""
    return min(len(passage.text.split()), WHOLE_WORDS)
