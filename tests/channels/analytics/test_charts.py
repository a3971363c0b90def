"""A chart can be read: its values have room beside it, and no two steps are named alike."""

from __future__ import annotations

import re

import pytest

from channels.analytics.charts import LETTER, Series, bars, lines

VALUE = re.compile(r'<text class="value" x="([\d.]+)" y="[\d.]+">([^<]*)</text>')


@pytest.mark.parametrize("count", [0, 1, 2, 7, 11, 12, 999, 1_234_567])
def test_what_is_counted_is_marked_in_whole_steps(count: int) -> None:
    """Each step has a name of its own, and the highest is not passed."""
    drawn = bars("Questions", ["a day"], [Series("asked", [count])], lambda value: f"{value:,.0f}")
    names = [name for _, name in VALUE.findall(drawn)]
    assert len(names) == len(set(names)) >= 2
    assert int(names[-1].replace(",", "")) >= count


@pytest.mark.parametrize("value", [0.4, 200, 120_000])
def test_values_are_not_cut_off(value: float) -> None:
    """The longest of them ends before the grid and begins within the picture."""
    series = [Series("answered", [value, None])]
    drawn = lines("Times", ["one", "two"], series, lambda each: f"{each:,.1f} ms")
    found = VALUE.findall(drawn)
    assert found
    assert all(float(x) >= LETTER * len(name) for x, name in found)
