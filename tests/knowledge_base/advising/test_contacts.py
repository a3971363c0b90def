"""Lines with a telephone or an email are contacts, each with whom it reaches."""

from __future__ import annotations

import pytest

from knowledge_base.advising.contacts import contacts_in
from knowledge_base.advising.reaching import asks_how_to_reach
from knowledge_base.model import Passage

TABLE = (
    "| Desk | Telephone | Email |\n|---|---|---|\n"
    "| Loans | 555-010-4477 | loans@lakeview.example |\n| Lost keys | ask the porter | |\n\n"
    "All desks are in Birch House, room 4."
)


def page(text: str, heading: str = "Desks") -> Passage:
    """A passage of a page with one heading."""
    return Passage("p1", "desks", "Desks of the college", (heading,), text, 0, len(text))


def test_a_row_is_named_by_its_first_cell() -> None:
    """It is said without the marks of the table, with where the desk is."""
    (contact,) = contacts_in([page(TABLE)])
    assert (contact.name, contact.of_table) == ("Loans", True)
    assert contact.said == "**Loans**: 555-010-4477 · loans@lakeview.example"
    assert contact.quote == "| Loans | 555-010-4477 | loans@lakeview.example |"
    assert contact.place == "All desks are in Birch House, room 4."


def test_a_sentence_is_named_by_its_heading() -> None:
    """Sentences without a telephone or email, days and amounts among them, are no contacts."""
    text = "We open on 2027-01-11. It costs $1,140.50. Ring +1 555 010 9911 at any hour."
    (contact,) = contacts_in([page(text, "The porter")])
    assert (contact.name, contact.said) == ("The porter", "Ring +1 555 010 9911 at any hour.")


def test_the_same_line_counts_once() -> None:
    """Passages may overlap."""
    assert len(list(contacts_in([page(TABLE), page(TABLE)]))) == 1


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("do you have a phone number for the loan desk", True),
        ("their email?", True),
        ("who should i write to about that", True),
        ("where can i call", True),
        ("transfer me to the loan desk", False),
        ("can somebody call me", False),
        ("a real human please, not a number", False),
        ("how many credits is it", False),
    ],
)
def test_asking_for_a_contact_is_not_asking_for_a_person_here(words: str, asks: bool) -> None:
    """Who wants to be connected now is not sent away with a number."""
    assert asks_how_to_reach(words) == asks
