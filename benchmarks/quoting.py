"""Fits which sentences of a passage are quoted, and tells how well they agree with people's marks.

Prints the weights that `knowledge_base/quoting.py` holds, and what weights fitted on one set of
dialogues do on the other, which is the honest figure. The passage that holds the answer is given:
how well it is found is measured by `advisor measure retrieval`.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from advisor.measuring.retrieval import token_f1
from knowledge_base.encoder import open_encoder
from knowledge_base.importing import read_source
from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.passages import passages
from knowledge_base.quoting import WHOLE_WORDS, Quoting, best_stretch, shares, with_what_follows
from knowledge_base.text.sentences import Sentence, statements

PAGES = Path(__file__).resolve().parents[2] / "shared/data/policy_pages"
SETS = ("va", "dmv")
_PENALTY = 1e-3
_TELLING_WORDS = 5
"""Only questions of so many meaningful words are fitted to: "yes" tells of no sentence."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A turn with the statements of the passage that answers it, and what was marked there."""

    question: str
    found: tuple[Sentence, ...]
    features: np.ndarray[Any, Any]
    marked: np.ndarray[Any, Any]
    """Share of the marked characters that lie in each statement; sums to 1."""
    passage: Passage
    span: str


def measure() -> dict[str, Any]:
    """Weights and figures; needs the two sets of policy dialogues beside the project."""
    samples = {name: _samples(name) for name in SETS}
    figures: dict[str, Any] = {
        "weights": _fit([each for name in SETS for each in samples[name]]).round(2).tolist()
    }
    for train, test in (SETS, tuple(reversed(SETS))):
        weights = _fit(samples[train])
        figures[f"F1 on {test}, fitted on {train}"] = {
            "turns": len(samples[test]),
            "this choice": _judge(samples[test], lambda each, w=weights: _quote(each, w)),
            "three sentences of highest cosine": _judge(samples[test], lambda s: _best(s, 3)),
            "two sentences of highest cosine": _judge(samples[test], lambda s: _best(s, 2)),
            "whole passage": _judge(samples[test], lambda each: each.passage.text),
        }
    return figures


def _samples(name: str) -> list[Sample]:
    quoting = Quoting(open_encoder())
    entries = read_source(PAGES / name / "docs.jsonl", "pages", None, 50_000_000).entries
    cut = {entry.document.id: passages(entry.document) for entry in entries}
    lines = (PAGES / name / "turns.jsonl").read_text(encoding="utf-8").splitlines()
    found = (_sample(quoting, cut, json.loads(line)) for line in lines)
    return [sample for sample in found if sample]


def _sample(quoting: Quoting, cut: dict[str, list[Passage]], turn: dict[str, Any]) -> Sample | None:
    start, end = turn["gold_start"], turn["gold_start"] + len(turn["gold_span_text"])

    def shared(begin: int, stop: int) -> int:
        return max(0, min(stop, end) - max(begin, start))

    passage = max(cut[turn["gold_doc_id"]], key=lambda each: shared(each.text_start, each.end))
    begin = passage.text_start
    found = tuple(statements(passage.text))
    marked = np.array([shared(begin + each.start, begin + each.end) for each in found], float)
    if not marked.any():
        return None
    said = [turn["utterance"] for turn in turn["history"] if turn["role"] == "agent"]
    features = quoting.features(turn["question"], said[-1] if said else "", found)
    return Sample(
        turn["question"], found, features, marked / marked.sum(), passage, turn["gold_span_text"]
    )


def _fit(samples: Sequence[Sample]) -> np.ndarray[Any, Any]:
    """Weights of a softmax over the statements of a passage, by cross-entropy."""
    telling = [each for each in samples if len(words(each.question)) >= _TELLING_WORDS]

    def loss(weights: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        total, slope = _PENALTY * weights @ weights, 2 * _PENALTY * weights
        for each in telling:
            expected = shares(each.features @ weights)
            total -= each.marked @ np.log(expected + 1e-12) / len(telling)
            slope += each.features.T @ (expected - each.marked) / len(telling)
        return total, slope

    fitted: np.ndarray[Any, Any] = minimize(
        loss, np.zeros(samples[0].features.shape[1]), jac=True, method="L-BFGS-B"
    ).x
    return fitted


def _quote(sample: Sample, weights: np.ndarray[Any, Any]) -> str:
    if len(sample.passage.text.split()) <= WHOLE_WORDS:
        return sample.passage.text
    first, last = best_stretch(sample.found, shares(sample.features @ weights))
    last = with_what_follows(sample.found, first, last)
    return sample.passage.text[sample.found[first].start : sample.found[last].end]


def _best(sample: Sample, count: int) -> str:
    chosen = sorted(np.argsort(-sample.features[:, 0])[:count])
    return " ".join(sample.found[position].text for position in chosen)


def _judge(samples: Sequence[Sample], quote: Callable[[Sample], str]) -> dict[str, float]:
    quoted = [quote(each) for each in samples]
    return {
        "F1": round(
            statistics.fmean(token_f1(q, s.span) for q, s in zip(quoted, samples, strict=True)), 3
        ),
        "words": round(statistics.fmean(len(each.split()) for each in quoted), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
