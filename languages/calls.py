"""Reads how calls are held in a language: its voice, and the words that steer a call."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from languages.entry import folded
from languages.speech import ENGLISH, FOLDER, available


class Steer(StrEnum):
    """What a caller may ask of the call itself; the names are those of the file's lists."""

    REPEAT = "repeat"
    MORE = "more"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class CallWords:
    """How a language is spoken and heard in a call."""

    tag: str
    """BCP 47, as recognition of speech takes it."""
    voice: str
    disclosed: str
    """Words by which a reply discloses that a machine speaks."""
    fillers: frozenset[str]
    steers: dict[str, Steer]
    numbers: dict[str, int]

    def steer(self, said: str) -> Steer | None:
        """What a caller asks of the call with these words, if they say nothing else."""
        return self.steers.get(self._bare(said))

    def number(self, said: str) -> int | None:
        """The number of a choice, from 1, if the words are nothing else: `the second one`, `2`."""
        bare = self._bare(said)
        return int(bare) if re.fullmatch(r"\d", bare) else self.numbers.get(bare)

    def _bare(self, said: str) -> str:
        return _bare(said, self.fillers)


def has_calls(language: str) -> bool:
    """Whether calls are held in a language."""
    return (FOLDER / language / "voice.yml").is_file()


@functools.cache
def call_words(language: str) -> CallWords:
    """Of a language; of English where it has none."""
    if not has_calls(language):
        return call_words(ENGLISH)
    read = _read(language)
    grammar = yaml.safe_load((FOLDER / language / "grammar.yml").read_text(encoding="utf-8"))
    fillers = frozenset(read["fillers"].split())
    return CallWords(
        tag=read["tag"],
        voice=read["voice"],
        disclosed=grammar["disclosed"],
        fillers=fillers,
        steers={_bare(words, fillers): each for each in Steer for words in _lines(read[each])},
        numbers={
            _bare(words, fillers): place
            for place, line in enumerate(_lines(read["numbers"]), 1)
            for words in line.split("/")
        },
    )


@functools.cache
def dial_words() -> frozenset[str]:
    """Words of any language after which a short number is dialled, as a text may be quoted."""
    return frozenset().union(
        *(_read(each)["dials"].split() for each in available() if has_calls(each))
    )


def _read(language: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(
        (FOLDER / language / "voice.yml").read_text(encoding="utf-8")
    )
    return read


def _lines(block: str) -> Iterator[str]:
    return filter(None, map(str.strip, block.splitlines()))


def _bare(said: str, fillers: frozenset[str]) -> str:
    words = re.findall(r"\w+", folded(said).replace("'", ""))
    return " ".join(word for word in words if word not in fillers)
