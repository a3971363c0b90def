"""Puts names in the place of words that point, such as "the second one" and "the other"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge_base.catalog_query import CatalogQuery
from knowledge_base.choices import meant
from knowledge_base.model import Topic
from knowledge_base.retriever import Query
from knowledge_base.typed.comparison import MOST
from knowledge_base.typed.mentions import Mention
from knowledge_base.typed.referents import Referents

_ORDINALS = {
    **{word: place for place, word in enumerate("first second third fourth fifth".split())},
    **{word: place for place, word in enumerate("1st 2nd 3rd 4th 5th".split())},
    "last": -1,
}
_NOUN = r"(?:one|option|program|programme|course|certificate|cert|badge|result)s?"
_ORDINAL = re.compile(
    r"(?<!start )(?<!starts )(?<!begin )(?<!begins )"
    rf"\b(?:the |that |your )?(?P<word>{'|'.join(_ORDINALS)})"
    rf"(?: {_NOUN}\b|(?=\W*$)|(?=,? (?:and|or|vs\.?|versus|with|to|instead|please)\b))"
    r"|(?:\b(?:option|number|no\.?|nr\.?) ?|#)(?P<number>[1-5])\b",
    re.I,
)
_OTHER = re.compile(rf"\b(?:the|that) other\b(?: {_NOUN})?(?! (?:hand|day|way))", re.I)
_THE_ONE = re.compile(r"\b(?:the|that) (?P<what>[\w$+#' -]{2,40}?) (?:one|option)\b", re.I)
_NAMES = re.compile(rf"\W*(?:$|{_NOUN}\b)", re.I)
"""Behind a part of a name that stands for the whole."""
_SEVERAL = re.compile(
    r"\b(?:(?:all|the|these|those|both)(?: of)?(?: the| these| those| them)?(?: (?P<many>two|three"
    r"|four)\b)|both(?: of (?:them|these|those))?|(?:all of )?(?:them|these|those)(?: all)?)\b",
    re.I,
)
_MANY = {"two": 2, "three": 3, "four": 4}
_FIRST_FEW = re.compile(r"\b(?P<end>first|last) (?P<many>two|three|four|[2-4])\b", re.I)
_EMPTY = frozenset(
    """a about actually and asked asking but certificate course for how i in is it its mean meant
    no nope nah not of oh ok okay one ones oops or please program rather said sorry so that the
    then this to talking wait want wanted was what whats with wrong yes hmm um i'm im thats that's
    option instead""".split()
)
"""Words beside a name that ask nothing of it."""
_IT = re.compile(r"\b(?:that one|this one|it|this|that)\b", re.I)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message asks, with names in the place of words that point."""

    question: str
    focus: str | None = None
    """The one program that it is about, or the one before."""
    programs: tuple[str, ...] = ()
    """Ids of the programs that are named or pointed at, in order."""
    choices: tuple[Topic, ...] = ()
    """The programs of which it may mean any, each with what is asked then."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What was spoken of before a message."""

    shown: tuple[str, ...] = ()
    """Ids of the programs shown last, in order."""
    focus: str | None = None
    question: str = ""
    """The last question about a program, which "and the other one?" asks again."""


class Pointing:
    """Resolves what points, in one edition. Safe to use from several threads."""

    def __init__(self, referents: Referents, catalog: CatalogQuery):
        self._referents = referents
        self._catalog = catalog

    def meant(self, words: str, before: Pointed, day: date) -> Meant:
        """What a message asks of which programs.

        Ordinals count the programs shown; "the other" is the one shown that is not in focus; "the
        online one" is the one shown that is online; a name that fits several is that of the one
        shown. A message that only points asks the question before again.
        """
        shown = tuple(i for i in before.shown if i in self._referents.programs)
        named = self._named(words, day)
        found = _apart(
            [*self._pointed(words, shown, before.focus, day), *_near(named, shown, words)]
        )
        for at, mention in enumerate(found):
            if len(mention.programs) > 1:
                each = [replace(mention, programs=(program,)) for program in mention.programs]
                asked = [self._put(words, [*found[:at], one], before, day) for one in each]
                titles = [self._referents.programs[i].title for i in mention.programs]
                return Meant(words, before.focus, choices=tuple(map(meant, titles, titles, asked)))
        whole = _apart([*found, *(mention for mention in named if len(mention.programs) == 1)])
        ids = tuple(dict.fromkeys(mention.programs[0] for mention in whole))
        if not ids:
            return Meant(words, before.focus, self._several(words, shown))
        only = len(whole) == 1 and _rest(words, whole) <= _EMPTY
        question = self._put(words, whole if only else found, before, day)
        pointed = len(ids) == 1 and (only or bool(found))
        return Meant(question, ids[0] if pointed else before.focus, ids)

    def _put(self, words: str, found: Sequence[Mention], before: Pointed, day: date) -> str:
        """The words with titles in the place of mentions, or the question before if that is all."""
        if len(found) == 1 and _rest(words, found) <= _EMPTY:
            return self._again(before.question, found[0].programs[0], day)
        for mention in reversed(found):
            title = self._referents.programs[mention.programs[0]].title
            words = words[: mention.start] + title + words[mention.end :]
        return words

    def _named(self, words: str, day: date) -> list[Mention]:
        """What is named, without names of several at once, such as "the two UX programs"."""
        found = self._referents.mentions(Query(words, day)) or []
        spans = Counter(mention.start for mention in found)
        return [mention for mention in found if spans[mention.start] == 1]

    def _pointed(
        self, words: str, shown: tuple[str, ...], focus: str | None, day: date
    ) -> Iterator[Mention]:
        for match in _ORDINAL.finditer(words) if shown else ():
            number, word = match["number"], match["word"]
            place = int(number) - 1 if number else _ORDINALS[word.casefold()]
            if place < len(shown):
                yield Mention(match.start(), match.end(), (shown[place],))
        others = tuple(i for i in shown if i != focus)
        for match in _OTHER.finditer(words) if others else ():
            yield Mention(match.start(), match.end(), others[:MOST])
        for match in _THE_ONE.finditer(words):
            if fitting := self._fitting(match["what"], shown, day):
                yield Mention(match.start(), match.end(), fitting[:MOST])

    def _fitting(self, what: str, shown: tuple[str, ...], day: date) -> tuple[str, ...]:
        """Those shown that "the ... one" describes, or else any that it does; of an order the
        first that was shown."""
        wish = self._catalog.refine("", what, day)
        if not wish:
            return ()
        found = self._catalog.find(wish, day)
        fitting = tuple(match.id for match in found.matches if match.id in shown)
        if found.order:
            return fitting[:1]
        rest = tuple(match.id for match in found.matches)
        return fitting or (rest if len(rest) <= MOST else ())

    def _several(self, words: str, shown: tuple[str, ...]) -> tuple[str, ...]:
        """All that were shown, where a message speaks of them together and they are so many, or
        the first or last few of them."""
        if few := _FIRST_FEW.search(words):
            count = _MANY.get(few["many"].casefold()) or int(few["many"])
            return shown[:count] if few["end"].casefold() == "first" else shown[-count:]
        match = _SEVERAL.search(words)
        if match is None:
            return ()
        many = 2 if "both" in match[0].casefold() else _MANY.get((match["many"] or "").casefold())
        if many in {None, len(shown)}:
            return shown if 1 < len(shown) <= MOST else ()
        return ()

    def _again(self, question: str, program: str, day: date) -> str:
        """A question, asked of another program."""
        title = self._referents.programs[program].title
        if not question:
            return f"Tell me about {title}"
        for mention in self._referents.mentions(Query(question, day)) or ():
            return f"{question[: mention.start]}{title}{question[mention.end :]}"
        if _IT.search(question):
            return _IT.sub(title, question, count=1)
        return f"{question.rstrip(' ?.!')} ({title})"


def _near(named: Sequence[Mention], shown: Sequence[str], words: str) -> Iterator[Mention]:
    """Names that fit several programs, of which one was shown."""
    for mention in named:
        near = tuple(i for i in mention.programs if i in shown)
        if len(mention.programs) > len(near) == 1 and _NAMES.match(words, mention.end):
            yield replace(mention, programs=near)


def _apart(mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions in order, none inside another; the first given counts."""
    found: list[Mention] = []
    for mention in mentions:
        if all(mention.end <= o.start or o.end <= mention.start for o in found):
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def _rest(words: str, found: Sequence[Mention]) -> set[str]:
    """The words that stand outside of mentions."""
    for mention in reversed(found):
        words = words[: mention.start] + " " + words[mention.end :]
    return set(re.findall(r"[\w']+", words.casefold()))
