"""Programs are found by their names, letter for letter, whatever else has a like name."""

from __future__ import annotations

import pytest

from knowledge_base.program_names import ProgramNames

NAMES = ProgramNames(
    {
        "D1": ("Data Analytics", "DA-101"),
        "D2": ("Data Analytics with Python", ""),
        "C": ("C++ for Teams", "C++"),
        "P": ("(Advanced) Pottery", ""),
    }
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("DATA ANALYTICS costs $10", ("D1",)),
        ("after Data Analytics with Python, take nothing", ("D2",)),
        ("Data Analytics, then Data Analytics with Python", ("D1", "D2")),
        ("see DA-101 or d2", ("D1", "D2")),
        ("C++ for Teams", ("C",)),
        ("the (Advanced) Pottery program", ("P",)),
        ("Big Data Analyticss, DA-1011, Pottery", ()),
    ],
)
def test_the_longest_name_at_each_place_is_found(text: str, ids: tuple[str, ...]) -> None:
    """In any case, by title, code or id, and never inside a longer word."""
    assert NAMES.in_text(text) == ids


def test_names_become_blanks_of_their_length() -> None:
    """What stands around a name keeps its place."""
    assert NAMES.without("take DA-101 now") == "take        now"
