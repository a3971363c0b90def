"""Editions of ten thousand, a hundred thousand and a million passages: built, opened, searched.

Each is built by the same code as any other, in a process of its own, and opened in another. Only
the vectors are given (`benchmarks/grown.py`). Beyond `FACTS_UP_TO` no facts are read from the text,
which takes the same time for each passage, and no page is changed.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any
from unittest.mock import patch

import faiss
import numpy as np
import psutil

from benchmarks.grown import PAGES, SETS, GivenVectors, entries
from knowledge_base.arrays import Vectors
from knowledge_base.edition import VECTORS
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.index import BruteForceIndex
from knowledge_base.model import Utterance
from knowledge_base.retriever import Query, Retriever
from knowledge_base.store import Entry

SIZES = (10_000, 100_000, 1_000_000)
FACTS_UP_TO = 100_000
QUESTIONS = 200
NEAREST = 10


async def measure() -> dict[str, Any]:
    """Per size: seconds to build, bytes, memory, recall, and milliseconds a question."""
    return {str(size): _of_size(size) for size in SIZES}


def _of_size(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {**_apart(_build, Path(folder), size), **_apart(_ask, Path(folder), size)}


def _apart(work: Callable[[Path, int], dict[str, Any]], folder: Path, size: int) -> dict[str, Any]:
    """Do some work in a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(work, folder, size).result()


class _Kept(GivenVectors):
    """Remembers the vectors that it gave in a file, for the oracle."""

    def keep(self, path: Path) -> None:
        """From now on add each vector to a file."""
        self._file = path.open("ab")

    def encode(self, texts: Any) -> Vectors:
        """As given."""
        vectors = super().encode(texts)
        self._file.write(vectors.tobytes())
        self._file.flush()
        return vectors


class _Clock:
    """Progress that notes how long each stage took."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int) -> None:  # noqa: ARG002
        self._began.setdefault(what, time.perf_counter())

    def between(self, first: str, then: str) -> float:
        """Seconds from the beginning of one stage to that of another."""
        return round(self._began[then] - self._began[first], 1)


def _build(folder: Path, size: int) -> dict[str, Any]:
    faiss.omp_set_num_threads(1)
    content, encoder, shelf, clock = entries(size), _Kept(open_encoder()), Shelf(folder), _Clock()
    encoder.keep(folder / "given")
    with ExitStack() as stack:
        if size > FACTS_UP_TO:
            stack.enter_context(
                patch("knowledge_base.editions.publication.facts_in", lambda *_: [])
            )
        began = time.perf_counter()
        manifest = shelf.publish(content, encoder, clock)
    files = [path for path in (folder / manifest.id).rglob("*") if path.is_file()]
    built = {
        "passages": manifest.passages,
        "documents": manifest.documents,
        "build: all, s": round(time.perf_counter() - began, 1),
        "build: vector index, s": clock.between("indexing vectors", "indexing words"),
        "build: word index, s": clock.between("indexing words", "indexed"),
        "build: peak memory, MB": _megabytes(getrusage(RUSAGE_SELF).ru_maxrss * 1024),
        "vector index, MB": _megabytes((folder / manifest.id / VECTORS).stat().st_size),
        "edition, MB": _megabytes(sum(file.stat().st_size for file in files)),
    }
    return built | (_change(shelf, content, encoder) if size <= FACTS_UP_TO else {})


def _change(shelf: Shelf, content: list[Entry], encoder: Encoder) -> dict[str, Any]:
    """Publish again after one page was changed."""
    page = content[0].document
    content[0] = Entry(replace(page, text=f"This is new.\n\n{page.text}"))
    began = time.perf_counter()
    again = shelf.publish(content, encoder, lambda *_: None)
    return {
        "one page changed, s": round(time.perf_counter() - began, 1),
        "one page changed, encoded": again.passages - again.reused_vectors,
    }


def _ask(folder: Path, size: int) -> dict[str, Any]:  # noqa: ARG001
    faiss.omp_set_num_threads(1)
    encoder, shelf = open_encoder(), Shelf(folder)
    turns = _turns()
    vectors = encoder.encode([turn.question for turn in turns])
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    oldest = shelf.manifests()[-1].id
    edition = shelf.open(oldest)
    opened = time.perf_counter() - began
    near = [_timed(lambda v=v: edition.vectors.search(v, NEAREST)) for v in vectors]
    given = np.memmap(folder / "given", np.float32, "r").reshape(-1, encoder.dimension)
    oracle = BruteForceIndex(given[: edition.manifest.passages])
    retriever = Retriever(edition, encoder)
    began = time.perf_counter()
    retriever.search(Query("Where is the office?", date.today()))
    first = time.perf_counter() - began
    alone = [_timed(lambda t=t: retriever.search(replace(t, history=())))[1] for t in turns]
    memory = psutil.Process().memory_info().rss - before
    talking = [_timed(lambda t=t: retriever.search(t))[1] for t in turns if t.history]
    found = [
        len(np.intersect1d(rows, oracle.search(vector, NEAREST)[0])) / NEAREST
        for vector, ((rows, _), _) in zip(vectors, near, strict=True)
    ]
    return {
        "opened and checked, s": round(opened, 2),
        "first question, s": round(first, 2),
        "resident after questions, MB": _megabytes(memory),
        "recall at 10": round(statistics.fmean(found), 3),
        "vector search": _spread([ms for _, ms in near]),
        "whole search, first turn": _spread(alone),
        "whole search, four turns before": _spread(talking),
    }


def _turns() -> list[Query]:
    """Questions of real dialogues, no two alike, each with the last four utterances before it."""
    found: dict[str, Query] = {}
    for name in SETS:
        with (PAGES / name / "turns.jsonl").open(encoding="utf-8") as lines:
            for turn in map(json.loads, lines):
                history = [Utterance(u["role"], u["utterance"]) for u in turn["history"][-4:]]
                query = Query(turn["question"], date.today(), tuple(history))
                found.setdefault(turn["question"], query)
    chosen = np.random.default_rng(0).choice(len(found), QUESTIONS, replace=False)
    queries = list(found.values())
    return [queries[place] for place in chosen]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(), (time.perf_counter() - began) * 1000


def _spread(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "p50 ms": round(statistics.median(ordered), 2),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)], 2),
    }


def _megabytes(count: float) -> int:
    return round(count / 1e6)


if __name__ == "__main__":
    print(json.dumps({size: _of_size(int(size)) for size in sys.argv[1:]}, indent=1))
