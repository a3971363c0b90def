"""Answers a message in its conversation: from what is in hand, with what it leaves out, alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_base.advising.completing import asks_how, completed, says_how
from knowledge_base.advising.following import LastAnswer
from knowledge_base.advising.in_hand import doubtful, of_one, of_several, sure_of
from knowledge_base.lexical import words
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, Passage, Utterance
from knowledge_base.ranking.leaning import leans
from knowledge_base.typed.pointing import Pointed
from knowledge_base.typed.question import Aspect
from knowledge_base.typed.respects import respects

_OWN_WORDS = 3
"""Words with which a message that leans on others may be asked by itself: "how long" is surely
answered by some page, of something else."""
_ONE_FACT = frozenset(Aspect) - {Aspect.COST, Aspect.START, Aspect.DEADLINE}
"""Respects in which the catalog says all there is; of a cost and of days more can be worked out."""
_OF_PROGRAMS = frozenset(
    {Aspect.EFFORT, Aspect.DELIVERY, Aspect.SKILLS, Aspect.CAREERS, Aspect.STACKING}
)
"""Respects of programs alone: a page of rules in between is not asked for them."""
_THE_PROGRAM = re.compile(r"\b(?:the|that|this) (?:one|program|class|course)\b", re.I)
"""Words that mean the program spoken of, though a page of rules was quoted last."""
_STARTS = re.compile(r"\b(?:start|begin)(?:s|ning|ing)?\b", re.I)
"""What programs do, and pages of rules do not."""
_THAT_ONE = re.compile(r"\b(?:that|the (?:required|needed)) (?:one|program|class|course)\b", re.I)


@dataclass(frozen=True, slots=True)
class Said:
    """A message, with what was said before it."""

    question: str
    before: Pointed
    history: Sequence[Utterance] = ()
    earlier: Sequence[str] = ()
    """The documents that were in focus before the one that is, newest first."""
    needed: str | None = None
    """The program that the last answer said is needed first, which "that one" means then."""
    tells: bool = False
    """Whether it was read as a detail rather than as a question."""


async def needed_first(library: KnowledgeBase, last: LastAnswer | None) -> str | None:
    """The program that the last answer said is needed before another, the first if one of several
    is; None without any."""
    if last is None or not last.citations:
        return None
    cited = last.citations[0]
    program = (await library.catalog()).programs.get(cited.document_id)
    needed = program.prerequisites.rstrip(".") if program else ""
    if program is None or not needed or needed not in cited.quote:
        return None
    named = await library.mentions(needed)
    ids = [name.programs[0] for name in named if len(name.programs) == 1]
    return next((i for i in ids if i != program.id), None)


async def answered(library: KnowledgeBase, said: Said) -> Answer:
    """The answer from the facts of what is in hand if a message is bare, else as
    `KnowledgeBase.ask`, which it also raises as.

    Where that may be about anything, the program in focus is asked, and then the question before
    with what the message says. The program that a message names is in focus after it, whatever is
    cited first; an answer that is in doubt changes nothing of what was spoken of. A message without
    a word goes on with nothing: it is asked back.
    """
    if not any(map(str.isalnum, said.question)):
        return await library.ask(said.question)
    if said.needed is not None and _THAT_ONE.search(said.question):
        title = (await library.catalog()).programs[said.needed].title
        said = replace(said, question=_THAT_ONE.sub(title, said.question, count=1))
    known = await _from_facts(library, said)
    if known is not None:
        return known
    steps = await _steps(library, said)
    if steps is not None:
        return steps
    focus, before = await _focus(library, said), said.before
    alone = _starts(said.question) and focus in (await library.catalog()).programs
    history = () if alone else said.history
    answer = await library.ask(said.question, history, focus, before.shown, before.question)
    if doubtful(answer):
        own = await of_one(library, said.question, focus)
        surer = (
            own if own and (own.facts or answer.abstained) else await _asked_again(library, said)
        )
        if surer is not None:
            return surer
    if answer.abstained:
        return await _otherwise(library, said, answer)
    return replace(answer, focus=await _spoken_of(library, said.question, answer))


async def _steps(library: KnowledgeBase, said: Said) -> Answer | None:
    """How somebody applies, where that is asked of no page in focus that says so itself.

    The program that is named, or was spoken of, is in focus after it.
    """
    if not asks_how(said.question):
        return None
    names = [n for n in await library.mentions(said.question) if len(n.programs) == 1]
    whole = completed(said.question, names)
    if whole is None or says_how(said.question, await _page(library, said.before.focus)):
        return None
    program = names[0].programs[0] if names else said.before.focus
    answer = await library.ask(whole)
    return replace(answer, focus=program or answer.focus)


async def _from_facts(library: KnowledgeBase, said: Said) -> Answer | None:
    """The facts of all that were shown, or of the program that was spoken of last."""
    several = await of_several(library, said.question, said.before)
    asked = set(respects(said.question))
    if several is not None or not asked <= _ONE_FACT:
        return several
    for page in (said.before.focus, *(said.earlier if asked <= _OF_PROGRAMS else ())):
        one = await of_one(library, said.question, page)
        if one is not None:
            return one
    return None


async def _otherwise(library: KnowledgeBase, said: Said, unknown: Answer) -> Answer:
    """What no page of the conversation knows, asked of the programs that were spoken of and shown,
    and then by itself; what is `unknown` where that is not sure."""
    for page in said.earlier:
        told = await of_one(library, said.question, page)
        if told is not None:
            return told
    together = await of_several(library, said.question, replace(said.before, focus=None))
    if together is not None:
        return together
    bare = leans(said.question) and len(words(said.question)) < _OWN_WORDS
    alone = unknown if bare else await library.ask(said.question)
    return alone if sure_of(alone) else replace(unknown, focus=None)


async def _asked_again(library: KnowledgeBase, said: Said) -> Answer | None:
    """The sure answer to the question before with what a message asks or tells beside it: "tutoring
    hours", then "cost", or "apply by when", then "im 17"."""
    bare = said.tells or respects(said.question)
    if not bare or not said.before.question or not leans(said.question):
        return None
    title = (await library.catalog()).titles.get(said.before.focus or "", "")
    whole = ", ".join(filter(None, (title, said.before.question.rstrip(" ?.!"), said.question)))
    answer = await library.ask(whole)
    return replace(answer, question=whole) if sure_of(answer) else None


async def _spoken_of(library: KnowledgeBase, question: str, answer: Answer) -> str | None:
    """What a message and its answer are about: the cited program that the message names, else what
    the answer says; None, so that it stays as it was, where the answer is in doubt."""
    cited = {citation.document_id for citation in answer.citations}
    names = await library.mentions(answer.question or question) if cited else ()
    named = {program for name in names for program in name.programs if program in cited}
    if len(named) == 1:
        return named.pop()
    return None if doubtful(answer) else answer.focus


async def _page(library: KnowledgeBase, focus: str | None) -> Sequence[Passage]:
    """The passages of the page in focus; none of a program: its own page tells no steps."""
    if focus is None or focus in (await library.catalog()).programs:
        return ()
    return await library.passages_of(focus)


async def _focus(library: KnowledgeBase, said: Said) -> str | None:
    """The document that a message goes on about: the program that was spoken of last, in focus or
    named by the student, where words mean that one and no page of rules."""
    if not _starts(said.question) and not _THE_PROGRAM.search(said.question):
        return said.before.focus
    programs = (await library.catalog()).programs
    pages = (said.before.focus, *said.earlier)
    in_focus = [page for page in pages if page in programs]
    texts = [utterance.text for utterance in reversed(said.history) if utterance.role == "user"]
    named = [i for text in texts if (i := await library.named(text))]
    return next(iter([*in_focus[:1], *named]), said.before.focus)


def _starts(question: str) -> bool:
    """Whether it asks when something starts and nothing else: a page of rules that was quoted since
    the program says nothing of it."""
    plain = set(respects(question)) <= _OF_PROGRAMS | {Aspect.START}
    return plain and _STARTS.search(question) is not None
