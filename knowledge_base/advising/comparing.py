"""Compares programs in conversation: those that are named, pointed at, or shown together."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Topic, Utterance
from knowledge_base.typed.comparison import MOST
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.pointing import Pointed

_ANSWERS = frozenset({AnswerKind.TABLE, AnswerKind.COMPUTED, AnswerKind.CLARIFY})
_WHICH = "Which programs shall I compare? Name two to four, by title or code."


async def compared(
    library: KnowledgeBase, words: str, before: Pointed, history: Sequence[Utterance] = ()
) -> Answer:
    """The table of the programs that are meant, or the question which ones.

    `before` and `history` are what was spoken of before. Raises as `KnowledgeBase.ask`.
    """
    meant = await library.meant(words, before)
    if meant.choices:
        return await library.ask(words, history, before.focus, before.shown)
    ids = meant.programs
    focus = before.focus if before.focus in (await library.catalog()).programs else None
    if len(ids) == 1 and focus is not None and focus not in ids:
        ids = (focus, *ids)
    if not ids or meant.question != words or len(meant.programs) > 1:
        answer = await library.ask(meant.question, history, before.focus)
        if answer.kind in _ANSWERS or (not ids and not answer.abstained):
            return answer
    if 1 < len(ids) <= MOST:
        return await library.compare(ids)
    return await library.told(
        Draft(AnswerKind.CLARIFY, _WHICH, nearest=await _pairs(library, before))
    )


async def _pairs(library: KnowledgeBase, before: Pointed) -> tuple[Topic, ...]:
    """The program in focus, or the first that was shown, with each of the next."""
    titles = (await library.catalog()).titles
    spoken_of = [before.focus or "", *before.shown]
    known = [i for i in dict.fromkeys(spoken_of) if i in titles]
    pairs = [f"{titles[known[0]]} and {titles[i]}" for i in known[1:MOST]]
    return tuple(Topic(pair, f"Compare {pair}") for pair in pairs)
