"""Compares programs in conversation: those that are named, pointed at, or shown together."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Topic, Utterance
from knowledge_base.source_language import as_published
from knowledge_base.typed.comparison import MOST
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.pointing import Pointed
from languages.lists import joined
from languages.speech import say

_ANSWERS = frozenset({AnswerKind.TABLE, AnswerKind.COMPUTED, AnswerKind.CLARIFY})


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
    which = say("Which programs shall I compare? Name two to four, by title or code.")
    return await library.told(
        Draft(AnswerKind.CLARIFY, which, nearest=await _pairs(library, before))
    )


async def _pairs(library: KnowledgeBase, before: Pointed) -> tuple[Topic, ...]:
    """The program in focus, or the first that was shown, with each of the next."""
    titles = (await library.catalog()).titles
    spoken_of = [before.focus or "", *before.shown]
    known = [i for i in dict.fromkeys(spoken_of) if i in titles]
    pairs = [(titles[known[0]], titles[i]) for i in known[1:MOST]]
    return tuple(
        Topic(joined(pair), say("Compare {titles}", titles=joined(list(map(as_published, pair)))))
        for pair in pairs
    )
