"""Answers bare questions from the facts of the programs in hand: those just shown, or the one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, Program, Utterance
from knowledge_base.typed.comparison import MOST, compared
from knowledge_base.typed.pointing import Pointed
from knowledge_base.typed.profile import told_in
from knowledge_base.typed.question import Aspect, Task, read
from knowledge_base.typed.respects import respects

_ONE_FACT = frozenset(Aspect) - {Aspect.COST, Aspect.START, Aspect.DEADLINE}
"""Respects in which the catalog says all there is; of a cost and of days more can be worked out."""
_TOGETHER = re.compile(r"\b(?:both|each|either|they|them|these|those|their|which|all of)\b", re.I)
"""Words that speak of several programs, though one of them was spoken of last."""


async def answered(
    library: KnowledgeBase, question: str, history: Sequence[Utterance], before: Pointed
) -> Answer:
    """The answer to a question in its conversation, from the facts of what is in hand if it is
    bare, else as `KnowledgeBase.ask`, which it also raises as."""
    several = await of_several(library, question, before)
    if several is not None:
        return several
    plain = set(respects(question)) <= _ONE_FACT
    one = await _of_one(library, question, before.focus) if plain else None
    if one is not None:
        return one
    answer = await library.ask(question, history, before.focus, before.shown, before.question)
    if answer.abstained and not plain:
        return await _of_one(library, question, before.focus) or answer
    return answer


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
    programs = [catalog.programs[i] for i in before.shown if i in catalog.programs]
    aspects = asked.aspects if asked and compares else respects(_plain_aid(words, programs))
    if len(programs) < 2 or not (aspects or compares):
        return None
    return await library.told(compared(programs, catalog, aspects, better))


def _plain_aid(words: str, programs: Sequence[Program]) -> str:
    """The words with "aid" in the place of each way to pay that the catalog calls by its name."""
    ways = sorted({way for program in programs for way in program.aid}, key=len, reverse=True)
    named = "|".join(re.escape(way.rstrip("s")) + "s?" for way in ways)
    return re.sub(rf"\b(?:{named or '(?!)'})\b", "aid", words, flags=re.I)


async def _of_one(library: KnowledgeBase, words: str, focus: str | None) -> Answer | None:
    asked = respects(words)
    if focus is None or not asked:
        return None
    catalog = await library.catalog()
    program = catalog.programs.get(focus)
    if program is None:
        return None
    return await library.told(told_in(program, asked, catalog))
