"""Lists of names in a sentence."""

from __future__ import annotations

import pytest

from knowledge_base.typed.draft import joined


@pytest.mark.parametrize(
    ("parts", "words"),
    [([], ""), (["A"], "A"), (["A", "B"], "A or B"), (["A", "B", "C"], "A, B or C")],
)
def test_names_are_joined(parts: list[str], words: str) -> None:
    """As a person would write them, also when there is none."""
    assert joined(parts, "or") == words
