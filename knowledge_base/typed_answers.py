"""Answers questions about named programs from their typed facts, where these can answer them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from knowledge_base.answering import provenance
from knowledge_base.comparison import MOST, compared
from knowledge_base.computation import computed
from knowledge_base.draft import Catalog, Draft, joined
from knowledge_base.edition import Edition
from knowledge_base.errors import UnknownProgram
from knowledge_base.filters.rows import Purposes
from knowledge_base.mentions import Mention, Mentions
from knowledge_base.model import Answer, AnswerKind, Citation, Passage, Program, Topic, Utterance
from knowledge_base.program_names import ProgramNames
from knowledge_base.retriever import Query
from knowledge_base.sentences import statements
from knowledge_base.typed_question import PLAIN, Asked, Aspect, Task, may_ask, read

_SURE = 0.95
_PAIR = re.compile(r"\b(?:two|both)\b", re.I)
_ALL = re.compile(
    r"\b(?:compare|between)\b.*\b(?:programs|programmes|courses|classes|ones)\b", re.I
)
_SEVERAL = re.compile(r"\b(?:two|three|four|both|these|those|them|they)\b", re.I)
_ONE = re.compile(r"\b(?:it|its|it's|that|this)\b", re.I)


class TypedAnswers:
    """Typed answers from one edition. Safe to use from several threads."""

    def __init__(self, edition: Edition, cite: Callable[[Passage, str], Citation]):
        """`cite` makes a citation of words that stand in a passage."""
        self._edition = edition
        self._cite = cite
        self._programs = {program.id: program for program in edition.programs}
        self._mentions = Mentions(edition.names)
        self._named = ProgramNames(edition.names)
        self._missing = Purposes(edition.programs).missing
        self._awards = _awards(edition.programs)
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
        if not may_ask(query.question) or self._awards.search(query.question):
            return None
        named = self._mentions.find(query.question, PLAIN)
        found = [self._held(mention, query) for mention in named]
        asked = read(_without(query.question, found), query.day)
        if asked is None or any(not 1 <= len(mention.programs) <= MOST for mention in found):
            return None
        found = _told_apart(found, query.question)
        open_ = [mention for mention in found if len(mention.programs) > 1]
        if open_:
            return self._which(query.question, open_[0])
        ids = list(dict.fromkeys(i for mention in found for i in mention.programs))
        if asked.task is Task.COMPARE:
            return self._comparison(asked, ids, query, len(found), first)
        ids = ids or self._spoken_of(query, asked)
        programs = [self._programs[i] for i in ids]
        return computed(asked, programs, self._catalog(query.day), first) if programs else None

    def describes(self, document_id: str) -> bool:
        """Whether a document is the page of a program."""
        return document_id in self._programs

    def answer(self, draft: Draft) -> Answer:
        """A draft with its sources."""
        cited = [self._source(program, words) for program, words in draft.stated.items()]
        origins = dict.fromkeys(filter(None, (provenance(passage) for passage, _ in cited)))
        return Answer(
            "\n\n".join([draft.text, *origins]),
            draft.kind,
            citations=tuple(self._cite(passage, quote) for passage, quote in cited),
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
        return self.answer(compared(programs, self._catalog(day), [*map(Aspect, aspects)]))

    def _catalog(self, day: date) -> Catalog:
        return Catalog(day, self._titles, self._missing)

    def _held(self, mention: Mention, query: Query) -> Mention:
        """With only the programs in force that day, of the institution that is meant."""
        programs = [
            i
            for i in mention.programs
            if self._programs[i].validity.holds_on(query.day)
            and query.institution in {None, "", self._programs[i].institution}
        ]
        return replace(mention, programs=tuple(programs))

    def _comparison(
        self, asked: Asked, named: list[str], query: Query, mentions: int, first: int
    ) -> Draft | None:
        if mentions > 1 and len(named) == 1:
            return self._itself(self._programs[named[0]])
        ids = named
        if len(named) < 2:
            spoken = self._talked_about(query)
            if named and _ONE.search(query.question):
                ids = [*named, *[i for i in spoken if i not in named][:1]]
            elif not named:
                ids = spoken[:2] if _PAIR.search(query.question) else spoken
        if not 2 <= len(ids) <= MOST:
            return None
        programs = [self._programs[i] for i in ids]
        return compared(programs, self._catalog(query.day), asked.aspects, asked.better, first)

    def _spoken_of(self, query: Query, asked: Asked) -> list[str]:
        """The programs that a question without a name is about."""
        if asked.task is Task.COST and _SEVERAL.search(query.question):
            return self._talked_about(query)
        if query.focus is not None:
            return [query.focus] if query.focus in self._programs else []
        if not _ONE.search(query.question):
            return []
        return self._talked_about(query)[:1]

    def _talked_about(self, query: Query) -> list[str]:
        """The programs of the conversation, the latest first, at most four.

        They are what the student named last, with the program in focus; or, if these are fewer
        than two, those in the last reply.
        """
        found = [query.focus] if query.focus in self._programs else []
        for said in reversed(query.history):
            if said.role == "user" and len(found) < 2:
                found += [i for i in self._in_words(said, query) if i not in found]
        if len(found) < 2:
            replies = [said.text for said in query.history if said.role != "user"]
            titles = self._named.in_text(replies[-1]) if replies else ()
            found = list(titles) if 2 <= len(titles) <= MOST else found
        return [i for i in found if i is not None][:MOST]

    def _in_words(self, said: Utterance, query: Query) -> list[str]:
        held = [self._held(m, query) for m in self._mentions.find(said.text, PLAIN)]
        return [mention.programs[0] for mention in held if len(mention.programs) == 1]

    def _which(self, question: str, mention: Mention) -> Draft:
        """Asks which of several programs is meant; each choice is the question with its title."""
        titles = [self._programs[i].title for i in mention.programs]
        same = len(set(titles)) < len(titles)
        topics = []
        for program in (self._programs[i] for i in mention.programs):
            name = program.code or program.id if same else program.title
            label = f"{program.title} ({program.institution or name})" if same else program.title
            asked = f"{question[: mention.start]}{name}{question[mention.end :]}"
            topics.append(Topic(label, asked))
        listed = joined([f"**{topic.label}**" for topic in topics], "or")
        text = f"More than one program fits “{question[mention.start : mention.end]}”: {listed}?"
        return Draft(AnswerKind.CLARIFY, f"{text} Which one do you mean?", nearest=tuple(topics))

    def _itself(self, program: Program) -> Draft:
        text = f"Both names are of one program, **{program.title}**. What shall I compare it with?"
        return Draft(AnswerKind.CLARIFY, text, focus=program.id)

    def _source(self, program_id: str, words: Sequence[str]) -> tuple[Passage, str]:
        """The sentences of a program's page in which words stand, and the passage of the first."""
        found = self._edition.document(program_id)
        passages = found[1] if found else ()
        said = [(passage, s.text) for passage in passages for s in statements(passage.text)]
        stating = [(p, text) for p, text in said if any(_stands(w, text) for w in words)]
        chosen = stating or said[:1]
        return chosen[0][0], " … ".join(dict.fromkeys(text for _, text in chosen))


def _awards(programs: Sequence[Program]) -> re.Pattern[str]:
    """Names that programs stack into and that are none themselves: of them no facts are known."""
    known = {name.casefold() for p in programs for name in (p.id, p.code, p.title)}
    into = {name for p in programs for name in p.stacks_into if name.casefold() not in known}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(into))) or '(?!)'})\b", re.I)


def _stands(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?![\d,.]*\d)", text, re.I) is not None


def _without(question: str, found: Sequence[Mention]) -> str:
    """The question with blanks where programs are named."""
    for mention in found:
        blank = " " * (mention.end - mention.start)
        question = question[: mention.start] + blank + question[mention.end :]
    return question


def _told_apart(found: Sequence[Mention], question: str) -> list[Mention]:
    """Mentions with the programs that others name outright taken away.

    In "agile or project management" the second is the one that is not agile; "compare the UX
    programs" names all that fit.
    """
    clear = {mention.programs[0] for mention in found if len(mention.programs) == 1}
    told = []
    for mention in found:
        left = tuple(i for i in mention.programs if i not in clear) or mention.programs
        both = len(left) == 2 and _PAIR.search(question)
        if len(found) == 1 and len(left) > 1 and (both or _ALL.search(question)):
            told += [replace(mention, programs=(i,)) for i in left]
        else:
            told.append(replace(mention, programs=left))
    return told
