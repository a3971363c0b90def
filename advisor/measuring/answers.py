"""`advisor measure answers`: students' questions over published sources, judged by what must stand
in the reply."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.console import counted, out, print_json
from advisor.measuring.dialogue import Conversation, apart, hold, running
from advisor.measuring.expected import Wanted, missing, present
from advisor.measuring.lines import read_lines
from advisor.sample import AID_RULES, EQUIVALENCIES, POLICIES, PROGRAMS
from advisor.settings import Settings, load_settings
from channels.brain import Brain
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Utterance

SAMPLE = (PROGRAMS, EQUIVALENCIES, AID_RULES, POLICIES)


class Verdict(StrEnum):
    """What a reply is worth."""

    CORRECT = "correct"
    ABSTAINED = "abstained"
    """It says that it is not known, though it is."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the questions' file."""

    id: str
    kind: str
    question: str
    history: tuple[Utterance, ...]
    documents: frozenset[str]
    """Any one of them must be cited; empty where nothing is to be cited."""
    must: tuple[Wanted, ...]
    must_not: tuple[str, ...]
    """Amounts and dates that are easily taken for the right ones."""
    abstain: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What a student got: ids of the documents that are cited, and whether it declined."""

    text: str
    kind: str
    cited: frozenset[str]
    abstained: bool
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and why: what is missing, and what stands there and must not."""

    verdict: Verdict
    missing: tuple[Wanted, ...] = ()
    present: tuple[str, ...] = ()
    cited: bool = True
    """Whether an acceptable document is cited."""


def answers(
    questions: Annotated[
        Path,
        typer.Option(
            help="JSON lines: id, kind, question, history, document, must_contain, "
            "must_not_contain, abstain."
        ),
    ],
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            help="What to publish; FILE.toml beside a table is its mapping. Without it, the "
            "sample institution.",
            show_default=False,
        ),
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="The day on which all is asked; today without it.")
    ] = None,
    dialogue: Annotated[
        bool, typer.Option("--dialogue", help="Ask through real Rasa and its actions.")
    ] = False,
    dump: Annotated[Path | None, typer.Option(help="Write one JSON line a question.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask each question in its conversation and count what is correct, abstained and wrong.

    Correct is a reply that holds all of `must_contain`, none of `must_not_contain`, and cites a
    `document`; where `abstain` is true, one that declines. `wrong_values` counts the replies with
    an amount or date of `must_not_contain`. Through the dialogue, the student's turns of the
    history are said first, and a reply that cites nothing and is no task's declines.
    """
    asked = list(read_lines(questions, question_of, '{"id": "…", "question": "…", "kind": "…"}'))
    on = date.fromisoformat(day) if day else date.today()
    replies = asyncio.run(_ask(load_settings(), tuple(sources or SAMPLE), asked, on, dialogue))
    judged = [judge(question, reply) for question, reply in zip(asked, replies, strict=True)]
    if dump:
        lines = map(_line, asked, replies, judged)
        dump.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    summary = summarise(asked, judged)
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name:16} {value}", markup=False)


def judge(question: Question, reply: Reply) -> Judged:
    """The verdict on one reply, by the rules of `answers`."""
    wrong = tuple(present(question.must_not, reply.text))
    lacking = tuple(missing(question.must, reply.text))
    cited = not question.documents or bool(question.documents & reply.cited)
    if reply.abstained or question.abstain:
        right = reply.abstained and question.abstain
        verdict = Verdict.CORRECT if right else Verdict.ABSTAINED
        if not reply.abstained:
            verdict = Verdict.WRONG
        return Judged(verdict, lacking, wrong, cited)
    correct = cited and not lacking and not wrong
    return Judged(Verdict.CORRECT if correct else Verdict.WRONG, lacking, wrong, cited)


def summarise(asked: Sequence[Question], judged: Sequence[Judged]) -> dict[str, Any]:
    """Counts over all questions and for each kind."""
    kinds = dict.fromkeys(question.kind for question in asked)
    pairs = list(zip(asked, judged, strict=True))
    return {
        "all": _counted(judged),
        **{kind: _counted([j for q, j in pairs if q.kind == kind]) for kind in sorted(kinds)},
    }


def _counted(judged: Sequence[Judged]) -> dict[str, int]:
    counts = {v.value: sum(each.verdict is v for each in judged) for v in Verdict}
    values = sum(bool(each.present) for each in judged)
    return {"questions": len(judged), **counts, "wrong_values": values}


async def _ask(
    settings: Settings,
    sources: Sequence[Path],
    asked: Sequence[Question],
    day: date,
    dialogue: bool,
) -> list[Reply]:
    from advisor.library import throw_away  # noqa: PLC0415  # brings the encoder

    with tempfile.TemporaryDirectory() as folder:
        library, _ = await throw_away(settings, sources, Path(folder), lambda: day)
        if not dialogue:
            return await _each(asked, lambda question: _looked_up(library, question))
        place = await apart(settings, Path(folder))
        async with running(place, library) as brain:
            return await _each(asked, lambda question: _talked(brain, question))


async def _each(
    asked: Sequence[Question], reply: Callable[[Question], Awaitable[Reply]]
) -> list[Reply]:
    replies = []
    with counted("asking") as report:
        for number, question in enumerate(asked, 1):
            replies.append(await reply(question))
            report("asking", number, len(asked))
    return replies


async def _looked_up(library: KnowledgeBase, question: Question) -> Reply:
    answer = await library.ask(question.question, question.history)
    cited = frozenset(citation.document_id for citation in answer.citations)
    return Reply(answer.text, answer.kind.value, cited, answer.abstained, answer.confidence)


async def _talked(brain: Brain, question: Question) -> Reply:
    said = [turn.text for turn in question.history if turn.role == "user"]
    line = (await hold(brain, Conversation(question.id, (*said, question.question))))[-1]
    cited = frozenset(citation["document_id"] for citation in line["citations"])
    declined = line["abstained"] or (line["kind"] in {"text", "failed"} and not cited)
    return Reply(line["text"], line["kind"], cited, declined, line["confidence"])


def _line(question: Question, reply: Reply, judged: Judged) -> str:
    wire = {
        "id": question.id,
        "kind": question.kind,
        "question": question.question,
        "verdict": judged.verdict.value,
        "missing": judged.missing,
        "present": judged.present,
        "cited": sorted(reply.cited),
        "acceptable": sorted(question.documents),
        "reply_kind": reply.kind,
        "confidence": reply.confidence,
        "text": reply.text,
    }
    return json.dumps(wire, ensure_ascii=False)


def question_of(_: int, wire: dict[str, Any]) -> Question:
    """The question of a line, whose number does not matter."""
    documents = wire.get("document") or []
    return Question(
        id=str(wire["id"]),
        kind=str(wire["kind"]),
        question=str(wire["question"]),
        history=tuple(Utterance(t["role"], t["utterance"]) for t in wire.get("history") or ()),
        documents=frozenset([documents] if isinstance(documents, str) else documents),
        must=tuple(wire.get("must_contain") or ()),
        must_not=tuple(wire.get("must_not_contain") or ()),
        abstain=bool(wire.get("abstain", False)),
    )
