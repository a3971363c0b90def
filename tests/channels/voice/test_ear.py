"""What an ear can hold: short portions, in which no amount and no day is lost or changed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice.ear import SENTENCES, WORDS, portions
from channels.voice.spoken import spoken
from languages.speech import say_day, speaking

EN, ES = "en", "es"
WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9)
CENTS = st.sampled_from(["", ".00", ".05", ".50", ".99"])
DOLLARS = st.integers(1, 9_999_999)
DAYS = st.dates(date(1990, 1, 1), date(2050, 12, 31))


def heard(text: str, language: str = EN) -> str:
    """All portions one after the other."""
    return " ".join(spoken_portions(text, language))


def spoken_portions(text: str, language: str = EN) -> list[str]:
    """Each portion's words."""
    return [" ".join(one.text for one in portion) for portion in portions(text, language)]


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[str, str]:
    """An amount as content writes it, and as it is heard."""
    dollars, cents = draw(DOLLARS), draw(CENTS)
    number = f"{dollars:,}" if draw(st.booleans()) else str(dollars)
    unit = "dollar" if dollars == 1 else "dollars"
    small = f" and {int(cents[1:])} cents" if cents not in ("", ".00") else ""
    return f"${number}{cents}", f"{dollars:,} {unit}{small}"


@st.composite
def written_days(draw: st.DrawFn) -> tuple[str, str]:
    """A day as content writes it, and as it is heard."""
    day = draw(DAYS)
    form = draw(st.integers(0, 3))
    long = f"{day:%B} {day.day}, {day.year}"
    short = f"{day:%b} {day.day}, {day.year}" if day.month != 5 else long
    said = f"{day.day} {day:%B %Y}"
    return [
        (day.isoformat(), said),
        (long, long),
        (short, long),
        (said, said),
    ][form]


FACTS = st.lists(st.one_of(written_amounts(), written_days()), min_size=1, max_size=12)


@settings(deadline=None)
@given(FACTS, st.lists(WORD, min_size=1, max_size=30), st.sampled_from(["\n\n", " ", "\n- "]))
def test_no_amount_or_day_is_lost_changed_or_cut(
    facts: list[tuple[str, str]], words: list[str], between: str
) -> None:
    """In whatever paragraphs, lists and sentences they stand, each is heard whole, in order."""
    padding = " ".join(words)
    text = between.join(f"The {padding} is {wrote} in all." for wrote, _ in facts)
    every = spoken_portions(text)
    rest = "\0".join(every)
    for wrote, said in facts:
        assert said in rest, (wrote, said, rest)
        rest = rest[rest.index(said) + len(said) :]


@settings(deadline=None)
@given(written_amounts(), written_amounts(), st.sampled_from(["–", " – ", "—", "-", " to "]))
def test_both_ends_of_a_range_are_heard(
    low: tuple[str, str], high: tuple[str, str], dash: str
) -> None:
    """And never as one less the other."""
    assert heard(f"It is {low[0]}{dash}{high[0]}.") == f"It is {low[1]} to {high[1]}."


@settings(deadline=None)
@given(written_days(), written_days())
def test_days_from_and_to_are_heard(first: tuple[str, str], last: tuple[str, str]) -> None:
    """As from a calendar's row."""
    assert heard(f"Open {first[0]} – {last[0]}.") == f"Open {first[1]} to {last[1]}."


@settings(deadline=None)
@given(st.integers(0, 9999), st.integers(0, 99), WORD)
def test_plain_numbers_stay(whole: int, part: int, unit: str) -> None:
    """Credits, hours and scores are no amounts."""
    text = f"It takes {whole}.{part:02} {unit} or {whole} {unit}."
    assert heard(text).endswith(f"{whole}.{part:02} {unit} or {whole} {unit}.")


@settings(deadline=None)
@given(DOLLARS, CENTS, DAYS)
def test_amounts_and_days_in_another_language(dollars: int, cents: str, day: date) -> None:
    """In its words, with the same digits."""
    with speaking("es"):
        told = heard(f"Cuesta ${dollars:,}{cents}, hasta el {day.isoformat()}.", ES)
        named = say_day(day)
    assert f"{dollars:,}" in told.replace("\u00a0", ",")
    assert "dólar" in told
    assert ("con" in told) is (cents not in ("", ".00"))
    assert named in told


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_makes_portions_that_an_ear_holds(text: str) -> None:
    """Nothing raises, and none is longer than it may be unless it is one breath of one sentence."""
    for portion in spoken_portions(text):
        words = portion.split()
        assert words
        pieces = re.split(r"(?<=[,;:.!?])\s+", portion)
        assert len(words) <= WORDS or any(len(piece.split()) > WORDS / 2 for piece in pieces)


@settings(deadline=None)
@given(st.lists(WORD, min_size=1, max_size=400))
def test_no_word_is_lost(words: list[str]) -> None:
    """Portions together are the text."""
    text = " ".join(f"{word}." if n % 7 == 6 else word for n, word in enumerate(words))
    assert re.findall(r"\w+", heard(text)) == words


@pytest.mark.parametrize(
    ("wrote", "said"),
    [
        ("Tuition is $1,140 [1].", "Tuition is 1,140 dollars."),
        ("It costs **$12.50** [1, 2].", "It costs 12 dollars and 50 cents."),
        ("Only $0.75 a page.", "Only 75 cents a page."),
        ("Up to $1.2 million, or $70k.", "Up to 1.2 million dollars, or 70 thousand dollars."),
        ("$35.50/credit", "35 dollars and 50 cents per credit."),
        ("$500-$900", "500 dollars to 900 dollars."),
        ("$500-900", "500 dollars to 900."),
        ("A balance of -$50.", "A balance of minus 50 dollars."),
        ("US$ 300 or 300 USD", "300 dollars or 300 dollars."),
        ("€40, £1", "40 euros, 1 pound."),
        ("5–7 hours, 8-10 weeks", "5 to 7 hours, 8 to 10 weeks."),
        ("9:00–17:00", "9:00 to 5:00 PM."),
        ("2:00–4:30 p.m.", "2:00 to 4:30 p.m."),
        ("Sept. 5, 2026", "September 5, 2026."),
        ("in 2026-13-45", "in 2026-13-45."),
        ("3 credits × $380 = $1,140", "3 credits times 380 dollars is 1,140 dollars."),
        ("Call (555) 010-0142.", "Call 5 5 5, 0 1 0, 0 1 4 2."),
        ("Call +1-555-010-0142.", "Call 1, 5 5 5, 0 1 0, 0 1 4 2."),
        ("Text 988 or call 911.", "Text 9 8 8 or call 9 1 1."),
        ("They call 300 students.", "They call 300 students."),
        ("See https://www.example.edu/fees?x=1.", "See a web page."),
        ("See [fees](https://www.example.edu/fees).", "See fees."),
        ("Write to a.b@x-y.example!", "Write to a dot b at x dash y dot example!"),
        ("The U.S. Dept. of Education says so.", "The U.S. Dept. of Education says so."),
        ("# Fees\n\n- one\n- two", "Fees. one. two."),
        (
            "| | A | B |\n|---|---|---|\n| Cost | $1,140 | $900 |\n| Starts | 2026-09-01 | |",
            "Cost: A, 1,140 dollars; B, 900 dollars. Starts: A, 1 September 2026.",
        ),
    ],
)
def test_signs_become_words(wrote: str, said: str) -> None:
    """As a person would read them out."""
    assert heard(wrote) == said


def test_portions_are_short() -> None:
    """Three sentences at most; a long sentence is cut where a reader pauses."""
    every = spoken_portions("One is so. " * 10)
    assert [portion.count("One") for portion in every] == [SENTENCES] * 3 + [1]
    long = spoken_portions(f"First, {'and so on it goes, ' * 30}at last it ends.")
    assert all(len(portion.split()) <= WORDS for portion in long)


def test_a_number_is_written_as_the_voice_s_country_writes_it() -> None:
    """`1.140` is a thousand and some in Spain, and one and a bit in Mexico."""
    with speaking("es"):
        assert spoken("$12,140.50", "es-ES").startswith("12.140 dólares con 50")
        assert spoken("$12,140.50", "es-MX").startswith("12,140 dólares con 50")
    assert spoken(f"${Decimal('12140')}", "en-US") == "12,140 dollars"


def test_quotes_are_said_in_the_language_of_the_source() -> None:
    """The words around them in the caller's; a title is no quote."""
    quote = "You can drop with a full refund of $50 in the first week."
    text = f"**Refunds**\n\n{quote} [1]\n\nEso vale hasta el 2027-01-31."
    with speaking("es"):
        (portion,) = portions(text, ES, [f"# Refunds\n\n{quote} The exact days differ."])
    assert [(sentence.language, sentence.text) for sentence in portion] == [
        ("es", "Refunds."),
        ("en", "You can drop with a full refund of 50 dollars in the first week."),
        ("es", "Eso vale hasta el 31 de enero de 2027."),
    ]
