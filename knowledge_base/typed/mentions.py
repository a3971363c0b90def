"""Finds which programs a question names, in full, in part or by code, and where the names stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise

from rapidfuzz import fuzz, process

from knowledge_base.lexical import words

_TOKEN = re.compile(r"[^\W_]+(?:['’]s\b)?")
_JOINERS = frozenset("a an and at for in of on or the to with".split())
"""Words inside a title that nobody has to say."""
_BEGINNING = 4
_BEGINNING_AFTER = 3
"""Letters from which the beginning of a word counts for it: *tech* for technician, and behind
another word of the title *dev* for development."""
_INSIDE = 5
"""Letters from which a part of a word counts for it, so that *security* also fits cybersecurity:
better to ask once more than to take the wrong one of the two."""
_ALIKE = 88.0
"""Ratio (0-100) from which a word of five letters or more counts as misspelt: one slip in a word
of five to eight letters, as in *phlebotmy*."""

_Places = dict[str, list[frozenset[int]]]
"""Per program: which words of its title a word can stand for."""
_Used = dict[str, set[frozenset[int]]]
"""Per program: which words of its title several words stand for, in every way that is possible."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names one program, or leaves open which of several."""

    start: int
    end: int
    programs: tuple[str, ...]


class Mentions:
    """Recognises the programs of one edition in questions. Safe to use from several threads."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]):
        """`names` gives, per program id, its title and its code if it has one."""
        self._titles = {program: _title_words(group[0]) for program, group in names.items()}
        self._codes = _short_codes(names)
        longest_first = sorted(self._codes, key=len, reverse=True)
        self._code = re.compile(
            rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![\w-])"
        )
        self._forms: dict[str, _Places] = {}
        self._joined: dict[str, _Places] = {}
        for program, title in self._titles.items():
            for at, word in enumerate(title):
                places = self._forms.setdefault(_stem(word), {})
                places.setdefault(program, []).append(frozenset({at}))
            for at, (one, two) in enumerate(pairwise(title)):
                places = self._joined.setdefault(_stem(one + two), {})
                places.setdefault(program, []).append(frozenset({at, at + 1}))

    def find(self, text: str, plain: Collection[str] = ()) -> list[Mention]:
        """Mentions in order. Words of `plain` alone name nothing."""
        lower = text.lower()
        found = [
            Mention(m.start(), m.end(), (self._codes[m.group()],))
            for m in self._code.finditer(lower)
        ]
        rest = self._code.sub(lambda match: " " * len(match.group()), lower)
        found += self._titled(list(_TOKEN.finditer(rest)), plain)
        return sorted(found, key=lambda mention: mention.start)

    def _titled(self, tokens: list[re.Match[str]], plain: Collection[str]) -> Iterator[Mention]:
        """From each word that begins a title, as many more as fit the same title."""
        position = 0
        while position < len(tokens):
            last, used = self._longest(tokens, position)
            said = [token.group() for token in tokens[position : last + 1]]
            telling = not set(said) <= set(plain) or self._begin_title(said, used)
            if used and telling and self._says_enough(said):
                yield Mention(tokens[position].start(), tokens[last].end(), self._best(used))
                position = last
            position += 1

    def _longest(self, tokens: list[re.Match[str]], position: int) -> tuple[int, _Used]:
        """The last of the words from one on that fit a title, and which titles they fit."""
        word = tokens[position].group()
        fits = {} if word in _JOINERS else self._places(word, _BEGINNING)
        used = {program: set(places) for program, places in fits.items()}
        last = position
        for following in range(position + 1, len(tokens) if used else 0):
            word = tokens[following].group()
            longer = _extended(used, self._places(word, _BEGINNING_AFTER))
            if longer:
                used, last = longer, following
            elif word not in _JOINERS:
                break
        return last, used

    def _begin_title(self, said: list[str], used: _Used) -> bool:
        """Whether several words begin the one title that they fit, as *full stack* does: together
        they name something even if each alone only asks."""
        title = self._titles[next(iter(used))] if len(used) == 1 else []
        return len(said) > 1 and title[: len(said)] == said

    def _says_enough(self, said: list[str]) -> bool:
        """Two words of a title do, or one that is whole: *book* is not Bookkeeping."""
        stem = _stem(said[0])
        part = len(said) == 1 and stem not in self._forms and stem not in self._joined
        return not (part and any(stem in form for form in self._forms))

    def _places(self, word: str, beginning: int) -> _Places:
        """What a word can stand for: itself, the beginning or a part of one, or a misspelt one."""
        stem = _stem(word)
        if any(letter.isdigit() for letter in word):
            return self._forms.get(stem, {})
        fitting = [
            places
            for form, places in self._forms.items()
            if form == stem
            or (len(word) >= beginning and form.startswith(stem))
            or (len(stem) >= _INSIDE and stem in form)
        ]
        if stem in self._joined:
            fitting.append(self._joined[stem])
        if not fitting and len(word) >= _INSIDE:
            near = process.extract(stem, self._forms.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            fitting = [self._forms[form] for form, _, _ in near]
        found: _Places = {}
        for program, at in chain.from_iterable(places.items() for places in fitting):
            found.setdefault(program, []).extend(at)
        return found

    def _best(self, used: Mapping[str, Collection[frozenset[int]]]) -> tuple[str, ...]:
        """Programs whose whole title was said, or else all that fit."""
        whole = [p for p, sets in used.items() if max(map(len, sets)) == len(self._titles[p])]
        return tuple(whole or used)


def _extended(used: Mapping[str, set[frozenset[int]]], places: _Places) -> _Used:
    """The programs that one more word still fits; no word of a title counts twice."""
    longer = {
        program: {before | at for before in sets for at in places[program] if not before & at}
        for program, sets in used.items()
        if program in places
    }
    return {program: sets for program, sets in longer.items() if sets}


def _title_words(title: str) -> list[str]:
    found = [match.group() for match in _TOKEN.finditer(title.lower())]
    return [word for word in found if word not in _JOINERS] or found


def _stem(word: str) -> str:
    return words(word)[0] if words(word) else word


def _short_codes(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Ids and codes, lower case, and the last part of a code where only one program has it."""
    whole = {name.lower(): i for i, group in names.items() for name in (i, *group[1:]) if name}
    ends: dict[str, set[str]] = defaultdict(set)
    for code, program in whole.items():
        end = re.split(r"[-_ /]", code)[-1]
        if re.fullmatch(r"(?=.*[a-z])(?=.*\d)\w{4,}", end):
            ends[end].add(program)
    return {end: next(iter(ids)) for end, ids in ends.items() if len(ids) == 1} | whole
