"""Compares programs in conversation: those that are named, pointed at, or shown together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.advising.in_hand import of_several
from knowledge_base.advising.wishing import asking_pieces
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Topic, Utterance
from knowledge_base.source_language import as_published
from knowledge_base.typed.comparison import MOST
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.mentions import Mention
from knowledge_base.typed.pointing import Pointed
from knowledge_base.typed.respects import mentioned
from languages.lists import joined
from languages.speech import ENGLISH, say, spoken

_ANSWERS = frozenset({AnswerKind.TABLE, AnswerKind.COMPUTED, AnswerKind.CLARIFY})
_BY = re.compile(
    r"\bwhich (?:one |of (?:them|these|those|the two) )?"
    r"(?:(?:is|are|has|have|gives?|gets?|pays?|looks?|would be) (?:you |me )?)?(?:the |a )?"
    r"(?:more|most|better|best|less|least|easier|easiest|harder|hardest)\b[^,.;!?]*",
    re.I,
)
"""What programs are to be ranked by."""
_VERSUS = re.compile(r"\b(?:vs|versus|compared? (?:to|with))\b", re.I)
_SUM = re.compile(r"\b(?:together|altogether|in total|in all|combined|the sum)\b", re.I)
_OR = re.compile(r"\bor\b.*\?", re.I)


async def compared(
    library: KnowledgeBase, words: str, before: Pointed, history: Sequence[Utterance] = ()
) -> Answer:
    """The table of the programs that are meant, or the question which ones.

    `before` and `history` are what was spoken of before. Raises as `KnowledgeBase.ask`.
    """
    names = await library.mentions(words)
    asked = _without(words, names)
    return _frank(await _compared(library, words, before, history, names), asked)


async def _compared(
    library: KnowledgeBase,
    words: str,
    before: Pointed,
    history: Sequence[Utterance],
    names: Sequence[Mention],
) -> Answer:
    shown = await of_several(library, words, before)
    if shown is not None:
        return shown
    aspects = mentioned(_without(words, names))
    if in_part := _named_in_part(names, before):
        return await library.compare(in_part, aspects)
    meant = await library.meant(words, before)
    named = tuple(dict.fromkeys(n.programs[0] for n in names if len(n.programs) == 1))
    if meant.choices and len(named) < 2:
        return await library.ask(words, history, before.focus, before.shown)
    ids = meant.programs or named
    focus = before.focus if before.focus in (await library.catalog()).programs else None
    if len(ids) == 1 and focus is not None and focus not in ids:
        ids = (focus, *ids)
    if not ids or meant.question != words or len(meant.programs) > 1:
        answer = await library.ask(meant.question, history, before.focus)
        if answer.kind in _ANSWERS or (not ids and not answer.abstained):
            return answer
    if len(ids) < 2 and set(ids) <= set(before.shown):
        ids = before.shown
    if 1 < len(ids) <= MOST:
        return await library.compare(ids, aspects)
    which = say("Which programs shall I compare? Name two to four, by title or code.")
    return await library.told(
        Draft(AnswerKind.CLARIFY, which, nearest=await _pairs(library, before))
    )


def adds_up(words: str) -> bool:
    """Whether a message asks what programs come to together rather than how they differ."""
    return bool(_SUM.search(words)) and not _VERSUS.search(words)


def sets_side_by_side(words: str) -> bool:
    """Whether a message weighs things against each other: "welding vs wiring", "this or that?".

    "Anything in welding or wiring?" does not.
    """
    return bool(_VERSUS.search(words)) or (bool(_OR.search(words)) and not asking_pieces(words))


def _named_in_part(names: Sequence[Mention], before: Pointed) -> tuple[str, ...]:
    """All programs that the names fit, where one fits several and a table holds them all."""
    ids = tuple(dict.fromkeys(i for name in names for i in name.programs))
    vague = any(len(n.programs) > 1 and not set(n.programs) & set(before.shown) for n in names)
    return ids if vague and len(names) > 1 and len(ids) <= MOST else ()


def _without(words: str, names: Sequence[Mention]) -> str:
    """The words that ask, without the names of programs."""
    for name in reversed(names):
        words = f"{words[: name.start]} {words[name.end :]}"
    return words


def _frank(answer: Answer, asked: str) -> Answer:
    """A table, after what programs cannot be ranked by although it was asked."""
    by = _BY.search(asked)
    if answer.kind is not AnswerKind.TABLE or by is None or mentioned(by[0]):
        return answer
    told = (
        say("The catalog does not say {by}. What it states is this:", by=by[0].strip())
        if spoken() == ENGLISH
        else say("The catalog does not say that. What it states is this:")
    )
    return replace(answer, text=f"{told}\n\n{answer.text}")


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
