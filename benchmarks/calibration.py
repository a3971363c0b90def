"""Fits ranking, gate and confidence, and tells what weights of one set do on the other.

Prints the weights that `fusion.py`, `leaning.py` and `confidence.py` of `knowledge_base/ranking/`
hold, fitted on both sets. Those fitted on one set and judged on the other are the honest figures.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from advisor.measuring.retrieval import area_under_roc, calibration_error
from benchmarks.learning import Example, FirstTurn, learn_alone, learn_gate, learn_weights
from benchmarks.students import best_is_right, first_turns, left_out_in_turn
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import open_encoder
from knowledge_base.importing import read_source
from knowledge_base.model import Passage, Utterance
from knowledge_base.ranking.confidence import Calibration, Signals, confidence
from knowledge_base.ranking.fusion import Weights
from knowledge_base.retriever import Query, Retriever, Sight

PAGES = Path(__file__).resolve().parents[2] / "shared/data/policy_pages"
SETS = ("va", "dmv")
TURNS = 4
_MIX = {"asked": 0.7, "page removed": 0.15, "another subject": 0.15}
"""Shares that turns of each kind are given: most of what students ask is published somewhere."""
_EVERYTHING = 1_000_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Case:
    """A turn in a conversation: its own or, when the subject changes, somebody else's."""

    turn: dict[str, Any]
    history: list[dict[str, str]]
    goes_on: bool = True

    @property
    def query(self) -> Query:
        """The question as the retriever gets it."""
        said = self.history[-TURNS:]
        earlier = tuple(Utterance(u["role"], u["utterance"]) for u in said)
        return Query(self.turn["question"], date.today(), earlier)

    def answered_by(self, passage: Passage) -> bool:
        """Whether a passage covers half of the span that people marked."""
        start, length = self.turn["gold_start"], len(self.turn["gold_span_text"])
        shared = min(passage.end, start + length) - max(passage.start, start)
        return passage.document_id == self.turn["gold_doc_id"] and shared >= length / 2


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with what retrieval saw of it and what is true of it."""

    signals: Signals
    kind: str
    right: bool


Learned = tuple[Weights, tuple[float, ...]]
"""Of the ranking and of the gate."""


@dataclass(frozen=True, slots=True)
class Base:
    """An edition of some of a set's pages."""

    documents: frozenset[str]
    search: Callable[..., Retriever]
    """Takes the weights of ranking and gate; those that are shipped without any."""


async def measure() -> dict[str, Any]:
    """Weights and figures; needs the two sets of policy dialogues beside the project."""
    cases = {name: _cases(name) for name in SETS}
    with tempfile.TemporaryDirectory() as folder:
        whole = {name: _edition(Path(folder) / name, name, 1.0) for name in SETS}
        half = {name: _edition(Path(folder) / name, name, 0.5) for name in SETS}
        seen = {name: _seen(whole[name].search(), cases[name]) for name in SETS}
        first = {name: _first_turns(cases[name], seen[name]) for name in SETS}
        students = first_turns(Path(folder) / "students")
        figures = {}
        for train, test in (SETS, SETS[::-1]):
            learned = _learn(whole[train], cases[train], seen[train], [*first[train], *students])
            fitted = _calibrate(_judged(half[train], learned, cases, train))
            figures[test] = {
                "ranking": _ranking(whole[test].search(*learned), cases[test]),
                "confidence": _sureness(fitted, _judged(half[test], learned, cases, test)),
                "calibration error, all published": _error(
                    fitted,
                    [j for j in _judged(whole[test], learned, cases, test) if j.kind == "asked"],
                ),
            }
        both = [*chain(*cases.values())], [*chain(*seen.values())]
        public = [*chain(*first.values())]
        learned = weights, gate = _learn(whole[SETS[0]], *both, [*public, *students])
        of_students = {
            "fitted without them": best_is_right(
                students, replace(weights, alone=learn_alone(public))
            ),
            "an eighth left out in turn": left_out_in_turn(students, public),
        }
        judged = [_judged(half[name], learned, cases, name) for name in SETS]
    return {
        "weights": asdict(weights),
        "gate": gate,
        "calibration": asdict(_calibrate([*chain(*judged)])),
        "fitted on the other set and on students' questions": figures,
        "students' first questions": of_students,
    }


def _edition(folder: Path, name: str, part: float) -> Base:
    """Publish a share of a set's pages; a folder's vectors are reused."""
    draw = random.Random(SEED)
    entries = read_source(PAGES / name / "docs.jsonl", "pages", None, 50_000_000).entries
    shelf, encoder = Shelf(folder), open_encoder()
    kept = [entry for entry in entries if draw.random() < part]
    shelf.publish(kept, encoder, lambda *_: None)
    search = partial(Retriever, shelf.open(), encoder)
    return Base(frozenset(entry.document.id for entry in kept), search)


def _cases(name: str) -> list[Case]:
    """Turns as they were asked, and first turns put behind other dialogues, two for each."""
    draw = random.Random(SEED)
    lines = (PAGES / name / "turns.jsonl").read_text(encoding="utf-8").splitlines()
    turns = [json.loads(line) for line in lines]
    cases = [Case(turn, turn["history"]) for turn in turns]
    for turn in turns:
        others = [
            other["history"]
            for other in turns
            if len(other["history"]) >= TURNS and other["gold_doc_id"] != turn["gold_doc_id"]
        ]
        if not turn["history"]:
            cases += [Case(turn, draw.choice(others), goes_on=False) for _ in range(2)]
    return cases


def _seen(retriever: Retriever, cases: Sequence[Case]) -> list[Sight]:
    found = [retriever.look(case.query, _EVERYTHING) for case in cases]
    return [sight for sight in found if sight is not None]


def _first_turns(cases: Sequence[Case], seen: Sequence[Sight]) -> list[FirstTurn]:
    """Those of a set whose answer lies in one passage at least."""
    found = [
        FirstTurn(
            sight.found,
            np.zeros(len(sight.passages)),
            np.array([case.answered_by(passage) for passage in sight.passages]),
        )
        for case, sight in zip(cases, seen, strict=True)
        if not case.history
    ]
    return [turn for turn in found if turn.right.any()]


def _learn(
    base: Base, cases: Sequence[Case], seen: Sequence[Sight], first: Sequence[FirstTurn]
) -> Learned:
    """Weights first, those of a question by itself from first turns alone; then the gate, which
    also looks at what they find."""
    right = [
        next((n for n, p in enumerate(sight.passages) if case.answered_by(p)), -1)
        for case, sight in zip(cases, seen, strict=True)
    ]

    def examples(retriever: Retriever) -> list[Example]:
        return [
            Example(sight.found, retriever.bearing(case.query, sight), place, case.goes_on)
            for case, sight, place in zip(cases, seen, right, strict=True)
        ]

    weights = replace(learn_weights(examples(base.search())), alone=learn_alone(first))
    return weights, learn_gate(examples(base.search(weights)), weights)


def _ranking(retriever: Retriever, cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Recall of the marked span and reciprocal ranks."""
    ranks: dict[str, list[int]] = {"all turns": [], "first turns": [], "subject changed": []}
    for case in cases:
        found = retriever.search(case.query).passages
        rank = next((n for n, p in enumerate(found, 1) if case.answered_by(p)), 0)
        ranks["all turns" if case.goes_on else "subject changed"].append(rank)
        if not case.history:
            ranks["first turns"].append(rank)
    return {
        kind: {
            "turns": len(each),
            "span recall at 5": round(statistics.fmean(0 < rank <= 5 for rank in each), 3),
            "MRR at 10": round(statistics.fmean(1 / rank if rank else 0.0 for rank in each), 3),
        }
        for kind, each in ranks.items()
    }


def _judged(base: Base, learned: Learned, cases: dict[str, list[Case]], name: str) -> list[Judged]:
    """A set's turns over some of its pages, and turns of the other set."""
    draw = random.Random(SEED)
    own = [case for case in cases[name] if case.goes_on]
    foreign = [case for case in cases[SETS[1 - SETS.index(name)]] if case.goes_on]
    retriever, judged = base.search(*learned), []
    for case in [*own, *draw.sample(foreign, len(own) // 3)]:
        ranking = retriever.search(case.query)
        strange = case.turn["domain"] != name
        there = case.turn["gold_doc_id"] in base.documents
        kind = "another subject" if strange else "asked" if there else "page removed"
        right = kind == "asked" and case.answered_by(ranking.passages[0])
        judged.append(Judged(ranking.signals, kind, right))
    return judged


def _calibrate(judged: Sequence[Judged]) -> Calibration:
    """Whether the answer is published, and whether the first passage holds it then."""
    fitted = {}
    for name, later in (("first", False), ("later", True)):
        turns = [each for each in judged if each.signals.later == later]
        kinds = [each.kind for each in turns]
        shares = [len(turns) * _MIX[kind] / kinds.count(kind) for kind in kinds]
        asked = [each for each in turns if each.kind == "asked"]
        fitted[f"{name}_published"] = _logistic(
            [each.signals.published for each in turns], [k == "asked" for k in kinds], shares
        )
        fitted[f"{name}_right"] = _logistic(
            [each.signals.right for each in asked], [each.right for each in asked]
        )
    return Calibration(**fitted)


def _logistic(
    values: Sequence[Sequence[float]], truth: Sequence[bool], weights: Sequence[float] | None = None
) -> tuple[float, ...]:
    model = LogisticRegression(C=10, max_iter=5000).fit(values, truth, sample_weight=weights)
    return tuple(round(float(w), 2) for w in (model.intercept_[0], *model.coef_[0]))


def _sureness(fitted: Calibration, judged: Sequence[Judged]) -> dict[str, Any]:
    """How well confidence tells kinds of turns apart, and what it is worth."""
    stated = np.array([confidence(each.signals, fitted) for each in judged])
    kinds = np.array([each.kind for each in judged])
    asked = kinds == "asked"
    figures: dict[str, Any] = {
        f"area under ROC, against {kind}": area_under_roc(
            stated[asked | (kinds == kind)], asked[asked | (kinds == kind)]
        )
        for kind in ("another subject", "page removed")
    }
    draw = np.random.default_rng(SEED)
    mixed = [
        judged[place]
        for kind, share in _MIX.items()
        for place in draw.choice(np.flatnonzero(kinds == kind), int(4000 * share))
    ]
    right = np.array([each.right for each in judged])
    figures["calibration error"] = _error(fitted, mixed)
    for limit in (0.1, 0.15, 0.2, 0.25, 0.3):
        told = stated >= limit
        figures[f"at {limit}"] = {
            **{f"{k} answered": round(float(told[kinds == k].mean()), 2) for k in _MIX},
            "right less wrong": round(
                sum(
                    share * float((told * np.where(right, 1, -1))[kinds == kind].mean())
                    for kind, share in _MIX.items()
                ),
                3,
            ),
        }
    return figures


def _error(fitted: Calibration, judged: Sequence[Judged]) -> float | None:
    stated = np.array([confidence(each.signals, fitted) for each in judged])
    return calibration_error(stated, np.array([each.right for each in judged]))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=1))
