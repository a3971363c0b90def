"""Confidence is a probability that rises with what speaks for the passage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.ranking.confidence import CALIBRATION, Calibration, Signals, confidence

SHARE = st.floats(0, 1)
SIGNALS = st.builds(
    Signals, SHARE, SHARE, SHARE, SHARE, st.booleans(), SHARE, SHARE, SHARE, SHARE, SHARE
)


@given(signals=SIGNALS)
def test_it_is_a_probability(signals: Signals) -> None:
    """Always between 0 and 1."""
    assert 0 < confidence(signals) < 1


@given(signals=SIGNALS, more=st.floats(0.01, 0.5))
@pytest.mark.parametrize("name", ["cosine", "chance", "document_chance"])
def test_more_support_is_more_confidence(signals: Signals, more: float, name: str) -> None:
    """What speaks for the passage raises it, at a first turn and at a later one."""
    signals = replace(signals, **{name: getattr(signals, name) / 2 + 0.01})
    better = replace(signals, **{name: getattr(signals, name) + more * 0.9})
    assert confidence(better) > confidence(signals)


def test_nothing_in_common_is_little_confidence() -> None:
    """A passage that shares neither word nor meaning is most likely wrong."""
    assert confidence(Signals(0.2, 0.2, 0.05, 0.0)) < 0.1
    assert confidence(Signals(0.9, 0.95, 0.9, 1.0)) > 0.5


def test_the_conversation_counts_at_a_later_turn() -> None:
    """What was talked about before speaks for a passage only when something was."""
    later = Signals(0.6, 0.7, 0.6, 0.5, True, 0.5, 0.5)
    assert confidence(replace(later, history_cosine=0.8)) > confidence(later)
    first = replace(later, later=False)
    assert confidence(replace(first, history_cosine=0.8)) == confidence(first)


def test_an_edition_brings_its_own_calibration() -> None:
    """What a manifest holds is used; one without any gets what is shipped."""
    own = replace(CALIBRATION, first_published=(-1.0, 0.0, 0.0, 0.0))
    assert Calibration.stored(own.to_store()) == own
    assert Calibration.stored(None) == CALIBRATION
    signals = Signals(0.9, 0.95, 0.9, 1.0)
    assert confidence(signals, own) < confidence(signals)
