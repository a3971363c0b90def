"""Finds statements in force on the same day that give one thing different values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from knowledge_base.facts.corpus import Corpus, likeness
from knowledge_base.facts.fact import Conflict, Fact
from knowledge_base.facts.values import agree
from knowledge_base.model import Validity


def conflicts(facts: Sequence[Fact], today: date) -> list[Conflict]:
    """Every pair of facts that disagree, in the order of the facts.

    Two facts disagree when both are of the same institution, in force on a same day, about the
    same thing in the same unit, and neither document gives the other's value anywhere about that
    thing. A range without an end lasts until `today`: what is announced for later is no conflict
    with what holds until it is replaced.
    """
    return list(_conflicts(Corpus(facts), today))


def _conflicts(corpus: Corpus, today: date) -> Iterator[Conflict]:
    facts = corpus.facts
    seen: set[tuple[int, int]] = set()
    for number, fact in enumerate(facts):
        differs = partial(_differs, fact, today=today)
        by_document: dict[str, list[int]] = defaultdict(list)
        for other in corpus.like(number, differs):
            by_document[facts[other].document_id].append(other)
        for document_id, theirs in by_document.items():
            if corpus.gives(document_id, fact):
                continue
            own = fact.document_id
            differing = [other for other in theirs if not corpus.gives(own, facts[other])]
            best = max(differing, key=lambda o: likeness(fact, facts[o]), default=number)
            pair = (min(number, best), max(number, best))
            if differing and pair not in seen:
                seen.add(pair)
                yield Conflict(facts[pair[0]], facts[pair[1]])


def _differs(one: Fact, other: Fact, today: date) -> bool:
    return (
        one.document_id != other.document_id
        and not agree(one, other)
        and _overlap(one, other, today)
    )


def _overlap(one: Fact, other: Fact, today: date) -> bool:
    first, last = _days(one.validity, today)
    first_b, last_b = _days(other.validity, today)
    return first <= last_b and first_b <= last


def _days(validity: Validity, today: date) -> tuple[date, date]:
    first = validity.effective_from or date.min
    return first, validity.effective_to or max(first, today)
