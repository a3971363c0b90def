"""Answers bare questions from the facts of the programs in hand: those just shown, or the one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Program
from knowledge_base.typed.comparison import MOST, compared
from knowledge_base.typed.pointing import Pointed
from knowledge_base.typed.profile import told_in
from knowledge_base.typed.question import Task, read
from knowledge_base.typed.respects import respects

SURE_OF_ANSWER = 0.5
"""Confidence from which an answer counts whatever the message was read as. Of 160 students'
questions to tune on 52 are quoted for with that much, 37 of them rightly; 47 of 69 from 0.4, 29 of
38 from 0.6. Greetings and requests for a person stay below 0.2."""
_TOGETHER = re.compile(r"\b(?:both|each|either|they|them|these|those|their|which|all of)\b", re.I)
"""Words that speak of several programs, though one of them was spoken of last."""


def sure_of(answer: Answer) -> bool:
    """Whether an answer is likely enough to stand in the place of what a message was read as."""
    return not answer.abstained and answer.confidence >= SURE_OF_ANSWER


def doubtful(answer: Answer) -> bool:
    """Whether an answer declines or may well be about something else than was asked."""
    return answer.abstained or (answer.kind is AnswerKind.QUOTE and not sure_of(answer))


async def of_several(library: KnowledgeBase, words: str, before: Pointed) -> Answer | None:
    """A table of what a question asks of the programs that were shown together.

    None when it names a program, when one of them is meant, or when it asks for more than their
    facts. Raises as `KnowledgeBase.ask`.
    """
    together = before.focus is None or _TOGETHER.search(words)
    if not 2 <= len(before.shown) <= MOST or not together:
        return None
    meant = await library.meant(words, before)
    if meant.choices or not set(meant.programs) <= set(before.shown) or len(meant.programs) == 1:
        return None
    catalog = await library.catalog()
    asked = read(words, catalog.day)
    compares = asked is not None and asked.task is Task.COMPARE
    better = asked.better if asked and compares else None
    ids = meant.programs or before.shown
    programs = [catalog.programs[i] for i in ids if i in catalog.programs]
    aspects = asked.aspects if asked and compares else respects(_plain_aid(words, programs))
    if len(programs) < 2 or not (aspects or compares):
        return None
    return await library.told(compared(programs, catalog, aspects, better))


def _plain_aid(words: str, programs: Sequence[Program]) -> str:
    """The words with "aid" in the place of each way to pay that the catalog calls by its name."""
    ways = sorted({way for program in programs for way in program.aid}, key=len, reverse=True)
    named = "|".join(re.escape(way.rstrip("s")) + "s?" for way in ways)
    return re.sub(rf"\b(?:{named or '(?!)'})\b", "aid", words, flags=re.I)


async def of_one(library: KnowledgeBase, words: str, focus: str | None) -> Answer | None:
    """What bare words ask of the program in focus; None when it is none, or more is asked.

    Raises as `KnowledgeBase.ask`.
    """
    asked = respects(words)
    if focus is None or not asked:
        return None
    catalog = await library.catalog()
    program = catalog.programs.get(focus)
    if program is None:
        return None
    return await library.told(told_in(program, asked, catalog))
