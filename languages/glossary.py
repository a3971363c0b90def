"""Holds the words with which a language is read in English, with the forms that they take."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from languages.entry import ENDS, Entry, Kind, folded
from languages.forms import forms

FOLDER = Path(__file__).parent
_SECTION = re.compile(r"\[(?P<name>[a-z]+)(?: (?P<of>\S+))?\]")


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
            for entry in forms(Kind(name), written, english, endings, clitics):
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
