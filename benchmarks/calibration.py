"""Fits how far a question goes on with its conversation, and how sure an answer may be.

Prints the weights that `knowledge_base/leaning.py` and `knowledge_base/confidence.py` hold, and
what weights fitted on one set of dialogues do on the other, which is the honest figure.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from advisor.measuring.retrieval import area_under_roc, calibration_error
from knowledge_base.encoder import open_encoder
from knowledge_base.importing import read_source
from knowledge_base.model import Utterance
from knowledge_base.retriever import Query, Retriever
from knowledge_base.shelf import Shelf

PAGES = Path(__file__).resolve().parents[2] / "shared/data/policy_pages"
SETS = ("va", "dmv")
TURNS = 4
_MIX = {"asked": 0.7, "page removed": 0.15, "another subject": 0.15}
"""Shares that turns of each kind are given: most of what students ask is published somewhere."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with what retrieval saw of it and what is true of it."""

    bearing: tuple[float, ...] | None
    signals: tuple[float, ...]
    goes_on: bool
    right: bool
    kind: str


async def measure() -> dict[str, Any]:
    """Weights and figures; needs the two sets of policy dialogues beside the project."""
    turns = {name: _turns(name) for name in SETS}
    samples = {
        name: _samples(name, turns[name], turns[other])
        for name, other in (SETS, tuple(reversed(SETS)))
    }
    both = [sample for name in SETS for sample in samples[name]]
    return {
        "continuation": {
            "weights": _weights(_gate(both)),
            "judging the other set": {
                test: _judge_gate(_gate(samples[train]), samples[test])
                for train, test in (SETS, tuple(reversed(SETS)))
            },
        },
        "confidence": {
            name: {
                "weights": _weights(_sureness(_turns_of(both, first))),
                "judging the other set": {
                    test: _judge_sureness(
                        _sureness(_turns_of(samples[train], first)), _turns_of(samples[test], first)
                    )
                    for train, test in (SETS, tuple(reversed(SETS)))
                },
            }
            for name, first in (("first turns", True), ("later turns", False))
        },
    }


def _turns_of(samples: list[Sample], first: bool) -> list[Sample]:
    """First turns or later ones, without those that were put behind another dialogue."""
    return [s for s in samples if s.kind != "subject changed" and (s.bearing is None) == first]


def _samples(name: str, own: list[dict[str, Any]], foreign: list[dict[str, Any]]) -> list[Sample]:
    """Turns over an edition that lacks half of the pages, turns of the other set, and first turns
    put behind another dialogue."""
    draw = random.Random(SEED)
    contents = read_source(PAGES / name / "docs.jsonl", "pages", None, 50_000_000)
    kept = {entry.document.id for entry in contents.entries if draw.random() < 0.5}
    with tempfile.TemporaryDirectory() as folder:
        encoder = open_encoder()
        shelf = Shelf(Path(folder))
        entries = [entry for entry in contents.entries if entry.document.id in kept]
        shelf.publish(entries, encoder, lambda *_: None)
        retriever = Retriever(shelf.open(), encoder)
        asked = [
            (turn, turn["history"], "asked" if turn["gold_doc_id"] in kept else "page removed")
            for turn in own
        ]
        asked += [(t, t["history"], "another subject") for t in draw.sample(foreign, len(own) // 3)]
        long = [turn["history"] for turn in own if len(turn["history"]) >= TURNS]
        first = [turn for turn in own if not turn["history"] and turn["gold_doc_id"] in kept]
        asked += [(turn, draw.choice(long), "subject changed") for turn in first for _ in range(2)]
        return [_sample(retriever, *each) for each in asked]


def _sample(
    retriever: Retriever, turn: dict[str, Any], history: list[dict[str, str]], kind: str
) -> Sample:
    earlier = tuple(Utterance(u["role"], u["utterance"]) for u in history[-TURNS:])
    ranking = retriever.search(Query(turn["question"], date.today(), earlier), 1)
    best = ranking.passages[0]
    start, end = turn["gold_start"], turn["gold_start"] + len(turn["gold_span_text"])
    covered = min(best.end, end) - max(best.start, start) >= (end - start) / 2
    right = covered and best.document_id == turn["gold_doc_id"] and kind != "another subject"
    bearing = astuple(ranking.bearing) if ranking.bearing else None
    return Sample(bearing, astuple(ranking.signals), kind != "subject changed", right, kind)


def _gate(samples: list[Sample]) -> LogisticRegression:
    used = [s for s in samples if s.bearing and s.kind in {"asked", "subject changed"}]
    model = LogisticRegression(C=10, max_iter=2000, class_weight="balanced")
    return model.fit([s.bearing for s in used], [s.goes_on for s in used])


def _judge_gate(model: LogisticRegression, samples: list[Sample]) -> dict[str, Any]:
    used = [s for s in samples if s.bearing and s.kind in {"asked", "subject changed"}]
    stated = model.predict_proba([s.bearing for s in used])[:, 1]
    truth = np.array([s.goes_on for s in used])
    return {"turns": len(used), "area under ROC": area_under_roc(stated, truth)}


def _sureness(samples: list[Sample]) -> LogisticRegression:
    model = LogisticRegression(C=10, max_iter=2000)
    weights = [_MIX[s.kind] / sum(o.kind == s.kind for o in samples) for s in samples]
    scale = len(samples) / sum(weights)
    return model.fit(
        [_judged(s) for s in samples],
        [s.right for s in samples],
        sample_weight=[weight * scale for weight in weights],
    )


def _judge_sureness(model: LogisticRegression, samples: list[Sample]) -> dict[str, Any]:
    stated = model.predict_proba([_judged(s) for s in samples])[:, 1]
    kinds = np.array([s.kind for s in samples])
    right = np.array([s.right for s in samples])
    answerable = kinds == "asked"
    against = {
        f"area under ROC, against {kind}": area_under_roc(
            stated[answerable | (kinds == kind)], answerable[answerable | (kinds == kind)]
        )
        for kind in ("another subject", "page removed")
    }
    shares = {
        f"share stated above {limit}": {
            kind: round(float((stated[kinds == kind] >= limit).mean()), 2)
            for kind in ("asked", "page removed", "another subject")
        }
        for limit in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
    }
    return {
        "turns": len(samples),
        **against,
        "expected calibration error": _mixed_error(stated, right, kinds),
        **shares,
    }


def _judged(sample: Sample) -> tuple[float, ...]:
    """The signals that count: of a first turn, only how the question itself fits the passage."""
    return sample.signals if sample.bearing else sample.signals[:2]


def _mixed_error(
    stated: np.ndarray[Any, Any], right: np.ndarray[Any, Any], kinds: np.ndarray[Any, Any]
) -> float | None:
    """Expected calibration error over a draw in which the kinds have their shares of the mix."""
    draw = np.random.default_rng(SEED)
    chosen = np.concatenate(
        [
            draw.choice(np.flatnonzero(kinds == kind), int(4000 * share))
            for kind, share in _MIX.items()
        ]
    )
    return calibration_error(stated[chosen], right[chosen])


def _weights(model: LogisticRegression) -> dict[str, Any]:
    return {
        "intercept": round(float(model.intercept_[0]), 2),
        "weights": [round(float(weight), 2) for weight in model.coef_[0]],
    }


def _turns(name: str) -> list[dict[str, Any]]:
    lines = (PAGES / name / "turns.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=1))
