"""Facts for rules of aid, read from students' words; what is not said plainly stays unknown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.advising.aid_facts import answer_to, declines, facts_in
from knowledge_base.advising.aiding import asks_why, has_enough
from knowledge_base.aid_rule import AidRules, AskedFact, rules_from
from knowledge_base.model import Skipped
from knowledge_base.rules import read_rules

SAMPLE = Path(__file__).parents[3] / "knowledge_base" / "sample"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def rules() -> AidRules:
    records: dict[str, list[dict[str, Any]]] = {}
    for item in read_rules(SAMPLE / "aid-rules.toml", "aid_rules"):
        assert not isinstance(item, Skipped), str(item)
        records.setdefault(item.kind, []).append(item.data)
    return rules_from(records)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "i make 30000, family of 3, live in westmark for 2 years",
            {"household_income": 30000, "household_size": 3, "westmark_months": 24},
        ),
        ("I earn about $42k a year and I'm 31", {"household_income": 42000, "age": 31}),
        ("we are four, household income was 52,500", {"household_income": 52500,
                                                       "household_size": 4}),
        (
            "I'm on unemployment and I don't have a bachelor's degree",
            {"unemployment_benefit": True, "bachelors_degree": False},
        ),
        ("green card holder", {"international_rate": False}),
        ("moved to westmark 8 months ago", {"westmark_months": 8}),
        ("i'm not a us citizen", {}),
        ("i earn 18 dollars an hour", {}),
        ("income under 60000 a year", {}),
        ("i have 30 minutes before class", {}),
    ],
)  # fmt: skip
def test_facts_are_read_where_they_are_said(
    rules: AidRules, text: str, expected: dict[str, Any]
) -> None:
    """Cues of the rules' file are found in any wording around them; bounds and rates are none."""
    assert facts_in(text, rules.facts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("our income is €45.000", {"income": 45000}),
        ("an income of 38,500 euros", {"income": 38500}),
        ("an income of 38500,50 euros", {}),
        ("income of 45k €", {"income": 45000}),
        ("income of $45,000", {}),
        ("income of €900 a week", {}),
        ("i am €45 short, aged 30", {"age": 30}),
    ],
)
def test_money_is_read_in_its_own_currency(text: str, expected: dict[str, Any]) -> None:
    """An income in euros is read with its sign and either separator; one in dollars is none."""
    income = AskedFact("income", "?", "number", "euros", ("income of #", "income is #"))
    age = AskedFact("age", "?", "number", "years", ("aged #", "i am #"))
    assert facts_in(text, (income, age)) == expected


@pytest.mark.parametrize(
    ("fact", "text", "expected"),
    [
        ("bachelors_degree", "yep", True),
        ("bachelors_degree", "I do", True),
        ("bachelors_degree", "nope", False),
        ("bachelors_degree", "i don't", False),
        ("bachelors_degree", "purple", None),
        ("household_income", "30k", 30000),
        ("household_income", "about 30,000 I think", 30000),
        ("household_income", "none", 0),
        ("household_income", "no", None),
        ("household_income", "2000 a month", None),
        ("household_income", "between 30000 and 40000", None),
        ("household_size", "just me", 1),
        ("household_size", "me and my two kids", None),
        ("household_size", "five", 5),
        ("westmark_months", "2 years", 24),
        ("westmark_months", "2 years and 3 months", 27),
        ("westmark_months", "18", 18),
        ("westmark_months", "since 2021", 58),
        ("harbor_scholarships_received", "never", 0),
        ("harbor_scholarships_received", "once", 1),
        ("program_starts", "January 11, 2027", "2027-01-11"),
        ("program_starts", "january 11", "2027-01-11"),
        ("program_starts", "soon", None),
    ],
)
def test_answers_are_read_by_what_was_asked(
    rules: AidRules, fact: str, text: str, expected: Any
) -> None:
    """Yes and no, amounts in the unit of the fact, and dates; what does not tell is None."""
    asked = {known.name: known for known in rules.facts}[fact]
    assert answer_to(asked, text, TODAY) == expected


def test_a_stay_of_a_whole_life_is_longer_than_any_rule_asks(rules: AidRules) -> None:
    """Somebody who was born there has lived there for as long as is needed."""
    asked = {known.name: known for known in rules.facts}["westmark_months"]
    months = answer_to(asked, "all my life", TODAY)
    assert isinstance(months, int)
    assert months >= 12


@pytest.mark.parametrize(
    "text", ["i don't know", "idk", "prefer not to say", "skip", "rather not", "no idea"]
)
def test_not_knowing_and_not_saying_are_heard(text: str) -> None:
    """They leave a fact unknown, which is neither yes nor no."""
    assert declines(text)
    assert not declines("no")


@pytest.mark.parametrize("text", ["why?", "why do you ask", "but why do you need that"])
def test_a_question_for_the_reason_is_heard(text: str) -> None:
    """Only questions about the question itself are."""
    assert asks_why(text)
    assert not asks_why("why is tuition so high this year for people from other states like me")


def test_enough_is_heard() -> None:
    """A student who wants the verdicts now need not answer more."""
    assert has_enough("that's enough, show me what you have")
    assert not has_enough("i don't have enough money")
