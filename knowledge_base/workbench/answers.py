"""The same questions asked of two editions: which answers differ, and which saved ones fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.drafts.proposal import SavedQuestion
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, Utterance


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its conversation; `history` holds what the student had said before."""

    id: str
    text: str
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two editions answer differently."""

    asked: Asked
    before: Answer | None
    """None when nothing is published yet."""
    after: Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a saved question; `problem` is empty when it passed."""

    saved: SavedQuestion
    answer: Answer
    problem: str


async def differing(
    live: KnowledgeBase | None,
    draft: KnowledgeBase,
    asked: Sequence[Asked],
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Difference]:
    """The questions whose text or sources differ between the live edition and a draft."""
    found = []
    for done, each in enumerate(asked, 1):
        history = [Utterance("user", words) for words in each.history]
        before = await live.ask(each.text, history) if live else None
        after = await draft.ask(each.text, history)
        if before is None or _said(before) != _said(after):
            found.append(Difference(each, before, after))
        progress("asking again what was asked", done, len(asked))
    return found


async def outcomes(
    draft: KnowledgeBase,
    saved: Sequence[SavedQuestion],
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Outcome]:
    """What a draft answers to each saved question, and what is wrong with that."""
    found = []
    for done, each in enumerate(saved, 1):
        answer = await draft.ask(each.question)
        found.append(Outcome(each, answer, "; ".join(_problems(each, answer))))
        progress("asking the saved questions", done, len(saved))
    return found


def _problems(saved: SavedQuestion, answer: Answer) -> Iterator[str]:
    if saved.abstains:
        if not answer.abstained:
            yield "is answered, and should not be"
        return
    if answer.abstained:
        yield "is not answered"
        return
    cited = {citation.document_id for citation in answer.citations}
    if saved.document_id and saved.document_id not in cited:
        yield f"does not cite {saved.document_id}"
    if saved.holds and _plain(saved.holds) not in _plain(answer.text):
        yield f"does not say “{saved.holds}”"


def _said(answer: Answer) -> tuple[str, tuple[str, ...]]:
    return answer.text, tuple(citation.quote for citation in answer.citations)


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").casefold().split())
