"""`advisor measure retrieval`: search and answers over pages, judged by gold spans."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from advisor.console import counted, out, print_json
from advisor.measuring.lines import read_lines
from advisor.settings import Settings, load_settings
from knowledge_base.model import Answer, Citation, Utterance

_BINS = 10
"""Bins of equal width over which expected calibration error is summed."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the questions' file."""

    question: str
    history: tuple[Utterance, ...]
    gold_document: str
    gold_start: int
    gold_end: int
    gold_text: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got: `ranked` holds document id, start, end and score of each passage."""

    ranked: tuple[tuple[str, int, int, float], ...]
    answer: str
    confidence: float
    abstained: bool
    milliseconds: float


def retrieval(
    pages: Annotated[Path, typer.Option(help="JSON lines: doc_id, title, text.")],
    questions: Annotated[
        Path,
        typer.Option(
            help="JSON lines: question, history, gold_doc_id, gold_span_text, gold_start."
        ),
    ],
    history: Annotated[int, typer.Option(help="Earlier utterances that are passed on.")] = 4,
    limit: Annotated[int | None, typer.Option(help="Take only the first questions.")] = None,
    dump: Annotated[
        Path | None, typer.Option(help="Write one JSON line for each question.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure search, answers and abstention on pages with marked spans.

    Builds a throw-away edition with the calibration as shipped and asks every question in the way
    a student's question is asked. A passage counts when it covers at least half of the gold span.
    """
    asked = list(_questions(questions, history))[:limit]
    outcomes, facts = asyncio.run(_run(load_settings(), pages, asked))
    if dump:
        with dump.open("w", encoding="utf-8") as file:
            for position, outcome in enumerate(outcomes):
                file.write(json.dumps(_line(position, outcome), ensure_ascii=False) + "\n")
    summary = {**summarise(asked, outcomes), **facts}
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name:28} {value}")


def summarise(asked: Sequence[Question], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Recall, MRR and F1 over answerable questions; ranking and calibration over all.

    Expected calibration error holds the stated confidence against whether the question is
    answerable and the answer's first passage covers at least half of its span.
    """
    pairs = [(q, o) for q, o in zip(asked, outcomes, strict=True) if q.answerable]
    hits = [_ranks(q, o) for q, o in pairs]
    answerable = np.array([q.answerable for q in asked])
    confidence = np.array([o.confidence for o in outcomes])
    right = np.array(
        [q.answerable and _ranks(q, o)[1] == 1 for q, o in zip(asked, outcomes, strict=True)]
    )
    milliseconds = sorted(o.milliseconds for o in outcomes)
    return {
        "questions": len(asked),
        "answerable": int(answerable.sum()),
        "document_recall_at_1": _share(document == 1 for document, _ in hits),
        "document_recall_at_5": _share(0 < document <= 5 for document, _ in hits),
        "span_recall_at_1": _share(span == 1 for _, span in hits),
        "span_recall_at_5": _share(0 < span <= 5 for _, span in hits),
        "mrr_at_10": _mean([1 / span if 0 < span <= 10 else 0.0 for _, span in hits]),
        "answer_f1": _mean([token_f1(o.answer, q.gold_text) for q, o in pairs]),
        "abstained_answerable": _share(o.abstained for _, o in pairs),
        "abstained_unanswerable": _share(
            o.abstained for q, o in zip(asked, outcomes, strict=True) if not q.answerable
        ),
        "auroc": area_under_roc(confidence, answerable),
        "expected_calibration_error": calibration_error(confidence, right),
        "latency_p50_ms": round(statistics.median(milliseconds), 1) if milliseconds else None,
        "latency_p95_ms": round(milliseconds[int(len(milliseconds) * 0.95)], 1)
        if milliseconds
        else None,
    }


def area_under_roc(scores: np.ndarray[Any, Any], positive: np.ndarray[Any, Any]) -> float | None:
    """Chance that a positive scores above a negative, ties counted half; None without both."""
    if positive.all() or not positive.any():
        return None
    values, ranks = np.unique(scores, return_inverse=True)
    counts = np.bincount(ranks, minlength=len(values))
    average = np.cumsum(counts) - (counts - 1) / 2
    ones = int(positive.sum())
    above = average[ranks][positive].sum() - ones * (ones + 1) / 2
    return round(float(above / (ones * (len(scores) - ones))), 4)


def calibration_error(stated: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> float | None:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    if not len(stated):
        return None
    bins = np.minimum((stated * _BINS).astype(int), _BINS - 1)
    total = 0.0
    for number in range(_BINS):
        inside = bins == number
        if inside.any():
            total += inside.mean() * abs(stated[inside].mean() - right[inside].mean())
    return round(float(total), 4)


def token_f1(answer: str, gold: str) -> float:
    """F1 of the words that answer and gold share, as SQuAD counts them."""
    said, wanted = (Counter(_WORD.findall(text.casefold())) for text in (answer, gold))
    shared = sum((said & wanted).values())
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


async def _run(
    settings: Settings, pages: Path, asked: Sequence[Question]
) -> tuple[list[Outcome], dict[str, Any]]:
    from advisor.library import throw_away  # noqa: PLC0415  # brings the encoder

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        library, manifest = await throw_away(settings, [pages], Path(folder))
        built = time.perf_counter() - started
        outcomes = []
        with counted("asking") as report:
            for number, question in enumerate(asked, 1):
                answer, ranking = await library.examine(question.question, question.history)
                ranked = tuple(
                    (p.document_id, p.start, p.end, score)
                    for p, score in zip(ranking.passages, ranking.scores, strict=True)
                )
                outcomes.append(_outcome(answer, ranked))
                report("asking", number, len(asked))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    facts = {"build_seconds": round(built, 1), "passages": manifest.passages, "memory_mb": memory}
    return outcomes, facts


def _outcome(answer: Answer, ranked: tuple[tuple[str, int, int, float], ...]) -> Outcome:
    return Outcome(
        ranked,
        "" if answer.abstained else " ".join(map(_quoted, answer.citations)),
        answer.confidence,
        answer.abstained,
        answer.milliseconds,
    )


def _quoted(citation: Citation) -> str:
    return citation.quote


def _line(position: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "position": position,
        "ranked": [
            {"doc_id": document, "start": start, "end": end, "score": round(score, 5)}
            for document, start, end, score in outcome.ranked
        ],
        "answer": outcome.answer,
        "confidence": round(outcome.confidence, 4),
        "abstained": outcome.abstained,
        "milliseconds": round(outcome.milliseconds, 2),
    }


def _ranks(question: Question, outcome: Outcome) -> tuple[int, int]:
    """Rank of the gold document and of the first passage that covers half of the gold span; 0:
    not found."""
    document = span = 0
    half = (question.gold_end - question.gold_start) / 2
    for rank, (doc_id, start, end, _) in enumerate(outcome.ranked, 1):
        if doc_id != question.gold_document:
            continue
        document = document or rank
        shared = min(end, question.gold_end) - max(start, question.gold_start)
        if shared >= half and not span:
            span = rank
    return document, span


def _questions(path: Path, history: int) -> Iterator[Question]:
    shape = '{"question": "…", "gold_doc_id": "…", "gold_span_text": "…", "gold_start": 0}'
    return read_lines(path, lambda _, wire: _question(wire, history), shape)


def _question(wire: dict[str, Any], history: int) -> Question:
    answerable = bool(wire.get("answerable", True))
    text = wire.get("gold_span_text") or ""
    start = int(wire.get("gold_start") or 0)
    earlier = wire.get("history") or []
    kept = earlier[-history:] if history else []
    return Question(
        question=str(wire["question"]),
        history=tuple(Utterance(turn["role"], turn["utterance"]) for turn in kept),
        gold_document=str(wire["gold_doc_id"]) if answerable else "",
        gold_start=start,
        gold_end=start + len(text),
        gold_text=text,
        answerable=answerable,
    )


def _share(found: Any) -> float | None:
    return _mean([float(each) for each in found])


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None
