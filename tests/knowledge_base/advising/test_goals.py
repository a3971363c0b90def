"""Which goal of the sample's catalog a student's words mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.advising.goals import GoalKind, Goals, content, goal_phrases
from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.model import Program

SAMPLE = Path(__file__).parents[3] / "knowledge_base" / "sample"


@pytest.fixture(scope="module")
def goals() -> Goals:
    mapping = Mapping.load(SAMPLE / "programs.toml")
    items = readers()["csv"].read(SAMPLE / "programs.csv", mapping)
    return Goals([item for item in items if isinstance(item, Program)])


@pytest.mark.parametrize(
    ("phrase", "kind", "name"),
    [
        ("a data analyst", GoalKind.OCCUPATION, "data analyst"),
        ("Web Developers", GoalKind.OCCUPATION, "web developer"),
        ("phlebotmist", GoalKind.OCCUPATION, "phlebotomist"),
        ("the certificate in cybersecurity", GoalKind.AWARD,
         "Certificate in Cybersecurity Operations"),
        ("associate in health sciences", GoalKind.AWARD, "AAS in Health Sciences"),
        ("MHC-HO120", GoalKind.PROGRAM, "MHC-HO120"),
        ("hotel front desk", GoalKind.PROGRAM, "Hotel Front Desk Operations"),
        ("Python", GoalKind.SKILL, "Python"),
    ],
)  # fmt: skip
def test_one_goal_is_meant(goals: Goals, phrase: str, kind: GoalKind, name: str) -> None:
    """By its whole name, a misspelt one, or a part of it that only one award or program has."""
    found = goals.sure(phrase)
    assert found is not None
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize("phrase", ["nurse", "developer", "data analytics", "associate degree"])
def test_what_may_be_another_thing_is_not_taken(goals: Goals, phrase: str) -> None:
    """A part of a job's name, or of several names, is to be asked about; what fits is listed."""
    assert goals.sure(phrase) is None
    assert goals.meant(phrase)


@pytest.mark.parametrize("phrase", ["astronaut", "", "a better life"])
def test_what_no_program_leads_to_is_not_found(goals: Goals, phrase: str) -> None:
    """No goal of the catalog is taken for it."""
    assert goals.meant(phrase) == []


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("how do i become a chef within a year", "a chef"),
        ("from waitress to hr, how", "hr"),
        ("a path to data analytics with python please", "data analytics with python please"),
        ("want to be a welder with 10 hours a week", "a welder"),
    ],
)
def test_a_goal_stands_behind_what_leads_to_it(text: str, phrase: str) -> None:
    """Up to the end of its clause, and not into the hours or the time."""
    assert phrase in list(goal_phrases(text))


def test_work_that_is_told_of_is_no_goal_while_something_else_is_asked() -> None:
    """ "I work as a cook" answers what somebody has."""
    assert list(goal_phrases("i work as a cook", strong=True)) == []
    assert content("something in a field") == ""


def test_programs_are_held_by_their_whole_title_or_code(goals: Goals) -> None:
    """A part of a title is none: who worked in network support has completed nothing here."""
    assert goals.programs_in("i did data analytics foundations") == ["MHC-DA101"]
    assert goals.programs_in("MHC-CY101 last year") == ["MHC-CY101"]
    assert goals.programs_in("data analytics foundatoins") == ["MHC-DA101"]
    assert goals.programs_in("i worked in network support") == []
