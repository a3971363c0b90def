"""Answers questions about named programs from their typed facts, where these can answer them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from knowledge_base.catalog_query import CatalogQuery
from knowledge_base.choices import meant
from knowledge_base.edition import Edition
from knowledge_base.errors import UnknownProgram
from knowledge_base.filters.plain_words import VAGUE
from knowledge_base.filters.rows import Purposes
from knowledge_base.model import Answer, AnswerKind, Citation, Passage, Program
from knowledge_base.retriever import Query
from knowledge_base.text.quantities import NUMBER_WORDS
from knowledge_base.typed.bill import bill
from knowledge_base.typed.billed import (
    asks_for_bill,
    asks_for_difference,
    asks_for_rates,
    without_billing,
)
from knowledge_base.typed.charges import charges
from knowledge_base.typed.comparison import MOST, compared
from knowledge_base.typed.computation import computed
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.mentions import Mention
from knowledge_base.typed.profile import profiled
from knowledge_base.typed.question import Asked, Aspect, Task, may_ask, read, read_comparison
from knowledge_base.typed.referents import Referents
from knowledge_base.typed.sequence import (
    asks_for_a_row,
    asks_for_latest_start,
    in_a_row,
    latest_start,
)
from knowledge_base.typed.session_dates import asks_for_bounds, dates_of
from knowledge_base.typed.sessions import sessions
from knowledge_base.typed.sourcing import Sources
from knowledge_base.typed.still import asks_what_is_left, of_program, of_sessions
from knowledge_base.typed.together import bill_difference, bill_of_several
from knowledge_base.typed.wished import MOST as LISTED
from knowledge_base.typed.wished import asks_for_programs, wished
from languages.lists import joined
from languages.speech import say

_SURE = 0.95
"""Confidence of a typed answer. Of 57 that were given to 150 fresh questions over the sample, 55
were right before anything was changed for them; decision 0017 says more."""

_OF_ONE = frozenset({Task.HOURS, Task.PACE, Task.LAST_DAY, Task.DAYS_LEFT, Task.PER_CREDIT})
"""What is asked of one program: if one is named clearly, another word is of something else."""
_NUMBER_BEFORE = re.compile(rf"\b(?:\d+|{'|'.join(NUMBER_WORDS[2:])})\s+$", re.I)


class TypedAnswers:
    """Typed answers from one edition. Safe to use from several threads."""

    def __init__(self, edition: Edition, cite: Callable[[Passage, str], Citation]):
        """`cite` makes a citation of words that stand in a passage."""
        self._edition = edition
        self._sources = Sources(edition, cite)
        self.referents = Referents(edition)
        self._programs = self.referents.programs
        self._wishes = CatalogQuery(edition)
        self._missing = Purposes(edition.programs).missing
        purposes = {cost.purpose for program in edition.programs for cost in program.costs}
        self._charged = {form for p in purposes for w in p.split() for form in (w, f"{w}s")}
        self._titles = {
            name: program.title
            for program in edition.programs
            for name in (program.id, program.code)
            if name
        }

    def draft(self, query: Query, first: int = 1) -> Draft | None:
        """What typed facts answer, with citations from `first` on.

        None when the question is of another kind, when a word of it is not understood, or when
        it names no program or a thing that is none.
        """
        return (
            self.bill(query, first)
            or self._in_time(query, first)
            or self._left(query, first)
            or self._worked_out(query, first)
            or self._wished(query, first)
        )

    def _in_time(self, query: Query, first: int) -> Draft | None:
        """Programs one after another, and the latest start of one to be done in time."""
        row, latest = asks_for_a_row(query.question), asks_for_latest_start(query.question)
        named = self.several(query) if row or latest else []
        listed = sessions(self._edition, query) if named else []
        if row and 1 < len(named) <= MOST:
            return in_a_row(query.question, named, listed, query.day, first)
        if latest and len(named) == 1:
            return latest_start(query.question, named[0], listed, query.day, first)
        return None

    def _wished(self, query: Query, first: int) -> Draft | None:
        """The few programs that meet a wish of which every word is understood, but for those that
        set no bound; of one program that is named something else is asked, unless the name is a
        word of the wish, which others meet too."""
        named = self.referents.mentions(query) if asks_for_programs(query.question) else None
        if named is None:
            return None
        found = self._wishes.find(query.question, query.day)
        known = (found.conditions or found.order) and set(found.not_understood) <= VAGUE
        if not known or not 0 < len(found.matches) <= LISTED - len(found.unknown):
            return None
        alone = {mention.programs[0] for mention in named if len(mention.programs) == 1}
        if alone and not alone < {match.id for match in found.matches}:
            return None
        programs = [self._programs[match.id] for match in found.matches]
        if query.institution and {p.institution for p in programs} - {"", query.institution}:
            return None
        return wished(found, programs, self.catalog(query.day), first)

    def _left(self, query: Query, first: int) -> Draft | None:
        """What can still be applied for, of a program or by the calendar, and when that lists its
        sessions."""
        left, bounds = asks_what_is_left(query.question), asks_for_bounds(query.question)
        found = self.referents.mentions(query) if left or bounds else None
        if found is None or any(len(mention.programs) > 1 for mention in found):
            return None
        program = self.one(query)
        if program is not None:
            return of_program(query.question, program, query.day, first) if left else None
        if found:
            return None
        listed = sessions(self._edition, query)
        if left:
            return of_sessions(query.question, listed, query.day, first)
        return dates_of(query.question, query.history, listed, query.day, first)

    def _worked_out(self, query: Query, first: int) -> Draft | None:
        found = self.referents.mentions(query) if may_ask(query.question) else None
        plain = None if found is None else _without(query.question, found)
        asked = None if plain is None else read(plain, query.day, self._charged)
        if asked is None or found is None:
            return self._side_by_side(query, first) or self._profile(query, first)
        open_ = [mention for mention in found if len(mention.programs) > 1]
        clear = [mention for mention in found if mention not in open_]
        if open_ and asked.task in _OF_ONE and len(clear) == 1:
            found = clear
        elif open_:
            return self._which(query.question, open_[0])
        ids = list(dict.fromkeys(mention.programs[0] for mention in found))
        if asked.task is Task.COMPARE:
            if len(found) > 1 and len(ids) == 1:
                return self._itself(self._programs[ids[0]])
            return self._comparison(asked, ids, query, first)
        ids = ids or self._spoken_of(asked, query)
        programs = [self._programs[i] for i in ids]
        return computed(asked, programs, self.catalog(query.day), first) if programs else None

    def _side_by_side(self, query: Query, first: int) -> Draft | None:
        """A comparison of several programs that a question names, each of them clearly."""
        found = self.referents.mentions(query) or ()
        ids = list(dict.fromkeys(i for mention in found for i in mention.programs))
        if not 1 < len(ids) == len(found):
            return None
        names = [query.question[mention.start : mention.end] for mention in found]
        clearly = all(len(name.split()) > 1 for name in names)
        asked = read_comparison(_without(query.question, found), query.day, clearly=clearly)
        return self._comparison(asked, ids, query, first) if asked else None

    def bill(self, query: Query, first: int = 1) -> Draft | None:
        """All that the programs cost that a question names, or the one in focus, with the rates
        and fees of the pages in force on its day; None when it asks for something else."""
        if not asks_for_bill(query.question):
            return None
        known, catalog = charges(self._edition, query), self.catalog(query.day)
        plain = replace(query, question=without_billing(query.question, known))
        several = self.several(plain)
        if len(several) > 1:
            if not asks_for_rates(query.question):
                return None
            return bill_of_several(query.question, several, known, catalog, first)
        program = self.one(plain)
        if program is None:
            return None
        work_out = bill_difference if asks_for_difference(query.question) else bill
        return work_out(query.question, program, known, catalog, first)

    def several(self, query: Query) -> list[Program]:
        """The programs that a question names, in order; none when a name leaves open which."""
        found = self.referents.mentions(query) or ()
        if any(len(mention.programs) > 1 for mention in found):
            return []
        return [self._programs[i] for i in dict.fromkeys(m.programs[0] for m in found)]

    def one(self, query: Query) -> Program | None:
        """The one program that a question names, or else that the conversation is about."""
        found = self.referents.mentions(query)
        if found is None or any(len(mention.programs) > 1 for mention in found):
            return None
        named = {mention.programs[0] for mention in found}
        ids = list(named or self.referents.one_spoken_of(query))
        return self._programs[ids[0]] if len(ids) == 1 else None

    def one_clearly(self, query: Query) -> tuple[Program | None, str]:
        """The one program that a question names by more than a word, which may be of something
        else ("a team of 8"), or else the one of `one`; and the question without its name."""
        found = self.referents.mentions(query) or ()
        clear = [m for m in found if len(query.question[m.start : m.end].split()) > 1]
        named = [m for m in found if not _is_counted(query.question, m)]
        for mentions in (clear, named if len(named) < len(found) else ()):
            ids = {i for mention in mentions for i in mention.programs}
            if len(ids) == 1:
                return self._programs[ids.pop()], _without(query.question, mentions)
        return self.one(query), _without(query.question, found)

    def _profile(self, query: Query, first: int) -> Draft | None:
        """What is stated of the one program that a question names, or that is in focus."""
        program = self.one(query)
        if program is None:
            return None
        found = self.referents.mentions(query) or ()
        question = _without(query.question, found)
        return profiled(question, program, self.catalog(query.day), first)

    def named(self, query: Query) -> str | None:
        """The one program that a question names, if it does."""
        found = self.referents.mentions(query) or ()
        ids = {i for mention in found for i in mention.programs}
        return ids.pop() if len(ids) == 1 else None

    def without_names(self, query: Query) -> str:
        """The question with blanks where programs are named."""
        return _without(query.question, self.referents.mentions(query) or ())

    def describes(self, document_id: str) -> bool:
        """Whether a document is the page of a program."""
        return document_id in self._programs

    def answer(self, draft: Draft) -> Answer:
        """A draft with its sources."""
        origins, citations = self._sources.of(draft)
        return Answer(
            "\n\n".join([draft.text, *origins]),
            draft.kind,
            citations=citations,
            confidence=_SURE,
            edition=self._edition.id,
            nearest=draft.nearest,
            focus=draft.focus,
            facts=draft.facts,
        )

    def compare(self, ids: Sequence[str], aspects: Sequence[str], day: date) -> Answer:
        """See `KnowledgeBase.compare`."""
        for i in ids:
            if i not in self._programs:
                raise UnknownProgram(f"no program of edition {self._edition.id} has the id {i!r}")
        unknown = [name for name in aspects if name not in list(Aspect)]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no aspect; take {', '.join(Aspect)}")
        programs = [self._programs[i] for i in dict.fromkeys(ids)]
        return self.answer(compared(programs, self.catalog(day), [*map(Aspect, aspects)]))

    def catalog(self, day: date) -> Catalog:
        """What telling about programs needs, as of a day."""
        return Catalog(day, self._programs, self._titles, self._missing)

    def _comparison(
        self, asked: Asked, ids: Sequence[str], query: Query, first: int
    ) -> Draft | None:
        if not ids:
            ids = self.referents.several_spoken_of(query)
        elif len(ids) == 1:
            ids = [*ids, *self.referents.other_than(ids[0], query)]
        if not 2 <= len(ids) <= MOST:
            return None
        programs = [self._programs[i] for i in ids]
        return compared(programs, self.catalog(query.day), asked.aspects, asked.better, first)

    def _spoken_of(self, asked: Asked, query: Query) -> list[str]:
        several = self.referents.several_spoken_of(query) if asked.task is Task.COST else []
        return several or self.referents.one_spoken_of(query)

    def _which(self, question: str, mention: Mention) -> Draft:
        """Asks which of several programs is meant; each choice is the question with its title."""
        titles = [self._programs[i].title for i in mention.programs]
        same = len(set(titles)) < len(titles)
        topics = []
        for program in (self._programs[i] for i in mention.programs):
            name = program.code or program.id if same else program.title
            label = f"{program.title} ({program.institution or name})" if same else program.title
            asked = f"{question[: mention.start]}{name}{question[mention.end :]}"
            topics.append(meant(label, name, asked))
        listed = joined([f"**{topic.label}**" for topic in topics], "or")
        text = say(
            "More than one program fits “{words}”: {titles}? Which one do you mean?",
            words=question[mention.start : mention.end],
            titles=listed,
        )
        return Draft(AnswerKind.CLARIFY, text, nearest=tuple(topics))

    def _itself(self, program: Program) -> Draft:
        text = say(
            "Both names are of one program, **{title}**. What shall I compare it with?",
            title=program.title,
        )
        return Draft(AnswerKind.CLARIFY, text, focus=program.id)


def _is_counted(question: str, mention: Mention) -> bool:
    """Whether a mention that leaves open which is what a number counts: "8 workers"."""
    return (
        len(mention.programs) > 1 and _NUMBER_BEFORE.search(question[: mention.start]) is not None
    )


def _without(question: str, found: Sequence[Mention]) -> str:
    """The question with blanks where programs are named."""
    for mention in found:
        blank = " " * (mention.end - mention.start)
        question = question[: mention.start] + blank + question[mention.end :]
    return question
