"""Tells which programs a question is about: those that it names, or the conversation's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.edition import Edition
from knowledge_base.model import Program, Utterance
from knowledge_base.program_names import ProgramNames
from knowledge_base.retriever import Query
from knowledge_base.typed.mentions import Mention, Mentions
from knowledge_base.typed.question import PLAIN

_MOST = 4
"""Programs that one answer is about; a name that fits more of them is too vague to ask back."""
_PAIR = re.compile(r"\b(?:two|both)\b", re.I)
_ALL = re.compile(
    r"^(?=.*\b(?:compare|between|together|altogether|all)\b)"
    r".*\b(?:programs|programmes|courses|classes|ones)\b",
    re.I,
)
_SEVERAL = re.compile(r"\b(?:two|three|four|both|these|those|them|they)\b", re.I)
_OPEN = re.compile(
    r"\bcompare\b|\bwhich\b(?! (?:program|programme|course|class|certificate)s?\b)", re.I
)
_ONE = re.compile(r"\b(?:it|its|it's|that|this)\b", re.I)


class Referents:
    """The programs of one edition, found in questions. Safe to use from several threads."""

    def __init__(self, edition: Edition):
        self.programs = {program.id: program for program in edition.programs}
        self._mentions = Mentions(edition.names)
        self._named = ProgramNames(edition.names)
        self._awards = _awards(edition.programs)

    def mentions(self, query: Query) -> list[Mention] | None:
        """What the question names, in order, each with the programs that fit; at most four do.

        None when it names something of which no typed facts are known.
        """
        if self._awards.search(query.question):
            return None
        named = self._mentions.find(query.question, PLAIN)
        if not named and query.described is not None:
            told = query.described
            named = [Mention(told.start, told.end, told.programs)]
        found = [self._held(mention, query) for mention in named]
        if any(not 1 <= len(mention.programs) <= _MOST for mention in found):
            return None
        return _told_apart(found, query.question)

    def several_spoken_of(self, query: Query) -> list[str]:
        """The programs of the conversation that a question without a name sets side by side."""
        if not (_SEVERAL.search(query.question) or _OPEN.search(query.question)):
            return []
        found = self._talked_about(query)
        return found[:2] if _PAIR.search(query.question) else found

    def other_than(self, program: str, query: Query) -> list[str]:
        """What *it* is, in a question that names one program and compares it."""
        if not _ONE.search(query.question):
            return []
        return [i for i in self._talked_about(query) if i != program][:1]

    def one_spoken_of(self, query: Query) -> list[str]:
        """The program that a question without a name is about, if it can be told."""
        if query.focus is not None:
            return [query.focus] if self._counts(query.focus, query) else []
        if not _ONE.search(query.question):
            return []
        return self._talked_about(query)[:1]

    def _talked_about(self, query: Query) -> list[str]:
        """The programs of the conversation, the latest first, at most four.

        They are what the student named last, with the program in focus; or, if these are fewer
        than two, those in the last reply.
        """
        found = [query.focus] if query.focus else []
        for said in reversed(query.history):
            if said.role == "user" and len(found) < 2:
                found += [i for i in self._in_words(said, query) if i not in found]
        if len(found) < 2:
            replies = [said.text for said in query.history if said.role != "user"]
            titles = self._named.in_text(replies[-1]) if replies else ()
            found = list(titles) if 2 <= len(titles) <= _MOST else found
        return [i for i in found if self._counts(i, query)][:_MOST]

    def _in_words(self, said: Utterance, query: Query) -> list[str]:
        held = [self._held(m, query) for m in self._mentions.find(said.text, PLAIN)]
        return [mention.programs[0] for mention in held if len(mention.programs) == 1]

    def _held(self, mention: Mention, query: Query) -> Mention:
        return replace(
            mention, programs=tuple(i for i in mention.programs if self._counts(i, query))
        )

    def _counts(self, program_id: str | None, query: Query) -> bool:
        """Whether a program is in force that day, and of the institution that is meant."""
        program = self.programs.get(program_id or "")
        meant = query.institution is None or (
            program is not None and program.institution in {"", query.institution}
        )
        return program is not None and meant and program.validity.holds_on(query.day)


def _awards(programs: Sequence[Program]) -> re.Pattern[str]:
    """Names that programs stack into and that are none themselves: of them no facts are known."""
    known = {name.casefold() for p in programs for name in (p.id, p.code, p.title)}
    into = {name for p in programs for name in p.stacks_into if name.casefold() not in known}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(into))) or '(?!)'})\b", re.I)


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
