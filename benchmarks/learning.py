"""Learns the weights of ranking and gate from dialogues whose answers are marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
import torch

from knowledge_base.ranking.evidence import OWN, TALK, Evidence
from knowledge_base.ranking.fusion import Logits, Weights, normalised
from knowledge_base.ranking.leaning import Bearing

_PENALTY = 1.0
"""Half the weight of squared weights in the loss, which is a sum over turns."""
_FIRST_PENALTY = 0.1
"""The same where only first turns are learned from, which are fewer."""
_APART = 3.0
"""The same for what the two readings' weights of the question differ by: first turns are few."""
_SWITCHED = 0.5
"""What a turn whose subject changed counts in the ranking; others count 1."""
_SWITCHED_GATE = 1.5
"""The same in the gate."""


@dataclass(frozen=True, slots=True)
class Example:
    """A turn with the evidence for all of an edition's passages."""

    found: Evidence
    bearing: Bearing | None
    right: int
    """Place of the passage that holds the answer; -1 when none does."""
    goes_on: bool
    """False: the turn stands behind the conversation of somebody else."""


@dataclass(frozen=True, slots=True)
class FirstTurn:
    """A first turn with the evidence for all passages, of which several may hold the answer."""

    found: Evidence
    pointed_at: Logits
    """What is added to passages of a program that is named or described, shape (rows,)."""
    right: npt.NDArray[np.bool_]
    """Which passages hold the answer, shape (rows,)."""


def learn_alone(turns: Sequence[FirstTurn]) -> tuple[float, ...]:
    """The weights of a question by itself, by maximum likelihood of any right passage."""
    longest = max(len(turn.found.rows) for turn in turns)
    own = torch.zeros(len(turns), longest, len(OWN))
    added = torch.full((len(turns), longest), -1e9)
    right = torch.zeros(len(turns), longest, dtype=torch.bool)
    for number, turn in enumerate(turns):
        rows = len(turn.found.rows)
        own[number, :rows] = torch.from_numpy(turn.found.own)
        added[number, :rows] = torch.from_numpy(turn.pointed_at)
        right[number, :rows] = torch.from_numpy(turn.right)
    alone = torch.zeros(len(OWN), requires_grad=True)

    def loss() -> torch.Tensor:
        chances = torch.log_softmax(own @ alone + added, 1)
        found = torch.logsumexp(chances.masked_fill(~right, -1e9), 1)
        return _FIRST_PENALTY * alone.square().sum() / 2 - found.sum()

    _minimise(loss, [alone])
    return _rounded(alone)


def learn_weights(examples: Sequence[Example]) -> Weights:
    """By maximum likelihood of the right passage: a softmax for a question by itself, one for a
    question that goes on, and between them a gate that is thrown away, because `learn_gate` knows
    more."""
    used = [example for example in examples if example.right >= 0]
    own, talk, exists = _padded(used)
    bearings = torch.tensor([_static(e.bearing) for e in used])
    later = torch.tensor([e.bearing is not None for e in used])
    right = torch.tensor([e.right for e in used])
    counts = torch.tensor([1.0 if e.goes_on else _SWITCHED for e in used])
    goes_on = torch.tensor([float(e.goes_on) for e in used])
    alone = torch.zeros(len(OWN), requires_grad=True)
    apart = torch.zeros(len(OWN), requires_grad=True)
    said = torch.zeros(len(TALK), requires_grad=True)
    gate = torch.zeros(bearings.shape[1], requires_grad=True)

    def loss() -> torch.Tensor:
        by_itself = torch.log_softmax((own @ alone).masked_fill(~exists, -1e9), 1)
        going_on = (own @ (alone + apart) + talk @ said).masked_fill(~exists, -1e9)
        chosen = right[:, None]
        one = by_itself.gather(1, chosen)[:, 0]
        other = torch.log_softmax(going_on, 1).gather(1, chosen)[:, 0]
        logit = bearings @ gate
        sure = torch.nn.functional.logsigmoid
        both = torch.logaddexp(sure(-logit) + one, sure(logit) + other)
        judged = torch.nn.functional.binary_cross_entropy_with_logits(
            logit[later], goes_on[later], weight=counts[later], reduction="sum"
        )
        penalty = _PENALTY * (alone.square().sum() + said.square().sum())
        penalty = penalty + _APART * apart.square().sum() + 0.1 * gate.square().sum()
        return judged - (counts * torch.where(later, both, one)).sum() + penalty / 2

    _minimise(loss, [alone, apart, said, gate])
    return Weights(_rounded(alone), _rounded(alone + apart), _rounded(said))


def learn_gate(examples: Sequence[Example], weights: Weights) -> tuple[float, ...]:
    """The weights of `continuation`: they tell whether a turn goes on, and rank it well."""
    used = [e for e in examples if e.bearing is not None and e.right >= 0]
    bearings = torch.tensor([[1.0, *map(float, astuple(e.bearing))] for e in used])  # type: ignore[call-overload]
    goes_on = torch.tensor([float(e.goes_on) for e in used])
    counts = torch.where(goes_on > 0, 1.0, _SWITCHED_GATE)
    one = torch.tensor([float(normalised(weights.by_itself(e.found))[e.right]) for e in used])
    other = torch.tensor([float(normalised(weights.going_on(e.found))[e.right]) for e in used])
    gate = torch.zeros(bearings.shape[1], requires_grad=True)

    def loss() -> torch.Tensor:
        logit = bearings @ gate
        sure = torch.nn.functional.logsigmoid
        judged = torch.nn.functional.binary_cross_entropy_with_logits(
            logit, goes_on, weight=counts, reduction="sum"
        )
        found = torch.logaddexp(sure(-logit) + one, sure(logit) + other)
        return judged - (counts * found).sum() + 0.05 * gate.square().sum()

    _minimise(loss, [gate])
    return _rounded(gate)


def _padded(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Evidence with as many rows for each example, and which of them exist."""
    longest = max(len(e.found.rows) for e in examples)
    own = torch.zeros(len(examples), longest, len(OWN))
    talk = torch.zeros(len(examples), longest, len(TALK))
    exists = torch.zeros(len(examples), longest, dtype=torch.bool)
    for number, example in enumerate(examples):
        rows = len(example.found.rows)
        own[number, :rows] = torch.from_numpy(example.found.own)
        talk[number, :rows] = torch.from_numpy(example.found.talk)
        exists[number, :rows] = True
    return own, talk, exists


def _static(bearing: Bearing | None) -> list[float]:
    """A bearing without what depends on the weights of the ranking."""
    return [1.0, *map(float, astuple(bearing)[:-1])] if bearing else [0.0] * 8


def _minimise(loss, parameters: list[torch.Tensor]) -> None:  # type: ignore[no-untyped-def]
    optimiser = torch.optim.LBFGS(
        parameters, max_iter=200, history_size=20, line_search_fn="strong_wolfe"
    )

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        value: torch.Tensor = loss()
        value.backward()
        return value

    optimiser.step(step)


def _rounded(values: torch.Tensor) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values.detach())
