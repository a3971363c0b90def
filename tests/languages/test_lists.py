"""Lists of names in a sentence."""

from __future__ import annotations

import pytest

from languages.lists import joined
from languages.speech import speaking


@pytest.mark.parametrize(
    ("parts", "words"),
    [([], ""), (["A"], "A"), (["A", "B"], "A or B"), (["A", "B", "C"], "A, B or C")],
)
def test_names_are_joined(parts: list[str], words: str) -> None:
    """As a person would write them, also when there is none."""
    assert joined(parts, "or") == words


@pytest.mark.parametrize(
    ("parts", "both", "either"),
    [
        (["redes", "datos"], "redes y datos", "redes o datos"),
        (["datos", "**informática**"], "datos e **informática**", "datos o **informática**"),
        (["agua", "hielo"], "agua y hielo", "agua o hielo"),
        (["mañana", "“hoy”"], "mañana y “hoy”", "mañana u “hoy”"),
        (["7", "8"], "7 y 8", "7 u 8"),
        (["10", "12", "hilos"], "10, 12 e hilos", "10, 12 o hilos"),
    ],
)
def test_the_joining_word_of_spanish_follows_the_sound(
    parts: list[str], both: str, either: str
) -> None:
    """*y* before another i, and *o* before another o, become *e* and *u*."""
    with speaking("es"):
        assert (joined(parts), joined(parts, "or")) == (both, either)
