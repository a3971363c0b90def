"""Holds the words with which a language is read in English, with the forms that they take."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).parent
_SECTION = re.compile(r"\[(?P<name>[a-z]+)(?: (?P<of>\S+))?\]")
_VERB = re.compile(r"(?P<infinitive>\S+)(?: \((?P<stems>[^)]+)\))?")
_VOWELS = "aeiou"
OPEN, CLOSE = ENDS = ("^", "$")
"""In an entry: the beginning and the end of a clause."""


class Kind(StrEnum):
    """What a word does in a sentence; the names are those of the glossary's sections."""

    WORD = "words"
    NOUN = "nouns"
    ADJECTIVE = "adjectives"
    """It may stand behind its noun."""
    VERB = "verbs"
    """An infinitive."""
    CONJUGATED = "forms of verbs"
    """Any other form; the same letters are a noun rather, or English: `curso`, `practice`."""
    NUMBER = "numbers"
    MONTH = "months"
    ARTICLE = "articles"
    OF = "of"
    """It joins two nouns, the second of which comes first in English."""
    MORE = "more"
    NAME = "names"
    """Words that no glossary has, such as those of a title."""
    JOINT = "joints"
    """It stands between tens and ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Some words of a language, and what they are in English."""

    words: tuple[str, ...]
    """As they are written with care; `^` and `$` are a clause's ends, `{n}` and its like slots."""
    english: str
    kind: Kind = Kind.WORD
    before_noun: str = ""
    """A noun's form before another one: `payment` of `payments`."""
    degrees: tuple[str, ...] = ()
    """An adjective's comparative and superlative."""


@dataclass(slots=True)
class Glossary:
    """All entries of a language, by the first of their words without accents, longest first."""

    entries: defaultdict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    spellings: dict[str, str] = field(default_factory=dict)
    """Per sound of a word: the word without accents."""
    sounds: tuple[tuple[str, str], ...] = ()
    """Letters that sound like others, in the order in which they are replaced."""
    known: frozenset[str] = frozenset()
    """Every word of an entry, without accents."""
    shared: frozenset[str] = frozenset()
    """Nouns and adjectives that are spelt as in English: `digital`, `hotel`."""
    joints: frozenset[str] = frozenset()
    slots: tuple[str, ...] = ()
    """The slots with which an entry begins."""
    english: frozenset[str] = frozenset()
    """Words of the English side: one of them in a message is English already."""

    def sound(self, word: str) -> str:
        """What a word sounds like, so that `aser` and `hacer` are one."""
        for letters, alike in self.sounds:
            word = word.replace(letters, alike)
        return re.sub(r"(.)\1", r"\1", word)


@functools.cache
def folded(text: str) -> str:
    """In lower case, without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@functools.cache
def glossary_of(language: str) -> Glossary | None:
    """The glossary of a language; None when it has none. Raises ValueError that names a bad line.

    `languages/CODE/glossary.txt` says at its top how it is written.
    """
    path = FOLDER / language / "glossary.txt"
    if not path.is_file():
        return None
    sections = _sections(path)
    glossary = Glossary(sounds=tuple(sections.pop(("sounds", ""), ())))
    endings = {of: sections.pop((name, of)) for name, of in list(sections) if name == "endings"}
    clitics = sections.pop(("clitics", ""), [])
    for (name, _), lines in sections.items():
        for written, english in lines:
            for entry in _forms(Kind(name), written, english, endings, clitics):
                first = next(word for word in entry.words if word not in ENDS)
                glossary.entries[folded(first)].append(entry)
    every = [entry for group in glossary.entries.values() for entry in group]
    said = (entry.english for entry in every)
    glossary.english = frozenset(re.findall(r"[a-z]+", " ".join(said).casefold()))
    for first, entries in glossary.entries.items():
        if first in glossary.english:
            entries[:] = [entry for entry in entries if entry.kind is not Kind.CONJUGATED]
        entries.sort(key=lambda entry: -len(entry.words))
    every = [entry for group in glossary.entries.values() for entry in group]
    glossary.known = frozenset(folded(word) for entry in every for word in entry.words)
    glossary.spellings = {glossary.sound(w): w for w in sorted(glossary.known, reverse=True)}
    glossary.shared = frozenset(
        folded(e.words[0])
        for e in every
        if e.kind in {Kind.NOUN, Kind.ADJECTIVE} and [folded(e.english)] == [*map(folded, e.words)]
    )
    glossary.joints = frozenset(e.words[0] for e in every if e.kind is Kind.JOINT)
    glossary.slots = tuple({e.words[0] for e in every if e.words[0][0] == "{"})
    return glossary


def _sections(path: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Per section: what stands left and right of each sign of equality."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    lines: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if section := _SECTION.fullmatch(text):
            lines = found.setdefault((section["name"], section["of"] or ""), [])
            continue
        written, sign, english = text.partition("=")
        if not sign:
            raise ValueError(f"{path.name}: line {number}: no sign of equality: {text}")
        lines += [(each.strip(), english.strip()) for each in written.split(",")]
    return found


def _forms(
    kind: Kind,
    written: str,
    english: str,
    endings: dict[str, list[tuple[str, str]]],
    clitics: list[tuple[str, str]],
) -> Iterator[Entry]:
    """The entry of a line with the other forms of its word."""
    if kind is Kind.NOUN:
        one, _, many = (part.strip() for part in english.partition("|"))
        yield Entry(tuple(written.split()), one, kind, one)
        first, *rest = written.split()
        yield Entry((_several(first), *rest), many or plural(one), kind, one)
    elif kind is Kind.ADJECTIVE:
        plain, *degrees = (part.strip() for part in english.split("|"))
        for form in _agreeing(written):
            yield Entry(tuple(form.split()), plain, kind, degrees=tuple(degrees))
    elif kind is Kind.VERB:
        yield from _conjugated(written, english, endings, clitics)
    else:
        yield Entry(tuple(written.split()), english, kind)


def _several(word: str) -> str:
    plain = folded(word)
    if plain[-1] in _VOWELS:
        return f"{word}s"
    stressed = word[-2:-1] != plain[-2:-1] or sum(letter in _VOWELS for letter in plain) == 1
    if plain[-1] == "s" and not stressed:
        return word
    return f"{word[:-1]}ces" if word[-1] == "z" else f"{word}es"


def _agreeing(word: str) -> Iterator[str]:
    """An adjective for one and several, for both genders where it has two; a phrase stays."""
    if " " in word:
        yield word
    genders = (word, f"{word[:-1]}a") if word[-1] == "o" else (word,)
    for form in genders if " " not in word else ():
        yield form
        yield _several(form)


def _conjugated(
    written: str,
    english: str,
    endings: dict[str, list[tuple[str, str]]],
    clitics: list[tuple[str, str]],
) -> Iterator[Entry]:
    """Every regular form on every stem of a verb, and the infinitive with what hangs on to it."""
    match = _VERB.fullmatch(written)
    infinitive = match["infinitive"] if match else ""
    kind = next((of for of in endings if infinitive.endswith(of)), None)
    if match is None or kind is None:
        raise ValueError(f"no verb: {written}")
    base, *parts = english.split("|")
    for stem in (infinitive[: -len(kind)], *(match["stems"] or "").split()):
        for ending, said in endings[kind]:
            done = _said(said, base.strip(), parts)
            yield Entry((stem + ending,), done, Kind.CONJUGATED)
            for clitic, _ in clitics if said == "~ing" else ():
                yield Entry((stem + ending + clitic,), done, Kind.CONJUGATED)
    yield Entry((infinitive,), base.strip(), Kind.VERB)
    for clitic, said in clitics:
        yield Entry((infinitive + clitic,), f"{base.strip()} {said}".strip(), Kind.VERB)


def _said(pattern: str, base: str, parts: list[str]) -> str:
    """A pattern of an ending such as `I ~ed`, with the English verb in its place."""
    first, *rest = base.split()
    past = parts[0].strip() if parts else _ended(first, "ed")
    forms = {
        "~ing": _ended(first, "ing"),
        "~ed": past,
        "~en": parts[1].strip() if len(parts) > 1 else past,
        "~s": plural(first),
        "~": first,
    }
    for mark, form in forms.items():
        if mark in pattern:
            return " ".join([pattern.replace(mark, form), *rest])
    return pattern


def plural(word: str) -> str:
    """With the ending of the plural, which is that of the third person as well."""
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}s"


def _ended(word: str, ending: str) -> str:
    if word.endswith("e") and not word.endswith("ee"):
        return word[:-1] + ending
    if word.endswith("y") and ending == "ed" and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ied"
    return word + ending
