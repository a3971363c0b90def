"""Facts that are read out of sentences and tables, each with the words it stands in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from knowledge_base.facts.extraction import facts_of
from knowledge_base.facts.fact import Fact
from knowledge_base.model import Document, Span, Validity
from knowledge_base.program_names import ProgramNames
from knowledge_base.store import Entry
from knowledge_base.text.quantities import Bound

PROGRAMS = ProgramNames({"DA1": ("Data Analytics", "DA1"), "UX2": ("UX Design", "UX2")})


def read(text: str, document_id: str = "page", title: str = "Fees") -> list[Fact]:
    """Facts of a page that is in force from July 2026."""
    validity = Validity(date(2026, 7, 1))
    return facts_of(Document(document_id, title, text, "College", None, validity), PROGRAMS)


def span(amount: str, unit: str) -> Span:
    """One number with a unit."""
    return Span(Decimal(amount), Decimal(amount), unit)


@pytest.mark.parametrize(
    ("text", "aspect", "value", "bound"),
    [
        ("The application fee is $25.", "application fee", span("25", "USD"), Bound.EXACT),
        ("Pay a $25 application fee.", "application fee", span("25", "USD"), Bound.EXACT),
        ("A reprint costs $15.", "reprint", span("15", "USD"), Bound.EXACT),
        (
            "The technology fee is $8 per credit.",
            "technology fee",
            span("8", "USD per credit"),
            Bound.EXACT,
        ),
        (
            "You need a household income of at most $60,000.",
            "household income",
            span("60000", "USD"),
            Bound.AT_MOST,
        ),
        (
            "It counts within the limit of 45 transfer credits.",
            "It counts within the limit of",
            span("45", "credits"),
            Bound.AT_MOST,
        ),
        (
            "| Fee | Amount |\n|---|---|\n| Late registration | $35 |",
            "Late registration Amount",
            span("35", "USD"),
            Bound.EXACT,
        ),
        (
            "| Exam | Minimum score |\n|---|---|\n| AP Statistics | 4 |",
            "AP Statistics Minimum score",
            span("4", "number"),
            Bound.AT_LEAST,
        ),
    ],
)
def test_a_value_is_tied_to_what_it_is_of(
    text: str, aspect: str, value: Span, bound: Bound
) -> None:
    """The noun in the sentence, or the heads of row and column, say what a value is of."""
    (fact,) = read(text)
    assert (fact.aspect, fact.value, fact.bound) == (aspect, value, bound)


@pytest.mark.parametrize(
    ("text", "aspect", "value"),
    [
        ("Data Analytics carries 6 credits.", "credits", span("6", "credits")),
        ("Data Analytics takes 16 weeks.", "length", span("16", "weeks")),
        (
            "Plan on 5 hours a week for Data Analytics.",
            "hours per week",
            span("5", "hours per week"),
        ),
        ("The tuition of DA1 is $1,140.", "tuition", span("1140", "USD")),
        ("The materials fee for Data Analytics is $60.", "materials fee", span("60", "USD")),
        ("Data Analytics starts on January 11, 2027.", "start", date(2027, 1, 11)),
        ("Apply for Data Analytics by December 18, 2026.", "apply by", date(2026, 12, 18)),
    ],
)
def test_a_value_of_a_program_is_its_property(text: str, aspect: str, value: Span | date) -> None:
    """Where one program is named, the value is one of the program's typed facts."""
    (fact,) = read(text)
    assert (fact.programs, fact.aspect, fact.value) == (("DA1",), aspect, value)


@pytest.mark.parametrize(
    "text",
    [
        "Data Analytics may be refunded within 2 weeks.",
        "The 6 credits of Data Analytics count toward a degree.",
    ],
)
def test_another_value_beside_a_program_is_no_property_of_it(text: str) -> None:
    """Weeks of a refund are not the program's length; what counts elsewhere is not its size."""
    assert {fact.aspect for fact in read(text)}.isdisjoint({"length", "credits"})


def test_a_sentence_that_names_its_time_narrows_the_range() -> None:
    """What is announced, or was so in another year, holds for that time and not for the page's."""
    later, earlier = read("From July 1, 2027 the fee will be $30. In 2025–26 the fee was $20.")[1:]
    assert later.validity.effective_from == date(2027, 7, 1)
    assert (earlier.validity.effective_from, earlier.validity.effective_to) == (
        date(2025, 7, 1),
        date(2026, 6, 30),
    )


def test_a_sentence_without_end_states_nothing() -> None:
    """A page of nothing but numbers is not read as facts; what stands beside it is."""
    (fact,) = read("$1 " * 40_000 + "\n\nThe key costs $17.")
    assert fact.sentence == "The key costs $17."


def test_every_fact_of_the_sample_can_be_quoted(sample_entries: list[Entry]) -> None:
    """Places lead back to the document: value inside sentence, sentence inside text."""
    names = ProgramNames({e.document.id: (e.program.title,) for e in sample_entries if e.program})
    count = 0
    for entry in sample_entries:
        for fact in facts_of(entry.document, names):
            count += 1
            assert entry.document.text[fact.start : fact.end] in fact.sentence
            assert fact.sentence in entry.document.text
            assert fact.validity.last_verified == entry.document.validity.last_verified
    assert count > 800
