"""What each figure means, as it stands beside it; how it is worked out stands in the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from channels.analytics.figures import Figures, share


class Unit(StrEnum):
    """How a value is written."""

    COUNT = "count"
    SHARE = "share"
    MILLISECONDS = "ms"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its name, its definition, and the function that works it out.

    ``base`` says of how many; a share of nothing is unknown, not zero.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    value: Callable[[Figures], float | None]
    base: Callable[[Figures], int]


def _known(figures: Figures) -> int:
    """Conversations of which it is known how they ended."""
    return figures.confirmed + figures.handed_over + figures.unhelpful


MEASURES = (
    Measure(
        "conversations",
        "Conversations",
        Unit.COUNT,
        "Conversations whose first message came in this time.",
        lambda f: f.conversations,
        lambda f: f.conversations,
    ),
    Measure(
        "turns",
        "Questions",
        Unit.COUNT,
        "Messages, or bursts of messages, that came in this time and were dealt with.",
        lambda f: f.turns,
        lambda f: f.turns,
    ),
    Measure(
        "containment",
        "Containment",
        Unit.SHARE,
        "Of the conversations whose end is known: an answer was rated helpful, none after it "
        "otherwise, and no person was wanted. A student who leaves without a word counts neither "
        "for nor against: silence is not success.",
        lambda f: share(f.confirmed, _known(f)),
        _known,
    ),
    Measure(
        "unknown",
        "End not known",
        Unit.SHARE,
        "Of all conversations: nobody rated an answer, and no person was wanted. They may have "
        "been helped or have given up.",
        lambda f: share(f.conversations - _known(f), f.conversations),
        lambda f: f.conversations,
    ),
    Measure(
        "handover",
        "Hand-over rate",
        Unit.SHARE,
        "Of all conversations: a person was asked for or offered, or took over.",
        lambda f: share(f.handed_over, f.conversations),
        lambda f: f.conversations,
    ),
    Measure(
        "no_answer",
        "No-answer rate",
        Unit.SHARE,
        "Of all questions: the assistant said that nothing published answers it, or could not "
        "answer. Those that a person dealt with do not count as unanswered.",
        lambda f: share(f.unanswered, f.turns),
        lambda f: f.turns,
    ),
    Measure(
        "helpful",
        "Helpful",
        Unit.SHARE,
        "Of the answers that students rated: as helpful. Few rate; who is angry does so sooner.",
        lambda f: share(f.helpful, f.rated),
        lambda f: f.rated,
    ),
    Measure(
        "verified",
        "Verified correct",
        Unit.SHARE,
        "Of the questions that staff reviewed: judged right by everybody who did. It speaks for "
        "all only as far as they were drawn at random.",
        lambda f: share(f.verified, f.reviewed),
        lambda f: f.reviewed,
    ),
    Measure(
        "p50",
        "Response time, median",
        Unit.MILLISECONDS,
        "From the arrival of a message to its recorded reply, of questions that the assistant "
        "answered: half took no longer. Rounded up to the next of fixed steps.",
        lambda f: f.times.percentile(0.5),
        lambda f: sum(f.times.counts),
    ),
    Measure(
        "p95",
        "Response time, 95 %",
        Unit.MILLISECONDS,
        "The same: 95 of 100 took no longer.",
        lambda f: f.times.percentile(0.95),
        lambda f: sum(f.times.counts),
    ),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
QUESTIONS_DEFINITION = (
    "What students asked most in the newest {count} questions of this time, word for word but for "
    "capitals and marks; names of programs are kept. Identifiers were removed on arrival."
)
GAPS_DEFINITION = "The same, of questions that got no answer."


def written(value: float | None, unit: Unit) -> str:
    """A value as a reader takes it in; an en dash where there is nothing to tell."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{value:.0%}" if value in (0, 1) or value >= 0.1 else f"{value:.1%}"
    if unit is Unit.MILLISECONDS:
        return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"
    return f"{value:,.0f}"
