"""Answers bare questions from the facts of the programs in hand: those just shown, or the one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.advising.following import LastAnswer
from knowledge_base.lexical import words
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, Program, Utterance
from knowledge_base.ranking.leaning import leans
from knowledge_base.typed.comparison import MOST, compared
from knowledge_base.typed.pointing import Pointed
from knowledge_base.typed.profile import told_in
from knowledge_base.typed.question import Aspect, Task, read
from knowledge_base.typed.respects import respects

SURE_OF_ANSWER = 0.5
"""Confidence from which an answer counts whatever the message was read as. Of 160 students'
questions to tune on 52 are quoted for with that much, 37 of them rightly; 47 of 69 from 0.4, 29 of
38 from 0.6. Greetings and requests for a person stay below 0.2."""
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
_TOGETHER = re.compile(r"\b(?:both|each|either|they|them|these|those|their|which|all of)\b", re.I)
"""Words that speak of several programs, though one of them was spoken of last."""


def sure_of(answer: Answer) -> bool:
    """Whether an answer is likely enough to stand in the place of what a message was read as."""
    return not answer.abstained and answer.confidence >= SURE_OF_ANSWER


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


async def answered(
    library: KnowledgeBase,
    question: str,
    history: Sequence[Utterance],
    before: Pointed,
    earlier: Sequence[str] = (),
    needed: str | None = None,
) -> Answer:
    """The answer to a question in its conversation, from the facts of what is in hand if it is
    bare, else as `KnowledgeBase.ask`, which it also raises as.

    `earlier` holds the documents that were in focus before the one that is, newest first, and
    `needed` is the program that the last answer said is needed first, which "that one" means then.
    What is not known of the page in focus is asked of the programs that were spoken of, and then by
    itself. The program that a message names is in focus after it, whatever is cited first.
    """
    if needed is not None and _THAT_ONE.search(question):
        title = (await library.catalog()).programs[needed].title
        question = _THAT_ONE.sub(title, question, count=1)
    several = await of_several(library, question, before)
    if several is not None:
        return several
    asked = set(respects(question))
    if asked <= _ONE_FACT:
        for page in (before.focus, *(earlier if asked <= _OF_PROGRAMS else ())):
            one = await _of_one(library, question, page)
            if one is not None:
                return one
    focus = before.focus
    starts = asked <= _OF_PROGRAMS | {Aspect.START} and _STARTS.search(question)
    if starts or _THE_PROGRAM.search(question):
        focus = await _program_of(library, history, (focus, *earlier)) or focus
    answer = await library.ask(question, history, focus, before.shown, before.question)
    if not answer.abstained:
        cited = {citation.document_id for citation in answer.citations}
        named = await library.named(question) if len(cited) > 1 else None
        return replace(answer, focus=named) if named in cited else answer
    for page in (focus, *earlier):
        told = await _of_one(library, question, page)
        if told is not None:
            return told
    together = await of_several(library, question, replace(before, focus=None))
    if together is not None:
        return together
    bare = leans(question) and len(words(question)) < _OWN_WORDS
    alone = answer if bare else await library.ask(question)
    return alone if sure_of(alone) else answer


async def _program_of(
    library: KnowledgeBase, history: Sequence[Utterance], pages: Sequence[str | None]
) -> str | None:
    """The program that was spoken of last: in focus, or named by the student."""
    programs = (await library.catalog()).programs
    in_focus = [page for page in pages if page in programs]
    said = [utterance.text for utterance in reversed(history) if utterance.role == "user"]
    named = [i for text in said if (i := await library.named(text))]
    return next(iter([*in_focus[:1], *named]), None)


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


async def _of_one(library: KnowledgeBase, words: str, focus: str | None) -> Answer | None:
    asked = respects(words)
    if focus is None or not asked:
        return None
    catalog = await library.catalog()
    program = catalog.programs.get(focus)
    if program is None:
        return None
    return await library.told(told_in(program, asked, catalog))
