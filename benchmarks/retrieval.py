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
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.importing import read_source
from knowledge_base.index import FaissIndex
from knowledge_base.lexical import LexicalIndex
from knowledge_base.model import Document, Utterance
from knowledge_base.retriever import Query, Retriever
from knowledge_base.settings import PACKAGED_MINILM
from knowledge_base.shelf import Shelf

PAGES = Path(__file__).resolve().parents[2] / "shared/data/policy_pages"
SETS = ("va", "dmv")
WINDOW = 1000
TURNS = 4
SPEED_PASSAGES = 10_000
SPEED_QUESTIONS = 300
_RECIPROCAL = 60

Span = tuple[str, int, int]
Search = Callable[[dict[str, Any]], Sequence[Span]]


async def measure() -> dict[str, Any]:
    """Quality on both sets, and time a question over ten thousand passages."""
    return {"quality": {name: _quality(name) for name in SETS}, "speed": _speed()}


def _quality(name: str) -> dict[str, Any]:
    documents = [entry.document for entry in _entries(name)]
    turns = [json.loads(line) for line in (PAGES / name / "turns.jsonl").open(encoding="utf-8")]
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
    """Fixed windows, one vector each."""

    def __init__(self, documents: Sequence[Document], encoder: Encoder):
        self._encoder = encoder
        self._windows = [span for document in documents for span in _windows(document)]
        texts = {document.id: document.text for document in documents}
        cut = [texts[i][start:end] for i, start, end in self._windows]
        self._index = FaissIndex.build(encoder.encode(cut))
        self._lexical = LexicalIndex.build(cut)

    def dense(self, turn: dict[str, Any]) -> Sequence[Span]:
        rows, _ = self._index.search(self._encoder.encode([turn["question"]])[0], 10)
        return [self._windows[row] for row in rows]

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


def _speed() -> dict[str, Any]:
    """Milliseconds a question, both over ten thousand passages made of both sets' own."""
    turns = [json.loads(line) for line in (PAGES / "va" / "turns.jsonl").open(encoding="utf-8")]
    questions = [turn["question"] for turn in turns if not turn["history"]]
    questions = list(dict.fromkeys(questions))[:SPEED_QUESTIONS]
    tutorial, ours = open_encoder(PACKAGED_MINILM), open_encoder()
    vectors = np.random.default_rng(0).standard_normal((SPEED_PASSAGES, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = FaissIndex.build(vectors)
    pages = [entry.document for name in SETS for entry in _entries(name)]
    texts = [span for page in pages for span in _texts(page)]
    lexical = LexicalIndex.build([texts[n % len(texts)] for n in range(SPEED_PASSAGES)])

    def as_tutorial(question: str) -> None:
        index.search(tutorial.encode([question])[0], 10)

    def as_hybrid(question: str) -> None:
        index.search(ours.encode([question])[0], 200)
        lexical.search(question, 200)

    return {
        "passages": SPEED_PASSAGES,
        "tutorial": _milliseconds(as_tutorial, questions),
        "hybrid search": _milliseconds(as_hybrid, questions),
    }


def _milliseconds(search: Callable[[str], None], questions: Sequence[str]) -> dict[str, float]:
    for question in questions[:10]:
        search(question)
    taken = []
    for question in questions:
        started = time.perf_counter()
        search(question)
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {
        "p50 ms": round(statistics.median(taken), 1),
        "p95 ms": round(taken[int(len(taken) * 0.95)], 1),
    }


def _windows(document: Document) -> Iterator[Span]:
    for start in range(0, len(document.text), WINDOW):
        yield document.id, start, min(start + WINDOW, len(document.text))


def _texts(document: Document) -> Iterator[str]:
    for _, start, end in _windows(document):
        yield document.text[start:end]


def _entries(name: str) -> Any:
    return read_source(PAGES / name / "docs.jsonl", "pages", None, 50_000_000).entries
