"""Makes the other forms of a word from the one that a glossary gives: plurals, genders, tenses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from languages.entry import Entry, Kind, folded

_VERB = re.compile(r"(?P<infinitive>\S+)(?: \((?P<stems>[^)]+)\))?")
_VOWELS = "aeiou"


def forms(
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
