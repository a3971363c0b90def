"""Whether the same questions in English and in Spanish reach the same facts, and at what cost.

Beside the reading by a glossary stand what a user would pick instead: multilingual-e5-small
searching English passages with the Spanish question and quoting the first, and the assistant asked
in Spanish as if it were English.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from advisor.library import throw_away
from advisor.measuring.answers import SAMPLE, Question, Reply, Verdict, judge, question_of
from advisor.settings import load_settings
from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import E5Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Utterance
from knowledge_base.rows.passages import searched_text
from knowledge_base.text.dates import find_dates
from knowledge_base.text.money import find_money
from languages.reading import in_english

QUESTIONS = Path("tests/questions")
DAY = date(2026, 11, 22)
"""The day on which the questions hold."""
SPANISH = "es"

Ask = Callable[[Question], Awaitable["Said"]]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and the values that stand in it."""

    reply: Reply
    values: frozenset[str]


async def measure() -> dict[str, Any]:
    """Counts for each half and way of asking, and seconds."""
    english, spanish, halves = _questions()
    with tempfile.TemporaryDirectory() as folder:
        library, _ = await throw_away(load_settings(), SAMPLE, Path(folder), lambda: DAY)
        search = CrossLingual(Shelf(Path(folder) / "editions").open())
        theirs = [await _answered(library, question) for question in english]
        ways: dict[str, Ask] = {
            "read by the glossary": lambda question: _answered(library, _read(question)),
            "as it stands": lambda question: _answered(library, question),
            "e5 search, first passage": search.first,
        }
        found: dict[str, Any] = {"English itself": _counted(english, halves, theirs, theirs)}
        for name, ask in ways.items():
            started = time.perf_counter()
            ours = [await ask(question) for question in spanish]
            seconds = time.perf_counter() - started
            found[name] = _counted(english, halves, ours, theirs)
            found[name]["ms a question"] = round(seconds / len(spanish) * 1000)
    return found | {"ms to read": _reading(spanish), "s to encode passages": search.seconds}


def _questions() -> tuple[list[Question], list[Question], list[str]]:
    """English questions, the same in Spanish, and the half that each is of, in one order."""
    lines = (QUESTIONS / "students_tune.jsonl").read_text(encoding="utf-8").splitlines()
    english = {each["id"]: question_of(0, each) for each in map(json.loads, lines)}
    lines = (QUESTIONS / "spanish.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    spanish = [
        replace(
            english[each["id"]],
            question=each["question"],
            history=tuple(Utterance(t["role"], t["utterance"]) for t in each["history"]),
        )
        for each in said
    ]
    return [english[each["id"]] for each in said], spanish, [each["half"] for each in said]


def _read(question: Question) -> Question:
    """A Spanish question as the actions hand it on."""
    history = tuple(
        Utterance(u.role, in_english(u.text, SPANISH) if u.role == "user" else u.text)
        for u in question.history
    )
    return replace(question, question=in_english(question.question, SPANISH), history=history)


async def _answered(library: KnowledgeBase, question: Question) -> Said:
    answer = await library.ask(question.question, question.history)
    cited = frozenset(citation.document_id for citation in answer.citations)
    reply = Reply(answer.text, answer.kind.value, cited, answer.abstained, answer.confidence)
    return Said(reply, _values(answer.text))


def _values(text: str) -> frozenset[str]:
    """Amounts and dates that stand in a reply."""
    return frozenset(str(found.value) for found in (*find_money(text), *find_dates(text)))


class CrossLingual:
    """Searches English passages with a question in any language, by multilingual-e5-small alone."""

    def __init__(self, edition: Edition):
        self._encoder = E5Encoder()
        self._passages = edition.passages(range(edition.manifest.passages))
        self._in_force = edition.in_force(DAY)
        started = time.perf_counter()
        self._vectors = self._encoder.encode([searched_text(each) for each in self._passages])
        self.seconds = round(time.perf_counter() - started)

    async def first(self, question: Question) -> Said:
        """The nearest passage in force, whole; it never declines."""
        (vector,) = self._encoder.encode_questions([question.question])
        nearest = int(np.argmax(np.where(self._in_force, self._vectors @ vector, -1)))
        passage = self._passages[nearest]
        cited = frozenset([passage.document_id])
        return Said(Reply(passage.text, "quote", cited, False, None), _values(passage.text))


def _counted(
    asked: Sequence[Question], halves: Sequence[str], ours: Sequence[Said], theirs: Sequence[Said]
) -> dict[str, Any]:
    """Per half: verdicts, and shares of replies that agree with the one in English."""
    return {
        half: _of_half(
            [each for each, of in zip(zip(asked, ours, theirs, strict=True), halves, strict=True)
             if of == half]
        )
        for half in sorted(set(halves))
    }  # fmt: skip


def _of_half(triples: Sequence[tuple[Question, Said, Said]]) -> dict[str, Any]:
    judged = [judge(question, said.reply) for question, said, _ in triples]
    replies = [(ours.reply, theirs.reply) for _, ours, theirs in triples]

    def share(agreeing: Sequence[bool]) -> float:
        return round(sum(agreeing) / len(triples), 3)

    return {
        "questions": len(triples),
        **{v.value: sum(each.verdict is v for each in judged) for v in Verdict},
        "wrong values": sum(bool(each.present) for each in judged),
        "same citation": share([_cites_alike(*pair) for pair in replies]),
        "same values": share([ours.values == theirs.values for _, ours, theirs in triples]),
        "same kind": share([ours.kind == theirs.kind for ours, theirs in replies]),
    }


def _cites_alike(ours: Reply, theirs: Reply) -> bool:
    """Whether a document is cited in both, or none in either."""
    return bool(ours.cited & theirs.cited) or not (ours.cited or theirs.cited)


def _reading(questions: Sequence[Question]) -> dict[str, float]:
    """Milliseconds for the first message, which opens the glossary, and for each after it."""
    started = time.perf_counter()
    in_english("hola", SPANISH)
    first = time.perf_counter() - started
    uncached = in_english.__wrapped__
    started = time.perf_counter()
    for question in questions:
        uncached(question.question, SPANISH)
    each = (time.perf_counter() - started) / len(questions)
    return {"first": round(first * 1000), "each": round(each * 1000, 1)}
