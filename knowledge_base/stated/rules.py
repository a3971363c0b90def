"""Answers from rules that pages state, where a message tells all that one of them needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from knowledge_base.credit.equivalency import EquivalencyTable, table_from
from knowledge_base.edition import Edition
from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.retriever import Query, Ranking
from knowledge_base.stated.deductions import asks_what_is_left, deducted
from knowledge_base.stated.further import counts_people, further_row
from knowledge_base.stated.held import worth_of_held
from knowledge_base.stated.installments import asks_for_installments, installments
from knowledge_base.stated.offsets import asks_for_a_day, day_worked_out
from knowledge_base.stated.per_unit import asks_for_units, charged_per_unit, hours_per_unit
from knowledge_base.stated.refunds import asks_what_comes_back, refunded
from knowledge_base.stated.working import Working, pages_only
from knowledge_base.typed.answers import TypedAnswers
from knowledge_base.typed.charges import charges
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.sessions import sessions

_READ = 3
"""Passages in which a rule is looked for; of these only the first page's counts for most."""


class StatedRules:
    """Works rules of one edition out. Safe to use from several threads."""

    def __init__(self, edition: Edition, typed: TypedAnswers, search: Callable[[Query], Ranking]):
        self._edition = edition
        self._search = search
        self._typed = typed
        self._programs = frozenset(program.id for program in edition.programs)

    @cached_property
    def _equivalencies(self) -> EquivalencyTable:
        return table_from(self._edition.records)

    def draft(self, query: Query, ranking: Ranking, first: int = 1) -> Draft | None:
        """What the rule of the page found makes of a question, with citations from `first` on.

        None when the page states no rule of a known shape, or the question leaves open what it
        needs: then it is quoted.
        """
        told = self.refund(query, first) or self.left(query, first) or self.credit(query, first)
        if told is not None:
            return told
        worked = self._worked(query, ranking)
        return worked.draft(first) if worked else None

    def refund(self, query: Query, first: int = 1) -> Draft | None:
        """What comes back to whoever leaves the program that a question names; None when it asks
        for something else, or leaves open what the rule needs."""
        if not asks_what_comes_back(query.question):
            return None
        known, catalog = charges(self._edition, query), self._typed.catalog(query.day)
        program, told = self._typed.one_clearly(query)
        listed = sessions(self._edition, query)
        return refunded(self._edition, query, told, program, known, catalog, listed, first)

    def credit(self, query: Query, first: int = 1) -> Draft | None:
        """What a rule of credit gives for what a question names; None as for `refund`."""
        return worth_of_held(query.question, self._equivalencies, query.day, first)

    def left(self, query: Query, first: int = 1) -> Draft | None:
        """What is left to pay of the program that a question names once something is taken off;
        None as for `refund`."""
        if not asks_what_is_left(query.question):
            return None
        known, catalog = charges(self._edition, query), self._typed.catalog(query.day)
        program, told = self._typed.one_clearly(query)
        return deducted(self._edition, query, told, program, known, catalog, first)

    def _pages(self, query: Query, ranking: Ranking) -> list[Passage]:
        """The best passages that are no program's.

        A program that is named hides them: then it is searched for without its name, and a word of
        the page's title or two of its heading must be said, since a program has rules of its own.
        """
        found = pages_only(ranking.passages[:_READ], self._programs)
        if found or not ranking.passages:
            return found
        plain = replace(query, question=self._typed.without_names(query), focus=None)
        asked = set(words(plain.question))
        found = pages_only(self._search(plain).passages[:_READ], self._programs)
        return [
            page
            for page in found
            if asked & set(words(page.title)) or len(asked & set(words(page.context))) > 1
        ]

    def _worked(self, query: Query, ranking: Ranking) -> Working | None:
        """What the first shape that is asked for comes to; nothing is read for the others."""
        question, edition = query.question, self._edition
        if asks_for_installments(question):
            known, catalog = charges(edition, query), self._typed.catalog(query.day)
            plan = installments(edition, query, self._typed.one(query), known, catalog)
            if plan is not None:
                return plan
        dated = asks_for_a_day(question)
        if not (dated or asks_for_units(question) or counts_people(question)):
            return None
        pages = self._pages(query, ranking)
        day = self._day(query, pages) if dated else None
        return (
            day
            or charged_per_unit(question, pages)
            or hours_per_unit(question, pages)
            or further_row(question, pages)
        )

    def _day(self, query: Query, pages: Sequence[Passage]) -> Working | None:
        known = sessions(self._edition, query)
        return day_worked_out(query, pages, self._typed.one(query), known)
