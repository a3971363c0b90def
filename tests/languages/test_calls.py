"""How calls are held in each language: complete, and never of two minds about a word."""

from __future__ import annotations

import pytest

from languages.calls import Steer, call_words, dial_words, has_calls
from languages.speech import available

SPOKEN = [language for language in available() if has_calls(language)]


@pytest.mark.parametrize("language", SPOKEN)
def test_a_language_has_a_voice_and_words_for_everything(language: str) -> None:
    """Each way to steer, and a number for each choice that is read out."""
    words = call_words(language)
    assert words.tag.split("-")[0] == language
    assert words.voice
    assert words.disclosed
    assert set(words.steers.values()) == set(Steer)
    assert set(words.numbers.values()) == {1, 2, 3, 4, 5}
    assert not set(words.steers) & set(words.numbers)
    assert "" not in {*words.steers, *words.numbers}


def test_every_language_that_is_spoken_holds_calls() -> None:
    """A language added without is left out of calls on purpose, not by oversight."""
    assert set(SPOKEN) == set(available())
    assert {"call", "llame"} <= dial_words()


@pytest.mark.parametrize(
    ("language", "said", "meant"),
    [
        ("en", "Sorry, could you repeat that, please?", Steer.REPEAT),
        ("en", "Repeat that, please.", Steer.REPEAT),
        ("en", "What did you say?", Steer.REPEAT),
        ("en", "Tell me more", Steer.MORE),
        ("en", "yes text me the details", Steer.TEXT),
        ("en", "how much is it", None),
        ("en", "what more can I do with it", None),
        ("en", "is there a text book", None),
        ("en", "", None),
        ("es", "¿Cómo dijo?", Steer.REPEAT),
        ("es", "Repítalo, por favor.", Steer.REPEAT),
        ("es", "más", Steer.MORE),
        ("es", "Sí, envíeme un mensaje", Steer.TEXT),
        ("es", "¿cuánto cuesta?", None),
    ],
)
def test_words_that_steer_are_told_from_questions(
    language: str, said: str, meant: Steer | None
) -> None:
    """Only a message that says nothing else steers the call."""
    assert call_words(language).steer(said) is meant


@pytest.mark.parametrize(
    ("language", "said", "number"),
    [
        ("en", "two", 2),
        ("en", "Number 2.", 2),
        ("en", "the second one, please", 2),
        ("en", "2026", None),
        ("en", "two courses", None),
        ("es", "la segunda", 2),
        ("es", "opción tres", 3),
    ],
)
def test_spoken_numbers_are_numbers_of_choices(
    language: str, said: str, number: int | None
) -> None:
    """Where the words are nothing else."""
    assert call_words(language).number(said) == number
