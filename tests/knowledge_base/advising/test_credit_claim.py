"""What a student says of earlier learning: added to, corrected, taken back, aimed at an award."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.advising.credit_claim import OTHER, Claim, awards, claimed, goes_on, of_program
from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.credit.equivalency import Award, EquivalencyTable, table_from
from knowledge_base.model import Program, Skipped
from knowledge_base.rules import read_rules

SAMPLE = Path(__file__).parents[3] / "knowledge_base" / "sample"


@pytest.fixture(scope="module")
def table() -> EquivalencyTable:
    records: dict[str, list[dict[str, Any]]] = {}
    for item in read_rules(SAMPLE / "equivalencies.csv", "equivalencies"):
        assert not isinstance(item, Skipped), str(item)
        records.setdefault(item.kind, []).append(item.data)
    return table_from(records)


@pytest.fixture(scope="module")
def programs() -> list[Program]:
    items = readers()["csv"].read(SAMPLE / "programs.csv", Mapping.load(SAMPLE / "programs.toml"))
    return [item for item in items if isinstance(item, Program)]


def talk(table: EquivalencyTable, programs: list[Program], *said: str) -> Claim:
    """The claim after several messages, each heard twice as a repeated turn would be."""
    claim = Claim()
    for text in said:
        for _ in range(2):
            kept = Claim.from_slot(claim.to_slot())
            claim = claimed(text, kept, table, programs, asked=True) or kept
    return claim


def held(claim: Claim) -> list[tuple[str, str | None]]:
    return [(thing.name, thing.score) for thing in claim.have]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["I got a 4 on AP Statistics"], [("AP Statistics", "4")]),
        (["ap stats 4", "also ap biology with a 5"], [("AP Statistics", "4"), ("AP Biology", "5")]),
        (["ap stats 4", "no it was a 3"], [("AP Statistics", "3")]),
        (["ap stats 4 and ENG 101 with a B", "ap stats was a 3"],
         [("AP Statistics", "3"), ("ENG 101", "B")]),
        (["ap stats 4, clep composition 55", "forget the ap stats"],
         [("CLEP College Composition", "55")]),
        (["i took a falconry course and a diploma in heraldry"],
         [("falconry course", None), ("diploma in heraldry", None)]),
        (["nothing yet"], []),
        (["skip"], []),
    ],
)  # fmt: skip
def test_what_is_had_is_kept(
    table: EquivalencyTable,
    programs: list[Program],
    said: list[str],
    expected: list[tuple[str, str | None]],
) -> None:
    """Things are added, corrected and taken back; saying so twice changes nothing more."""
    assert held(talk(table, programs, *said)) == expected


def test_what_no_rule_names_is_kept_in_the_students_words(
    table: EquivalencyTable, programs: list[Program]
) -> None:
    """It is of a kind of its own, which no rule speaks of."""
    assert [thing.kind for thing in talk(table, programs, "a falconry diploma").have] == [OTHER]


@pytest.mark.parametrize(
    ("text", "award"),
    [
        ("toward the associate degree", Award("associate degree", Decimal(60))),
        ("for the Certificate in Applied Data Analytics", Award("certificate", Decimal(18))),
        ("toward a certificate of 24 credits", Award("certificate", Decimal(24))),
        ("toward a certificate", None),
        ("toward happiness", None),
    ],
)
def test_the_award_is_one_that_limits_speak_of(
    table: EquivalencyTable, programs: list[Program], text: str, award: Award | None
) -> None:
    """A published award has its published size; a kind of several sizes needs one."""
    claim = claimed(text, Claim(), table, programs)
    assert (claim.award if claim else None) == award


def test_a_program_is_an_award_when_it_has_credits(
    table: EquivalencyTable, programs: list[Program]
) -> None:
    """Nothing counts toward a non-credit program, and nothing is said of limits that it has not."""
    by_code = {program.code or program.id: program for program in programs}
    assert of_program(by_code["MHC-DA101"], table) == Award("micro-credential", Decimal(6))
    assert of_program(by_code["MHC-DA090"], table) is None
    assert Award("associate degree", Decimal(60)) in awards(table)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("what about the pottery class", True),
        ("and how about bc", True),
        ("i also got a 4 on ap art history", True),
        ("and i passed the driving exam", True),
        ("what about if i move away next year", False),
        ("and who decides", False),
        ("i got lost on campus", False),
        ("what about all the other people who have never taken one", False),
    ],
)
def test_an_estimate_goes_on_with_one_thing_more(text: str, more: bool) -> None:
    """It is asked about in few words, or told of as had; a question of another kind is none."""
    assert goes_on(text) is more


def test_what_was_told_is_no_thing_more(table: EquivalencyTable, programs: list[Program]) -> None:
    """A part of its name asks about it; another name is one more thing; a condition is none."""
    said = ["i took a falconry course", "what about the falconry", "and if i fail"]
    assert held(talk(table, programs, *said)) == [("falconry course", None)]
    more = held(talk(table, programs, said[0], "what about heraldry"))
    assert more == [("falconry course", None), ("heraldry", None)]
