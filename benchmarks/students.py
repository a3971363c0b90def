"""First questions of students to tune on, with the passages of the sample that hold the answer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from advisor.measuring.answers import SAMPLE, Question, question_of
from advisor.measuring.expected import missing
from benchmarks.learning import FirstTurn, learn_alone
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import open_encoder
from knowledge_base.importing import read_source
from knowledge_base.model import Passage
from knowledge_base.ranking.fusion import WEIGHTS, Weights
from knowledge_base.retriever import Query, Retriever

QUESTIONS = Path(__file__).resolve().parents[1] / "tests/questions"
DAY = date(2026, 11, 22)
_KINDS = frozenset({"fact", "dated", "compute", "aid", "two_questions"})
"""What a passage can answer."""
_FOLDS = 8
_EVERYTHING = 1_000_000
SEED = 7


def first_turns(folder: Path) -> list[FirstTurn]:
    """Publish the sample into a folder, and look for every question that has no history."""
    contents = [read_source(path, None, None, 50_000_000) for path in SAMPLE]
    shelf, encoder = Shelf(folder), open_encoder()
    shelf.publish([entry for each in contents for entry in each.entries], encoder, lambda *_: None)
    edition = shelf.open()
    retriever = Retriever(edition, encoder)
    found = []
    for asked in _questions():
        described = edition.descriptions.find(asked.question, encoder)
        query = Query(asked.question, DAY, described=described)
        sight = retriever.look(query, _EVERYTHING)
        held = np.array([_held(asked, passage) for passage in sight.passages] if sight else [0.0])
        if sight and held.max() > 0:
            added = retriever.pointed_at(query, sight)
            found.append(FirstTurn(sight.found, added, held == held.max()))
    return found


def best_is_right(turns: list[FirstTurn], weights: Weights) -> dict[str, float]:
    """Of how many questions the best passage, and one of the best five, holds the answer."""
    return _shares(np.array([_rank(turn, weights) for turn in turns]))


def left_out_in_turn(turns: list[FirstTurn], others: list[FirstTurn]) -> dict[str, float]:
    """As `best_is_right`, each eighth with weights learned from the rest and from others."""
    folds = np.random.default_rng(SEED).permutation(len(turns)) % _FOLDS
    ranks = np.zeros(len(turns), np.int64)
    for fold in range(_FOLDS):
        kept = [turn for turn, its in zip(turns, folds, strict=True) if its != fold]
        weights = Weights(learn_alone([*others, *kept]), WEIGHTS.along, WEIGHTS.talk)
        for place in np.flatnonzero(folds == fold):
            ranks[place] = _rank(turns[place], weights)
    return {
        "best": round(float((ranks == 1).mean()), 3),
        "one of five": round(float((ranks <= 5).mean()), 3),
    }


def _shares(ranks: npt.NDArray[np.int64]) -> dict[str, float]:
    return {
        "questions": len(ranks),
        "best": round(float((ranks == 1).mean()), 3),
        "one of five": round(float((ranks <= 5).mean()), 3),
    }


def _rank(turn: FirstTurn, weights: Weights) -> int:
    logits = weights.by_itself(turn.found) + turn.pointed_at
    order = np.argsort(-logits, kind="stable")
    return int(np.argmax(turn.right[order])) + 1


def _questions() -> list[Question]:
    found = []
    for name in ("students_tune", "students_tune_2"):
        lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [question_of(n, json.loads(line)) for n, line in enumerate(lines, 1)]
    return [q for q in found if q.documents and q.kind in _KINDS and not q.history]


def _held(asked: Question, passage: Passage) -> float:
    """Which share of what the answer must hold stands in a passage of a page that answers."""
    if passage.document_id not in asked.documents or not asked.must:
        return 0.0
    text = f"{passage.context} {passage.text}"
    return 1 - len(missing(asked.must, text)) / len(asked.must)
