"""Search beside what a team would build from a tutorial, on public policy dialogues, in one run.

The tutorial: windows of 1,000 characters, all-MiniLM-L6-v2 through sentence-transformers, a flat
FAISS index, the last turn only. The plain fusion: the same windows by BM25 and the same vectors,
reciprocal ranks, with four earlier utterances joined to the question.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from advisor.library import knowledge_base
from advisor.settings import Settings
from benchmarks.grown import PAGES, SETS, GivenVectors, entries
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.importing import read_source
from knowledge_base.index import FaissIndex
from knowledge_base.lexical import LexicalIndex
from knowledge_base.model import Document, Utterance
from knowledge_base.retriever import Query, Retriever
from knowledge_base.settings import PACKAGED_MINILM, KnowledgeBaseSettings

WINDOW = 1000
TURNS = 4
SPEED_PASSAGES = 10_000
SPEED_QUESTIONS = 300
_WARM = 10
_RECIPROCAL = 60

Span = tuple[str, int, int]
Search = Callable[[dict[str, Any]], Sequence[Span]]


async def measure() -> dict[str, Any]:
    """Quality on both sets, and time a question over ten thousand passages."""
    return {"quality": {name: _quality(name) for name in SETS}, "speed": await _speed()}


def _quality(name: str) -> dict[str, Any]:
    documents = [entry.document for entry in _entries(name)]
    turns = _turns(name)
    tutorial = _Tutorial(documents, open_encoder(PACKAGED_MINILM))
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(name, Path(folder))
        searches: dict[str, Search] = {
            "tutorial": tutorial.dense,
            "BM25 + dense, four turns": tutorial.fused,
            "this retriever": ours,
        }
        return {label: _found(search, turns) for label, search in searches.items()}


class _Tutorial:
    """Fixed windows, one vector each; random ones where only the time matters."""

    def __init__(self, documents: Sequence[Document], encoder: Encoder, random: bool = False):
        self._encoder = encoder
        self._windows = [span for document in documents for span in _windows(document)]
        self._texts = {document.id: document.text for document in documents}
        cut = [self._text(window) for window in self._windows]
        drawn = np.random.default_rng(0).standard_normal((len(cut), encoder.dimension), np.float32)
        self._index = FaissIndex.build(drawn if random else encoder.encode(cut))
        self._lexical = LexicalIndex.build(cut)

    def _text(self, window: Span) -> str:
        document, start, end = window
        return self._texts[document][start:end]

    def dense(self, turn: dict[str, Any]) -> Sequence[Span]:
        rows, _ = self._index.search(self._encoder.encode([turn["question"]])[0], 10)
        return [self._windows[row] for row in rows]

    def texts(self, question: str) -> Sequence[str]:
        return [self._text(window) for window in self.dense({"question": question})]

    def fused(self, turn: dict[str, Any]) -> Sequence[Span]:
        earlier = [u["utterance"] for u in turn["history"][-TURNS:]]
        joined = " ".join([*earlier, turn["question"]])
        dense, _ = self._index.search(self._encoder.encode([joined])[0], 100)
        worded, _ = self._lexical.search(joined, 100)
        scores: dict[int, float] = {}
        for rows in (dense, worded):
            for rank, row in enumerate(rows):
                scores[int(row)] = scores.get(int(row), 0.0) + 1 / (_RECIPROCAL + rank)
        best = sorted(scores, key=lambda row: -scores[row])[:10]
        return [self._windows[row] for row in best]


def _ours(name: str, folder: Path) -> Search:
    encoder, shelf = open_encoder(), Shelf(folder)
    shelf.publish(_entries(name), encoder, lambda *_: None)
    retriever = Retriever(shelf.open(), encoder)

    def search(turn: dict[str, Any]) -> Sequence[Span]:
        history = tuple(Utterance(u["role"], u["utterance"]) for u in turn["history"][-TURNS:])
        ranking = retriever.search(Query(turn["question"], date.today(), history))
        return [(p.document_id, p.start, p.end) for p in ranking.passages]

    return search


def _found(search: Search, turns: Sequence[dict[str, Any]]) -> dict[str, float]:
    ranks = [_rank(search(turn), turn) for turn in turns]
    return {
        "span recall at 5": round(statistics.fmean(0 < rank <= 5 for rank in ranks), 3),
        "MRR at 10": round(statistics.fmean(1 / rank if rank else 0.0 for rank in ranks), 3),
    }


def _rank(found: Sequence[Span], turn: dict[str, Any]) -> int:
    start, length = turn["gold_start"], len(turn["gold_span_text"])
    for rank, (document, first, last) in enumerate(found, 1):
        shared = min(last, start + length) - max(first, start)
        if document == turn["gold_doc_id"] and shared >= length / 2:
            return rank
    return 0


async def _speed() -> dict[str, Any]:
    """Milliseconds a question over the same ten thousand passages, each asked once, interleaved.

    The retriever's includes all that it does: encoding, both indexes, fusion, and reading the
    passages from the edition. An answer is what `KnowledgeBase.ask` takes, as shipped.
    """
    content, ours = entries(SPEED_PASSAGES), open_encoder()
    tutorial = _Tutorial([e.document for e in content], open_encoder(PACKAGED_MINILM), random=True)
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        manifest = shelf.publish(content, GivenVectors(ours), lambda *_: None)
        retriever = Retriever(shelf.open(), ours)
        library = knowledge_base(Settings(knowledge_base=KnowledgeBaseSettings(editions=folder)))

        async def as_tutorial(question: str) -> None:
            tutorial.texts(question)

        async def as_search(question: str) -> None:
            retriever.search(Query(question, date.today()))

        async def as_answer(question: str) -> None:
            await library.ask(question)

        contestants = {
            "tutorial": as_tutorial,
            "this retriever": as_search,
            "this assistant, with the answer": as_answer,
        }
        taken = await _interleaved(contestants, _first_turns()[: SPEED_QUESTIONS + _WARM])
    return {"passages": manifest.passages, **{name: _spread(ms) for name, ms in taken.items()}}


async def _interleaved(
    contestants: dict[str, Callable[[str], Awaitable[None]]], questions: Sequence[str]
) -> dict[str, list[float]]:
    """Each contestant's milliseconds for each question but the first few, taking turns at it."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for number, question in enumerate(questions):
        names = list(contestants)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            started = time.perf_counter()
            await contestants[name](question)
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: milliseconds[_WARM:] for name, milliseconds in taken.items()}


def _first_turns() -> list[str]:
    """Questions that open a dialogue, no two alike."""
    turns = [turn for name in SETS for turn in _turns(name) if not turn["history"]]
    return list(dict.fromkeys(turn["question"] for turn in turns))


def _turns(name: str) -> list[dict[str, Any]]:
    with (PAGES / name / "turns.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _spread(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)], 1),
    }


def _windows(document: Document) -> Iterator[Span]:
    for start in range(0, len(document.text), WINDOW):
        yield document.id, start, min(start + WINDOW, len(document.text))


def _entries(name: str) -> Any:
    return read_source(PAGES / name / "docs.jsonl", "pages", None, 50_000_000).entries
