"""A wish is changed by the words of the next turn, and stays one that can be asked again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from catalog_editions import published

from knowledge_base.catalog_query import CatalogQuery
from knowledge_base.filters.tree import Compare, Op
from knowledge_base.model import Cost, Program

DAY = date(2026, 11, 22)
PROGRAMS = [
    Program("a", "Data Basics", subject="Data", delivery=("online",)),
    Program("b", "Data Skills", subject="Data", costs=(Cost("tuition", Decimal(500)),)),
    Program("c", "Web Design", subject="Web", delivery=("in person",)),
]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> CatalogQuery:
    folder: Path = tmp_path_factory.mktemp("refining")
    return CatalogQuery(published(folder, PROGRAMS))


CHANGES = [
    ("online, about data", "make it in person", "about data, and in person"),
    ("about data, under $800", "under 600 please", "about data, and total cost under 600"),
    ("about data, under $800", "forget the price", "about data"),
    ("about data, online", "i don't care about the format", "about data"),
    ("about data, online", "the format doesn't matter", "about data"),
    ("about data, online", "or hybrid", "about data, and online or hybrid"),
    ("about data", "cheaper", "about data, and the cheapest programs"),
    ("about data", "about web", "about data, and about web"),
    ("about data", "web design instead", "about web design"),
    ("online", "not online", "not online"),
    ("online", "forget online", ""),
    ("online", "without prerequisites", "online, and no prerequisites"),
]


@pytest.mark.parametrize(("wish", "words", "expected"), CHANGES)
def test_a_detail_changes_the_wish(
    catalog: CatalogQuery, wish: str, words: str, expected: str
) -> None:
    """It takes the place of its kind, is added, or goes; the result reads as itself."""
    changed = catalog.refine(wish, words, DAY)
    assert changed == expected
    if changed:
        again = catalog.find(changed, DAY)
        assert ", and ".join([*again.conditions, *filter(None, [again.order])]) == changed


@pytest.mark.parametrize("words", ["thank you", "what is it like", "hello there"])
def test_words_that_say_nothing_of_a_wish_change_nothing(catalog: CatalogQuery, words: str) -> None:
    """So that they are answered as what they are."""
    assert catalog.refine("about data, online", words, DAY) in {None, "about data, and online"}


def test_cheaper_than_the_one_that_was_shown(catalog: CatalogQuery) -> None:
    """Beside one program, cheaper is a bound and not only an order."""
    than = {"total": Compare("total", Op.LT, Decimal(500), unit="USD")}
    changed = catalog.refine("about data", "anything cheaper", DAY, than)
    assert changed == "about data, and total cost under $500, and the cheapest programs"


def test_what_is_not_said_is_told_apart(catalog: CatalogQuery) -> None:
    """A program that could fit names the conditions that the catalog leaves open."""
    found = catalog.find("online, about data", DAY)
    assert [match.id for match in found.matches] == ["a"]
    assert [(match.id, match.unsaid) for match in found.unknown] == [("b", ("online",))]
