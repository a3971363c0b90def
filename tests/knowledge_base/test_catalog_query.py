"""Typed queries: exact sets of programs, held against plain Python over the same catalogs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from catalog_editions import OneNumber, published
from catalog_oracle import answer
from editions import LIMIT, PROJECT, SAMPLE, TODAY, asking
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from knowledge_base.catalog_query import CatalogQuery, Findings
from knowledge_base.edition import CONTENT, Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.errors import DamagedEdition
from knowledge_base.importing import read_source
from knowledge_base.model import Cost, Offering, Program, Span, Validity

QUESTIONS = PROJECT / "tests" / "questions"
CATALOGS = {
    "sample": (SAMPLE / "programs.csv", SAMPLE / "programs.toml"),
    "mit_learn": (
        PROJECT.parent / "shared" / "data" / "catalogs" / "mit_learn" / "programs.jsonl",
        PROJECT / "knowledge_base" / "mappings" / "mit_learn.toml",
    ),
}
DAY = date(2026, 11, 22)


def cases(name: str) -> list[dict[str, Any]]:
    files = (QUESTIONS / f"filters_{name}{part}.jsonl" for part in ("", "_2"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module", params=CATALOGS)
def catalog(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[Program], CatalogQuery]]:
    """Each catalog of the questions, as it is read and as it is published."""
    source, mapping = CATALOGS[request.param]
    if not source.exists():
        pytest.skip(f"{source.name} is not beside the project")
    entries = read_source(source, None, mapping, LIMIT).entries
    programs = [entry.program for entry in entries if entry.program]
    edition = published(tmp_path_factory.mktemp(request.param), programs)
    yield request.param, programs, CatalogQuery(edition)
    edition.close()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogQuery]:
    """The sample catalog, ready to be asked."""
    entries = read_source(*CATALOGS["sample"][:1], None, CATALOGS["sample"][1], LIMIT).entries
    edition = published(
        tmp_path_factory.mktemp("sample-query"), [e.program for e in entries if e.program]
    )
    yield CatalogQuery(edition)
    edition.close()


def ids(found: Findings) -> list[str]:
    return sorted(match.id for match in found.matches)


def test_every_question_finds_just_the_programs_that_meet_it(
    catalog: tuple[str, list[Program], CatalogQuery],
) -> None:
    """The parser and SQL agree with each question's own condition, evaluated in plain Python."""
    name, programs, query = catalog
    wrong = [
        (case["question"], found.conditions, set(case["expected"]) ^ set(ids(found)))
        for case in cases(name)
        if ids(found := query.find(case["question"], date.fromisoformat(case["day"])))
        != case["expected"]
    ]
    assert not wrong
    assert all(answer(case, programs) == case["expected"] for case in cases(name))


def test_conditions_can_be_edited_and_asked_again(
    catalog: tuple[str, list[Program], CatalogQuery],
) -> None:
    """What is shown back is understood as what it was shown for."""
    name, _, query = catalog
    for case in cases(name):
        day = date.fromisoformat(case["day"])
        found = query.find(case["question"], day)
        shown = ", ".join([*found.conditions, *filter(None, [found.order])])
        again = query.find(shown, day)
        assert (ids(again), again.total) == (ids(found), found.total), shown
        assert not again.not_understood, shown


def test_there_are_enough_questions() -> None:
    """The set is as large as it says, and has every kind of trap."""
    everything = [case for name in CATALOGS for case in cases(name)]
    assert len({(case["question"], case["day"]) for case in everything}) >= 150
    assert {case.get("trap") for case in everything} == {None, "no_match", "expired"}


def test_unknown_is_not_no(sample: CatalogQuery) -> None:
    """A fee that is not stated leaves the total open: neither a match nor lost."""
    assert "MHC-GE120" in {m.id for m in sample.find("under $800", DAY).unknown}
    assert "MHC-GE120" in ids(sample.find("over $700", DAY))
    below = sample.find("under $700", DAY)
    assert "MHC-GE120" not in {m.id for m in (*below.matches, *below.unknown)}


def test_the_opposite_of_unknown_is_unknown(tmp_path: Path) -> None:
    """A program whose delivery nobody states is neither online nor not online."""
    query = CatalogQuery(
        published(tmp_path, [Program("a", "A", delivery=("online",)), Program("b", "B")])
    )
    for wish, matching in (("online", ["a"]), ("not online", [])):
        found = query.find(wish, DAY)
        assert ids(found) == matching
        assert [match.id for match in found.unknown] == ["b"]


def test_nothing_understood_finds_nothing(sample: CatalogQuery) -> None:
    """Words that mean nothing to the catalog are named, and never answered with everything."""
    for wish in ("I feel blue today", "", "?!", "my dog ate it"):
        found = sample.find(wish, DAY)
        assert (found.matches, found.total, found.understood) == ((), 0, False)
    assert sample.find("my dog ate it", DAY).not_understood == ("dog", "ate")


def test_everything_can_be_asked_for_in_so_many_words(sample: CatalogQuery) -> None:
    """All programs in force come when they are asked for."""
    assert sample.find("show me all programs", DAY).total == 45
    assert sample.find("show me all programs", date(2027, 7, 15)).total == 44


def test_words_that_set_no_bound_are_reported(sample: CatalogQuery) -> None:
    """A vague word changes nothing and is said."""
    found = sample.find("cheap online courses", DAY)
    assert found.not_understood == ("cheap",)
    assert ids(found) == ids(sample.find("online", DAY))


def test_no_match_offers_what_would_match(sample: CatalogQuery) -> None:
    """Each relaxation is a wish that finds as many as it says; the smallest change is first."""
    found = sample.find("online data courses under $500 that start in January", DAY)
    assert found.matches == ()
    assert found.relaxations
    assert found.relaxations[0].change.startswith("total cost at most $760, not")
    for relaxation in found.relaxations:
        again = sample.find(relaxation.wish, DAY)
        assert again.total == relaxation.total > 0
        assert set(relaxation.nearest) <= set(again.matches)


def test_every_relaxation_finds_what_it_says(
    catalog: tuple[str, list[Program], CatalogQuery],
) -> None:
    """Whatever finds nothing: each change is a wish of its own, and never the whole list."""
    name, _, query = catalog
    offered = 0
    for case in cases(name):
        day = date.fromisoformat(case["day"])
        found = query.find(case["question"], day)
        everything = query.find("show me all programs", day).total
        for relaxation in found.relaxations:
            again = query.find(relaxation.wish, day)
            assert again.total == relaxation.total, (case["question"], relaxation.wish)
            assert 0 < again.total < everything
            assert set(relaxation.nearest) <= set(again.matches)
        offered += bool(found.relaxations)
        assert found.relaxations or found.matches or len(found.conditions) <= 2
    assert offered >= 10


def test_a_deadline_is_loosened_to_the_next_one(sample: CatalogQuery) -> None:
    """Who wants to apply too early is told the first deadline after that."""
    found = sample.find("online, apply by December 1", DAY)
    assert found.relaxations[0].wish == (
        "online, application deadline between 22 November 2026 and 18 December 2026"
    )


def test_a_choice_with_an_unknown_word_ends_there(sample: CatalogQuery) -> None:
    """What follows an alternative that nobody knows is a condition of its own."""
    found = sample.find("welding or cooking, under $2,000", DAY)
    assert found.conditions == ("about welding", "total cost under $2,000")
    assert found.not_understood == ("cooking",)


def test_a_single_bound_is_loosened(sample: CatalogQuery) -> None:
    """Where the only condition finds nothing, the nearest is offered, and never the whole list."""
    (nearest,) = sample.find("under $100", DAY).relaxations
    assert (nearest.wish, nearest.total) == ("total cost at most $160", 1)


def test_two_conditions_are_dropped_when_one_is_not_enough(sample: CatalogQuery) -> None:
    """Something is offered even where two conditions contradict everything."""
    found = sample.find("astrology and alchemy courses online", DAY)
    assert found.matches == ()
    assert [relaxation.wish for relaxation in found.relaxations] == ["online"]


def test_the_first_few_say_how_many_there_are(sample: CatalogQuery) -> None:
    """A limit that was asked for is not a silent cap, and what ties with the last is kept."""
    found = sample.find("the 5 cheapest credit programs", DAY)
    assert (len(found.matches), found.total) == (10, 34)
    assert found.order == "the 5 cheapest"
    whole = sample.find("cheapest credit programs", DAY)
    assert len(whole.matches) == whole.total == 34


def test_what_has_expired_is_nowhere(sample: CatalogQuery) -> None:
    """A program that is no longer in force is no match, not unknown and not the nearest."""
    found = sample.find("CNC machine courses under $100", date(2027, 7, 1))
    near = [match.id for relaxation in found.relaxations for match in relaxation.nearest]
    assert "MHC-MF110" not in [*ids(found), *(m.id for m in found.unknown), *near]


def test_what_is_asked_of_a_run_holds_of_one_run(tmp_path: Path) -> None:
    """Online in May and on campus in June is not on campus in May, nor is its price."""
    runs = (
        Offering(starts=date(2027, 5, 3), delivery="online"),
        Offering(starts=date(2027, 6, 7), delivery="in person"),
    )
    costs = (
        Cost("tuition", Decimal(900), condition="online"),
        Cost("tuition", Decimal(1900), condition="in person"),
    )
    program = Program("a", "A", delivery=("online", "in person"), offerings=runs, costs=costs)
    query = CatalogQuery(published(tmp_path, [program]))
    for wish, expected in (
        ("online, starts in May", ["a"]),
        ("in person, starts in May", []),
        ("in person, starts in June", ["a"]),
        ("online under $1,000", ["a"]),
        ("in person under $1,000", []),
    ):
        assert ids(query.find(wish, DAY)) == expected, wish


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("at most 2 weeks", ["days"]),
        ("under 2 months", ["days", "weeks"]),
        ("exactly 2 months", ["months"]),
        ("more than 9 weeks", []),
        ("longer than 8 weeks", ["months"]),
    ],
)
def test_durations_are_compared_in_days(tmp_path: Path, wish: str, expected: list[str]) -> None:
    """A week has 7 days and a month a twelfth of a year, whatever unit either side uses."""
    spans = {"days": (10, "days"), "weeks": (8, "weeks"), "months": (2, "months")}
    programs = [
        Program(name, name.title(), duration=Span(Decimal(n), Decimal(n), unit))
        for name, (n, unit) in spans.items()
    ]
    odd = Program("odd", "Odd", duration=Span(Decimal(4), Decimal(4), "weeks per course"))
    found = CatalogQuery(published(tmp_path, [*programs, odd])).find(wish, DAY)
    assert ids(found) == expected
    assert [match.id for match in found.unknown] == ["odd"]


CREDENTIALS = (
    Program("cert", "Alpha", credential_type="certificate", accreditation=("Board of Trades",)),
    Program("course", "Beta", credential_type="course", recognition="An open badge is issued."),
    Program("degree", "Gamma", credential_type="bachelor degree", recognition="No badge is given."),
    Program("silent", "Delta"),
)


@pytest.mark.parametrize(
    ("wish", "expected", "unknown"),
    [
        ("certificates", ["cert"], ["silent"]),
        ("a certificate, not a course", ["cert"], ["silent"]),
        ("not a course", ["cert", "degree"], ["silent"]),
        ("bachelor's degrees", ["degree"], ["silent"]),
        ("courses only", ["course"], ["silent"]),
        ("master's degrees", [], ["silent"]),
        ("accredited programs", ["cert"], ["course", "degree", "silent"]),
        ("accredited by the Board of Trades", ["cert"], ["course", "degree", "silent"]),
        ("with a digital badge", ["course"], ["cert", "silent"]),
        ("without a badge", ["degree"], ["cert", "silent"]),
    ],
)
def test_what_is_earned_is_asked_for_by_its_kind(
    tmp_path: Path, wish: str, expected: list[str], unknown: list[str]
) -> None:
    """Types, accreditation and badges are conditions, and silence about them is not a no."""
    query = CatalogQuery(published(tmp_path, CREDENTIALS))
    found = query.find(wish, DAY)
    assert ids(found) == expected
    assert sorted(match.id for match in found.unknown) == unknown
    again = query.find(", ".join(found.conditions), DAY)
    assert (again.conditions, ids(again)) == (found.conditions, expected)


def test_a_contrast_that_the_catalog_cannot_tell_is_reported(sample: CatalogQuery) -> None:
    """Where no type is stated, "not a course" limits nothing, least of all the price after it."""
    found = sample.find("certificate not course under $500", DAY)
    assert found.conditions == ("total cost under $500",)
    assert found.not_understood == ("not course",)


@pytest.mark.parametrize(
    ("wish", "expected", "unknown"),
    [
        ("in-state under $600", ["everybody", "resident", "states"], []),
        ("out-of-state under $600", ["everybody"], ["resident"]),
        ("I am not a resident, under $1,000", ["everybody", "states"], ["resident"]),
        ("under $600", ["everybody"], ["resident", "states"]),
        ("under $1,000", ["everybody", "states"], ["resident"]),
        ("over $850", [], ["resident", "states"]),
    ],
)
def test_a_price_holds_for_those_who_live_there(
    tmp_path: Path, wish: str, expected: list[str], unknown: list[str]
) -> None:
    """Where a student lives is no choice: unless it is said, all prices by residency must fit."""
    costs = {
        "states": [(500, "in-state"), (900, "out-of-state or international")],
        "resident": [(500, "in-state")],
        "everybody": [(400, "")],
    }
    programs = [
        Program(
            name,
            name,
            costs=tuple(Cost("tuition", Decimal(n), residency=where) for n, where in prices),
        )
        for name, prices in costs.items()
    ]
    found = CatalogQuery(published(tmp_path, programs)).find(wish, DAY)
    assert ids(found) == expected
    assert sorted(match.id for match in found.unknown) == unknown


@pytest.mark.parametrize(
    ("currencies", "expected"),
    [
        (["CAD", "CAD"], ["p0"]),
        (["CAD", "USD"], []),
        (["EUR", "EUR"], []),
        (["USD", "CAD"], ["p0"]),
    ],
)
def test_dollars_are_those_of_the_catalog(
    tmp_path: Path, currencies: list[str], expected: list[str]
) -> None:
    """`$600` is Canadian where prices are, but not where some are in US dollars, nor in euros."""
    programs = [
        Program(f"p{n}", f"Program {n}", costs=(Cost("tuition", Decimal(amount), currency),))
        for n, (amount, currency) in enumerate(zip((540, 900), currencies, strict=True))
    ]
    query = CatalogQuery(published(tmp_path, programs))
    assert ids(query.find("under $600", DAY)) == expected
    assert ids(query.find("under 600 dollars", DAY)) == expected


def test_hours_in_all_are_not_hours_per_week(tmp_path: Path) -> None:
    """A bound on the whole work is compared with the whole work alone."""
    spans = {
        "long": Span(Decimal(90), Decimal(120), "hours"),
        "short": Span(Decimal(20), Decimal(20), "hours"),
    }
    weekly = Program("weekly", "W", effort=Span(Decimal(5), Decimal(5), "hours per week"))
    programs = [Program(name, name, workload=span) for name, span in spans.items()]
    query = CatalogQuery(published(tmp_path, [*programs, weekly]))
    for wish, expected in (
        ("under 40 hours in total", ["short"]),
        ("a 20-hour course", ["short"]),
        ("at least 80 clock hours", ["long"]),
        ("at most 5 hours per week", ["weekly"]),
    ):
        assert ids(query.find(wish, DAY)) == expected, wish
    (nearest,) = query.find("under 10 hours in total", DAY).relaxations
    assert nearest.wish == "at most 20 hours in total"


def test_what_is_asked_for_at_entry(sample: CatalogQuery) -> None:
    """A diploma that a program asks for rules it out for those who have none."""
    needed = {m.id for m in sample.find("requires a high school diploma", DAY).matches}
    assert needed == {"MHC-HC101", "MHC-HC120", "MHC-HC150", "MHC-TA120"}
    for wish in ("does not require a high school diploma", "no high school diploma needed"):
        found = sample.find(wish, DAY)
        assert not needed & {m.id for m in found.matches}
        assert found.total == 45 - len(needed)


def test_a_program_holds_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    """Both ends of the effective range belong to it."""
    validity = Validity(date(2027, 1, 1), date(2027, 1, 31))
    query = CatalogQuery(
        published(tmp_path, [Program("a", "A", delivery=("online",), validity=validity)])
    )
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 1))
    assert [query.find("online", day).total for day in days] == [0, 1, 1, 0]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            "online hybrid not or and under over $500 between 3 weeks may march in 2027 before "
            "data python a the cheapest 2 starts deadline , ; 31 february % ' _ credit".split()
        ),
        max_size=12,
    )
)
def test_no_wish_breaks_the_query(sample: CatalogQuery, words: Sequence[str]) -> None:
    """Whatever order words come in, there is an answer, and no program is in two lists."""
    found = sample.find(" ".join(words), DAY)
    assert not set(found.matches) & set(found.unknown)
    assert len(found.matches) <= found.total


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_any_text_is_a_wish(sample: CatalogQuery, wish: str) -> None:
    """No text raises."""
    sample.find(wish, DAY)


def test_an_edition_from_before_says_so(tmp_path: Path) -> None:
    """An edition without typed facts asks for a new publication."""
    edition = published(tmp_path, [Program("a", "A")])
    edition.close()
    folder = tmp_path / "editions" / edition.id
    engine = create_engine(f"sqlite:///{folder / CONTENT}")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE terms"))
    engine.dispose()
    with pytest.raises(DamagedEdition, match="publish again"):
        CatalogQuery(Edition(folder, edition.manifest)).find("online", DAY)


async def test_the_library_finds_in_the_live_edition(tmp_path: Path) -> None:
    """A wish is answered from what is live, with the edition's name and as one wire form."""
    edition = published(tmp_path, [Program("a", "Alpha", delivery=("online",))])
    library = asking(Shelf(tmp_path / "editions"), OneNumber(), TODAY)
    wire = (await library.find("online")).to_wire()
    assert wire["edition"] == edition.id
    alpha = {"id": "a", "title": "Alpha", "institution": "", "url": None, "unsaid": []}
    assert wire["matches"] == [alpha]
    assert wire["conditions"] == ["online"]
