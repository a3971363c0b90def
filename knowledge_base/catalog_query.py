"""Answers a wish with exactly the programs that meet it, and with what to relax when none does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from knowledge_base.edition import Edition
from knowledge_base.filters.parser import parse_wish
from knowledge_base.filters.refining import refined, spoken
from knowledge_base.filters.relaxing import loosened
from knowledge_base.filters.sql import Translator
from knowledge_base.filters.tree import And, Compare, Node, Order, Wish
from knowledge_base.filters.words import Vocabulary
from knowledge_base.schema import (
    published_documents,
    published_prices,
    published_programs,
    published_terms,
)
from languages.speech import say

_NEAREST = 3
"""Programs that a relaxed wish names; the count beside them says how many there are."""


@dataclass(frozen=True, slots=True)
class Match:
    """A program that was found."""

    id: str
    title: str
    institution: str = ""
    url: str | None = None
    unsaid: tuple[str, ...] = ()
    """Conditions of which the catalog does not say whether it meets them."""

    def to_wire(self) -> dict[str, Any]:
        """``id``, ``title``, ``institution``, ``url``, ``unsaid``."""
        return {
            "id": self.id,
            "title": self.title,
            "institution": self.institution,
            "url": self.url,
            "unsaid": list(self.unsaid),
        }


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A smaller wish that something meets: what changes, the whole new wish, and the nearest."""

    change: str
    wish: str
    total: int
    nearest: tuple[Match, ...]

    def to_wire(self) -> dict[str, Any]:
        """``change``, ``wish``, ``total``, ``nearest``."""
        return {
            "change": self.change,
            "wish": self.wish,
            "total": self.total,
            "nearest": [match.to_wire() for match in self.nearest],
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """Every program that meets a wish, and every one of which the catalog does not say."""

    wish: str
    conditions: tuple[str, ...]
    """Each condition in words that can be edited and asked again; all must hold."""
    order: str | None
    matches: tuple[Match, ...]
    total: int
    """How many programs meet the conditions; more than `matches` only where a wish asks for the
    first few by some order."""
    unknown: tuple[Match, ...]
    """Programs that could meet the conditions, but a fact for it is not stated."""
    not_understood: tuple[str, ...]
    relaxations: tuple[Relaxation, ...]
    """Smaller wishes, the smallest change first; only when nothing matches."""
    edition: str = ""
    milliseconds: float = 0.0
    filter: And = field(default_factory=lambda: And(()))
    """The conditions as a tree; not in the wire form."""
    ordered: Order | None = None
    """The order as a value; not in the wire form."""

    @property
    def understood(self) -> bool:
        """Whether anything of the wish could be searched by; if not, nothing was searched."""
        return bool(self.conditions) or self.order is not None or bool(self.matches)

    def to_wire(self) -> dict[str, Any]:
        """One JSON object; lists are whole."""
        return {
            "type": "findings",
            "wish": self.wish,
            "understood": self.understood,
            "conditions": list(self.conditions),
            "order": self.order,
            "total": self.total,
            "matches": [match.to_wire() for match in self.matches],
            "unknown": [match.to_wire() for match in self.unknown],
            "not_understood": list(self.not_understood),
            "relaxations": [relaxation.to_wire() for relaxation in self.relaxations],
            "edition": self.edition,
            "milliseconds": round(self.milliseconds, 1),
        }


class CatalogQuery:
    """Typed queries on one edition. Safe to use from several threads."""

    def __init__(self, edition: Edition):
        self._edition = edition

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the edition's programs."""
        columns = (published_terms.c.field, published_terms.c.words, published_terms.c.stems)
        rows = self._edition.rows(select(*columns).distinct())
        return Vocabulary((row.field, row.words, row.stems) for row in rows)

    @cached_property
    def _translator(self) -> Translator:
        """With the currencies of prices, the one of most first, and by name among equals."""
        currency = published_prices.c.currency
        query = select(currency).group_by(currency).order_by(func.count().desc(), currency)
        return Translator([row[0] for row in self._edition.rows(query)])

    def find(self, wish: str, day: date) -> Findings:
        """Everything in force on a day that meets a wish, made on that day."""
        read = parse_wish(wish, day, self.vocabulary)
        if not read.understood:
            return Findings(wish, (), None, (), 0, (), read.not_understood, ())
        matches = self._matching(read.filter, day, read.order)
        unknown = self._unknown(read.filter, day)
        total = len(matches)
        if read.order is not None:
            matches, unranked = _taken(matches, read.order)
            unknown += unranked
        relaxations = () if matches else tuple(self._relaxed(read, day))
        return Findings(
            wish=wish,
            conditions=tuple(part.label for part in read.filter.parts),
            order=read.order.label if read.order else None,
            matches=tuple(match for match, _ in matches),
            total=total,
            unknown=tuple(unknown),
            not_understood=read.not_understood,
            relaxations=relaxations,
            edition=self._edition.id,
            filter=read.filter,
            ordered=read.order,
        )

    def refine(
        self, wish: str, words: str, day: date, than: Mapping[str, Compare] | None = None
    ) -> str | None:
        """The wish that some words of a next turn make of one; see `filters.refining.refined`.

        It is empty when nothing is left of it, and None when the words say nothing of it.
        """

        def read(text: str) -> Wish:
            return parse_wish(text, day, self.vocabulary, whole=False)

        changed = refined(parse_wish(wish, day, self.vocabulary), words, read, than)
        return None if changed is None else spoken(changed)

    def _matching(
        self, filter_: And, day: date, order: Order | None = None
    ) -> list[tuple[Match, Any]]:
        """What surely meets a filter, with the number to order by, in order."""
        value = self._translator.order(order, filter_, day) if order else literal(0)
        query = _programs(day, value).where(self._translator.truth(filter_).yes)
        ordered = value.desc() if order and order.descending else value.asc()
        query = query.order_by(value.is_(None), ordered, published_documents.c.title)
        return [(_match(row), row[-1]) for row in self._edition.rows(query)]

    def _unknown(self, filter_: And, day: date) -> list[Match]:
        rows = self._rows_unknown(filter_, day)
        unsaid: dict[str, list[str]] = {row.id: [] for row in rows}
        for part in filter_.parts if rows else ():
            label = part.label
            for row in self._rows_unknown(part, day):
                if row.id in unsaid:
                    unsaid[row.id].append(label)
        return [replace(_match(row), unsaid=tuple(unsaid[row.id])) for row in rows]

    def _rows_unknown(self, node: Node, day: date) -> Sequence[Any]:
        query = _programs(day, literal(0)).where(self._translator.truth(node).unknown)
        return self._edition.rows(query.order_by("title"))

    def _relaxed(self, wish: Wish, day: date) -> Iterator[Relaxation]:
        """Each condition loosened or dropped, the smallest change first; then pairs dropped."""
        parts = wish.filter.parts
        loose, dropped = [], []
        for position, part in enumerate(parts):
            others = (*parts[:position], *parts[position + 1 :])
            left = self._matching(And(others), day) if others else []
            if left:
                change = say("without: {condition}", condition=part.label)
                dropped.append((len(left), self._relaxation(change, others, left)))
            if nearer := self._loosened(part, others, day):
                loose.append((nearer[0], self._changed(part, nearer[1], others, day)))
        yield from (r for _, r in sorted(loose, key=lambda pair: pair[0]) if r.total)
        yield from (r for _, r in sorted(dropped, key=lambda pair: pair[0]))
        if not dropped:
            yield from self._without_pairs(parts, day)

    def _loosened(
        self, part: Node, others: tuple[Node, ...], day: date
    ) -> tuple[float, Node] | None:
        def values(order: Order) -> Sequence[Any]:
            found = self._matching(And(others), day, order)
            return [value for _, value in found if value is not None]

        return loosened(part, values)

    def _changed(self, part: Node, nearer: Node, others: tuple[Node, ...], day: date) -> Relaxation:
        parts = (*others, nearer)
        left = self._matching(And(parts), day)
        change = say("{condition}, not {other}", condition=nearer.label, other=part.label)
        return self._relaxation(change, parts, left)

    def _without_pairs(self, parts: tuple[Node, ...], day: date) -> Iterator[Relaxation]:
        found = []
        for one in range(len(parts)):
            for two in range(one + 1, len(parts)):
                others = tuple(p for n, p in enumerate(parts) if n not in {one, two})
                left = self._matching(And(others), day) if others else []
                if left:
                    change = say(
                        "without: {condition}, and without: {other}",
                        condition=parts[one].label,
                        other=parts[two].label,
                    )
                    found.append((len(left), self._relaxation(change, others, left)))
        yield from (r for _, r in sorted(found, key=lambda pair: pair[0]))

    def _relaxation(
        self, change: str, parts: tuple[Node, ...], left: list[tuple[Match, Any]]
    ) -> Relaxation:
        wish = ", ".join(part.label for part in parts)
        return Relaxation(change, wish, len(left), tuple(match for match, _ in left[:_NEAREST]))


def _programs(day: date, value: ColumnElement[Any]) -> Select[Any]:
    """Every program in force on a day."""
    documents = published_documents.c
    return (
        select(documents.id, documents.title, documents.institution, documents.url, value)
        .select_from(published_programs.join(published_documents))
        .where(or_(documents.effective_from.is_(None), documents.effective_from <= day))
        .where(or_(documents.effective_to.is_(None), documents.effective_to >= day))
    )


def _match(row: Any) -> Match:
    return Match(row.id, row.title, row.institution, row.url)


def _taken(
    matches: list[tuple[Match, Any]], order: Order
) -> tuple[list[tuple[Match, Any]], list[Match]]:
    """The first few and whatever ties with the last; and those that have no number to order by."""
    if order.take is None:
        return matches, []
    ranked = [(match, value) for match, value in matches if value is not None]
    unranked = [match for match, value in matches if value is None]
    last = ranked[min(order.take, len(ranked)) - 1][1] if ranked and order.take else None
    kept = [
        (match, value)
        for place, (match, value) in enumerate(ranked)
        if place < order.take or value == last
    ]
    return kept, unranked
