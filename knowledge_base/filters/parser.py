"""Reads a student's wish into a filter tree, and says which words of it were not understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from knowledge_base.filters.amounts import read_amount
from knowledge_base.filters.attainments import (
    accreditation,
    asked,
    credential,
    occupation,
    stacking,
)
from knowledge_base.filters.dates import read_dates
from knowledge_base.filters.joining import Item, Kind, joined
from knowledge_base.filters.phrases import read_fixed, read_level, read_order
from knowledge_base.filters.plain_words import ABOUT, HEADS, IGNORED, VAGUE
from knowledge_base.filters.reading import Reading, is_plain
from knowledge_base.filters.text import plain_wish, plain_word
from knowledge_base.filters.tree import Compare, Has, Op, Wish
from knowledge_base.filters.words import Phrase, Vocabulary

_JOINTS = (
    (Kind.OR, r"or|as well as either"),
    (
        Kind.NOT,
        r"(?:(?:do|does|is|are|can|could|must|should|would|will) )?not(?: be| have| to be)?"
        r"|except(?: for)?|excluding|other than|apart from|rather than|without|neither|never"
        r"|no|non|nothing(?= (?:in|about|with|on|to do with|related to|from|at))"
        r"|(?:anything|everything|all) (?:but|except)|avoid(?:ing)?|skip(?:ping)?",
    ),
    (Kind.NOR, r"nor"),
    (Kind.EITHER, r"either"),
    (Kind.COMMA, r","),
    (Kind.AND, r"and|but|plus|also|&|\+"),
)
_JOINT = tuple((kind, re.compile(rf"(?:{pattern})(?![a-z])")) for kind, pattern in _JOINTS)
_HAVE = re.compile(r"\b(?:i have|i've got|i can spend|budget)(?: only)?(?: of)? \S+(?: \S+)? and $")
_PERSON = re.compile(r"\b(?:i|i'm|i'd|i've|me|my|we|you|your|us|our)\b")
_EVERYTHING = re.compile(
    r"(?:(?:show|list|give|tell)(?: me)? )?(?:all|every|everything)(?: of)?(?: the| your)?"
    r"(?: (?:programs?|programmes?|courses?|class(?:es)?|certificates?|options))?$"
)
_WORD = re.compile(r"[^\s,]+")


def parse_wish(wish: str, day: date, vocabulary: Vocabulary, *, whole: bool = True) -> Wish:
    """What a wish asks for as of a day, in the words of one edition's catalog.

    A number, date or word that fits no rule stands in `not_understood`. An unknown word where a
    topic is named ("courses in astrology") is a condition that nothing meets, never nothing; a
    bare one ("astrology") is that only in a `whole` wish, not in a detail of one.
    """
    reading = Reading(plain_wish(wish), day, vocabulary)
    if _EVERYTHING.fullmatch(reading.text):
        return replace(joined([]), everything=True)
    while reading.at < len(reading.text):
        if reading.text[reading.at] == " ":
            reading.at += 1
        elif not any(rule(reading) for rule in _RULES):
            _unknown(reading)
    return replace(joined(_topics(reading, whole)), order=reading.order)


def _dates(reading: Reading) -> bool:
    found = read_dates(reading.text, reading.at, reading.day, reading.date_field)
    if found:
        reading.date_field = found[0].field
    return reading.take(found)


def _amounts(reading: Reading) -> bool:
    leaves = [item.leaf for item in reading.items if item.kind is Kind.LEAF]
    last = leaves[-1] if leaves else None
    found = read_amount(reading.text, reading.at, last if isinstance(last, Compare) else None)
    if found and found[0].op is Op.EQ and _goes_on(reading):
        found = replace(found[0], op=Op.LE), found[1]
    return reading.take(found)


def _goes_on(reading: Reading) -> bool:
    """Whether an amount goes on from one that a student has to spend: "I have $700 and a year"."""
    kinds = [item.kind for item in reading.items[-2:]]
    return kinds == [Kind.LEAF, Kind.AND] and _HAVE.search(reading.text[: reading.at]) is not None


def _fixed(reading: Reading) -> bool:
    return reading.take(read_fixed(reading.text, reading.at))


def _order(reading: Reading) -> bool:
    found = read_order(reading.text, reading.at)
    if found is None or reading.order is not None:
        return False
    reading.order, reading.at = found
    return True


def _level(reading: Reading) -> bool:
    found = read_level(reading.text, reading.at)
    if found is None:
        return False
    name = found[0].terms[0]
    if name not in reading.vocabulary.levels and reading.vocabulary.has(
        ("title", "subject", "skill"), name
    ):
        return False
    return reading.take(found)


def _joint(reading: Reading) -> bool:
    for kind, pattern in _JOINT:
        if match := pattern.match(reading.text, reading.at):
            reading.items.append(Item(kind))
            reading.at = match.end()
            reading.before = "" if kind is Kind.COMMA else reading.before
            return True
    return False


def _catalog_words(reading: Reading) -> bool:
    words = reading.words(reading.at)
    if not words or words[0] in VAGUE:
        return False
    if is_plain(words[0]):
        return reading.take(_name(reading, words))
    found = reading.vocabulary.somewhere(words, _pointer(reading), IGNORED)
    if place := _place(reading, found):
        return reading.take(place)
    if found is None or (found.condition.field == "summary" and not _names_a_topic(reading)):
        return False
    end = reading.at + len(" ".join(words[: found.length]))
    return reading.take((found.condition, end))


def _name(reading: Reading, words: list[str]) -> tuple[Has, int] | None:
    """A name of the catalog that begins with a word that means nothing alone: "IT support"."""
    found = reading.vocabulary.beginning(words)
    if found is None or is_plain(words[found.length - 1]):
        return None
    return found.condition, reading.at + len(" ".join(words[: found.length]))


def _pointer(reading: Reading) -> str:
    """The word before, or the one that a place before it stood after: "in Rome or Oslo"."""
    *_, before, joint = [None, None, *reading.items]
    goes_on = joint is not None and joint.kind in {Kind.OR, Kind.COMMA}
    place = before is not None and before.leaf is not None and before.leaf.field == "location"
    return "in" if goes_on and place else reading.before


def _place(reading: Reading, found: Phrase | None) -> tuple[Has, int] | None:
    """A place whose name goes on behind a comma, such as Cambridge, MA."""
    if found is None or found.condition.field != "location":
        return None
    pieces = reading.text[reading.at :].split()
    longer = reading.vocabulary.named("location", [piece for piece in pieces if piece != ","])
    if longer is None or longer.length <= found.length:
        return None
    ends = [m.end() for m in _WORD.finditer(reading.text, reading.at)]
    return longer.condition, ends[longer.length - 1]


def _names_a_topic(reading: Reading) -> bool:
    """Whether the words here stand where a topic is named: after `about`, before `courses`."""
    following = reading.words(reading.at)[1:3]
    return reading.before in ABOUT or any(plain_word(word) in HEADS for word in following)


def _unknown(reading: Reading) -> None:
    match = _WORD.match(reading.text, reading.at)
    if match is None:
        reading.at += 1
        return
    word, reading.at = match[0], match.end()
    if plain_word(word) in HEADS:
        reading.items.append(Item(Kind.HEAD, apart=bool(reading.before)))
    elif respelled := None if is_plain(word) else reading.vocabulary.respelled(word):
        reading.items.append(Item(Kind.LEAF, respelled.condition))
    elif not is_plain(word):
        reading.items.append(Item(Kind.UNKNOWN, word=word, about=reading.before in ABOUT))
        reading.before = ""
        return
    if word not in {"a", "an", "the", "any", "some"}:
        reading.before = word


def _topics(reading: Reading, whole: bool) -> list[Item]:
    """Unknown words that stand where a topic is named, as conditions that nothing meets."""
    understood = any(item.kind is Kind.LEAF for item in reading.items) or reading.order is not None
    bare = whole and not understood and not _PERSON.search(reading.text)
    items: list[Item] = []
    position = 0
    while position < len(reading.items):
        end = position
        while end < len(reading.items) and reading.items[end].kind is Kind.UNKNOWN:
            end += 1
        run = reading.items[position:end]
        if not run:
            items.append(reading.items[position])
            position += 1
            continue
        following = reading.items[end] if end < len(reading.items) else None
        headed = following is not None and following.kind is Kind.HEAD and not following.apart
        named = [item.word for item in run if item.word not in VAGUE and item.word.isalpha()]
        if named and (run[0].about or headed or bare):
            items += [item for item in run if item.word not in named]
            term = " ".join(plain_word(word) for word in named)
            items.append(Item(Kind.LEAF, Has("topic", (term,), said=" ".join(named))))
        else:
            items += run
        position = end
    return items


_RULES: tuple[Callable[[Reading], bool], ...] = (
    _dates,
    _order,
    _fixed,
    accreditation,
    _amounts,
    stacking,
    asked,
    credential,
    occupation,
    _joint,
    _level,
    _catalog_words,
)
