"""Cards of programs: what they tell, why they fit, and what they leave open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from knowledge_base.advising.cards import card
from knowledge_base.advising.reasons import reason
from knowledge_base.filters.tree import Compare, Has, Not, Op, Or
from knowledge_base.model import Cost, Offering, Program, Span
from knowledge_base.typed.draft import Catalog

DAY = date(2026, 11, 22)
POTTERY = Program(
    "p1",
    "Pottery for Beginners",
    subject="Crafts",
    skills=("glazing", "wheel throwing"),
    occupations=("potter",),
    delivery=("in person",),
    costs=(Cost("tuition", Decimal(300), currency="USD"),),
    duration=Span(Decimal(6), Decimal(6), "weeks"),
    offerings=(Offering(starts=date(2027, 2, 1)), Offering(starts=date(2027, 5, 3))),
)
BARE = Program("p2", "Sewing")
CATALOG = Catalog(DAY, {p.id: p for p in (POTTERY, BARE)}, {}, lambda _: frozenset())
SPRING = Compare("starts", Op.BETWEEN, date(2027, 4, 1), date(2027, 6, 30))


def test_a_card_tells_facts_and_cites_them() -> None:
    """Its number stands behind the title, and every fact is of this program and citation."""
    text, facts, stated = card(POTTERY, (), CATALOG, place=4, number=2)
    assert text.startswith("**4. Pottery for Beginners** [2]")
    assert "$300" in text
    assert "6 weeks" in text
    assert "1 February 2027" in text
    assert {(fact.program, fact.citation) for fact in facts} == {("p1", 2)}
    assert "takes 6 weeks" in stated


def test_what_is_not_stated_is_named() -> None:
    """A fact that the catalog leaves out is called unknown, and is not left out in silence."""
    text, facts, _ = card(BARE, (), CATALOG, place=1, number=1)
    last = text.splitlines()[-1]
    assert all(word in last for word in ("cost", "length", "next start", "delivery"))
    assert facts == ()


def test_a_condition_is_met_by_what_meets_it() -> None:
    """The run that fits is told, not the next one; the skill that fits, not the first one."""
    assert reason(POTTERY, SPRING, CATALOG).told == "3 May 2027"
    wheel = reason(POTTERY, Has("topic", ("wheel",)), CATALOG)
    assert wheel.told == "skill: wheel throwing"
    assert wheel.stated == ("wheel throwing",)


def test_one_of_several_is_enough() -> None:
    """Of alternatives the one that holds is the reason, and a negation speaks for itself."""
    either = Or((Has("topic", ("sewing",)), Has("topic", ("wheel",))))
    assert reason(POTTERY, either, CATALOG).told == "skill: wheel throwing"
    assert reason(POTTERY, Not(Has("delivery", ("online",))), CATALOG).told == ""


def test_a_reason_never_repeats_its_condition() -> None:
    """A title that was asked for by name says all there is to say."""
    pottery = reason(POTTERY, Has("topic", ("pottery",)), CATALOG)
    assert str(pottery) == pottery.condition
