"""A quote is a stretch of the passage's own words that cuts no thought in two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_text import SENTENCES, TEXTS

from knowledge_base.encoder import Encoder
from knowledge_base.quoting import WHOLE_WORDS, Quoting
from knowledge_base.text.sentences import statements

CAMPUS = [f"Building {n} of the campus was painted in the year {1900 + n}." for n in range(12)]


@pytest.fixture(scope="module")
def quoting(encoder: Encoder) -> Quoting:
    return Quoting(encoder)


@settings(max_examples=60, deadline=None)
@given(
    text=TEXTS.filter(lambda text: bool(statements(text))),
    questions=st.lists(SENTENCES, min_size=1, max_size=3),
    said=SENTENCES | st.just(""),
)
def test_a_quote_is_whole_statements_in_their_order(
    quoting: Quoting, text: str, questions: list[str], said: str
) -> None:
    """Of any text for any question: verbatim, from the start of a statement to the end of one;
    only rows of a long table may be missing."""
    quote = quoting.quote(questions, said, text)
    found = statements(text)
    begins = [each for each in found if quote.startswith(each.text.split("\n")[0])]
    ends = [each for each in found if quote.endswith(each.text.split("\n")[-1])]
    assert begins
    assert ends
    position = 0
    for line in quote.split("\n"):
        position = text.index(line, position) + len(line)
    if len(text.split()) <= WHOLE_WORDS:
        assert quote == text[found[0].start : found[-1].end]


@pytest.mark.parametrize(
    ("text", "question", "together"),
    [
        (
            ["Veterans pay no application fee.", "However, late veterans pay $10."],
            "Do veterans pay the application fee?",
            ["Veterans pay no application fee.", "However, late veterans pay $10."],
        ),
        (
            ["The scholarship covers half of tuition.", "It does not cover books."],
            "Does the scholarship cover books?",
            ["The scholarship covers half of tuition.", "It does not cover books."],
        ),
        (
            ["To enroll you bring:\n\n- a state card\n- a vaccination record"],
            "Do I need a vaccination record to enroll?",
            ["To enroll you bring:", "- a state card", "- a vaccination record"],
        ),
        (
            ["The deposit is due in three parts.", "1. A third in May.\n2. The rest in June."],
            "How much of the deposit is due in June?",
            ["The deposit is due in three parts.", "1. A third in May.", "2. The rest in June."],
        ),
        (
            ["These rates hold from July.\n\n| For | A credit |\n|---|---|\n| residents | $190 |"],
            "Which rates hold from July?",
            ["These rates hold from July.", "| residents | $190 |"],
        ),
        (
            ["Parking is for members. Ask at the desk for a permit. A permit is $45."],
            "How much is parking for members?",
            ["A permit is $45."],
        ),
        (
            ["Can I get my deposit back?", "Until 1 May it is paid back in full."],
            "can i get my deposit back",
            ["Can I get my deposit back?", "Until 1 May it is paid back in full."],
        ),
    ],
)
def test_what_belongs_together_is_quoted_together(
    quoting: Quoting, text: list[str], question: str, together: list[str]
) -> None:
    """A rule with its exception, a pronoun with what it stands for, items with the line that leads
    to them, a heading that asks with what answers it; and not the whole long passage."""
    passage = "\n\n".join([" ".join(CAMPUS[:6]), *text, " ".join(CAMPUS[6:])])
    quote = quoting.quote([question], "", passage)
    assert all(words in quote for words in together)
    assert len(quote.split()) < len(passage.split()) / 2


def test_two_questions_are_answered_from_one_stretch(quoting: Quoting) -> None:
    """When both are answered in a passage, neither answer is left out."""
    first, last = "Parking costs $2 a day.", "Lockers are free for members."
    passage = " ".join([*CAMPUS[:4], first, CAMPUS[4], last, *CAMPUS[5:]])
    quote = quoting.quote(["How much is parking?", "Are lockers free?"], "", passage)
    assert first in quote
    assert last in quote


def test_of_a_long_table_the_rows_that_matter_are_quoted(quoting: Quoting) -> None:
    """With the head; a table of few rows stays whole, and so does one in which nothing matches."""
    head = "| Course | Fee |\n|---|---|"
    rows = [f"| Course {name} | ${number} |" for number, name in enumerate("ABCDEFGHIJKLMNOP", 30)]
    table = "\n".join([head, *rows])
    introduced = "\n\n".join([" ".join(CAMPUS), f"Fees of the courses are:\n\n{table}"])
    quote = quoting.quote(["what is the fee of course k"], "", introduced)
    assert quote.endswith(f"Fees of the courses are:\n\n{head}\n| Course K | $40 |")
    assert quoting.quote(["what is the fee"], "", table) == table
    few = "\n".join([head, *rows[:10]])
    assert quoting.quote(["what is the fee of course c"], "", few) == few


@pytest.mark.parametrize(("sentences", "whole"), [(2, True), (6, False)])
def test_a_few_words_behind_a_long_table_are_not_left_out(
    quoting: Quoting, sentences: int, whole: bool
) -> None:
    """An exception stays with its table; what goes on for long does not."""
    rows = [f"| up to {n} days before the start | {100 - 10 * n}% of the fee |" for n in range(9)]
    table = "\n".join(["| When you leave | What comes back |", "|---|---|", *rows])
    rest = " ".join(
        ["Whoever is dismissed by us gets all of it within ten working days."] * sentences
    )
    quote = quoting.quote(["how much comes back 3 days before the start"], "", f"{table}\n\n{rest}")
    assert quote.endswith(rest) is whole
