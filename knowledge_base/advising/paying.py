"""Tells of a way to pay both what it is and whether the program in hand takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from knowledge_base.advising.in_hand import sure_of
from knowledge_base.lexical import words as stems
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Citation, Program
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.mentions import Mention

_ANY = "financial aid"
"""What pages call all ways to pay together."""


async def with_the_other_half(
    library: KnowledgeBase, question: str, answer: Answer, focus: str | None
) -> Answer:
    """An answer that names the ways to pay for a program, behind what is published on the one that
    is asked for; and what a page says of one, before those of the program that was in `focus`.

    The page is in focus then. Any other answer stays as it is. Raises as `KnowledgeBase.ask`.
    """
    if answer.kind is not AnswerKind.QUOTE or not answer.citations:
        return answer
    programs = (await library.catalog()).programs
    listed = [cited for cited in answer.citations if _lists_ways(cited, programs)]
    if listed:
        page = await library.ask(_without(question, await library.mentions(question)))
        told = not page.abstained and (sure_of(page) or _on_paying(page, programs.values()))
        if not told or page.focus in programs:
            return answer
        sure = max(answer.confidence, page.confidence)
        return _both(replace(page, question=answer.question, confidence=sure), listed[0])
    program = programs.get(focus or "")
    if program is None or not _on_paying(answer, programs.values()):
        return answer
    own = [p for p in await library.passages_of(program.id) if _names_all(program, p.text)]
    if not own:
        return answer
    quoted = await library.told(Draft(AnswerKind.QUOTE, "", quoted=((program.id, own[0].text),)))
    return _both(answer, quoted.citations[0])


def _both(page: Answer, own: Citation) -> Answer:
    """What a page says of a way to pay, and below it the ways of a program."""
    number = len(page.citations) + 1
    return replace(
        page,
        text=f"{page.text}\n\n**{own.title}** [{number}]\n\n{own.quote}",
        citations=(*page.citations, own),
    )


def _lists_ways(cited: Citation, programs: Mapping[str, Program]) -> bool:
    program = programs.get(cited.document_id)
    return program is not None and _names_all(program, cited.quote)


def _names_all(program: Program, text: str) -> bool:
    return bool(program.aid) and all(way in text for way in program.aid)


def _on_paying(answer: Answer, programs: Iterable[Program]) -> bool:
    """Whether the page that is cited first is named after a way to pay."""
    title = set(stems(answer.citations[0].title)) if answer.citations else set()
    ways = {_ANY, *(way for program in programs for way in program.aid)}
    return any(set(stems(way)) <= title for way in ways)


def _without(words: str, names: Sequence[Mention]) -> str:
    for name in reversed(names):
        words = f"{words[: name.start]} {words[name.end :]}"
    return words
