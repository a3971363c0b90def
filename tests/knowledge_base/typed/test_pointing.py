"""Words that point are resolved against what was shown, before anything is asked."""

from __future__ import annotations

from datetime import date

import pytest
from catalog_editions import published

from knowledge_base.catalog_query import CatalogQuery
from knowledge_base.model import Program
from knowledge_base.typed.pointing import Pointed, Pointing
from knowledge_base.typed.referents import Referents

DAY = date(2026, 11, 22)
PROGRAMS = [
    Program("a", "Data Basics", subject="Data", delivery=("online",)),
    Program("b", "Data Skills", subject="Data", delivery=("in person",)),
    Program("c", "Web Design", subject="Web", delivery=("hybrid",)),
]
SHOWN = ("a", "b", "c")


@pytest.fixture(scope="module")
def pointing(tmp_path_factory: pytest.TempPathFactory) -> Pointing:
    edition = published(tmp_path_factory.mktemp("pointing"), PROGRAMS)
    return Pointing(Referents(edition), CatalogQuery(edition))


CASES = [
    ("how much is the second one", Pointed(SHOWN), "how much is Data Skills", "b"),
    ("tell me about the first", Pointed(SHOWN), "tell me about Data Basics", "a"),
    ("when does option 3 start", Pointed(SHOWN), "when does Web Design start", "c"),
    ("the last one?", Pointed(SHOWN), "Tell me about Web Design", "c"),
    ("and the other one?", Pointed(("a", "b"), "a", "is it online"), "is Data Skills online", "b"),
    (
        "no i meant the second one",
        Pointed(SHOWN, "a", "is it online"),
        "is Data Skills online",
        "b",
    ),
    (
        "what about the hybrid one",
        Pointed(SHOWN, "a", "how long is it"),
        "how long is Web Design",
        "c",
    ),
    ("web design", Pointed((), None, "how much is Data Basics"), "how much is Web Design", "c"),
    ("how much is it", Pointed(SHOWN, "b"), "how much is it", "b"),
    ("when is the first day of class", Pointed(SHOWN, "b"), "when is the first day of class", "b"),
    (
        "how do i get a web badge for it",
        Pointed(SHOWN, "b"),
        "how do i get a web badge for it",
        "b",
    ),
    ("the fourth one", Pointed(SHOWN), "the fourth one", None),
    ("how much is the second one", Pointed(), "how much is the second one", None),
]


@pytest.mark.parametrize(("words", "before", "question", "focus"), CASES)
def test_what_is_pointed_at_is_named(
    pointing: Pointing, words: str, before: Pointed, question: str, focus: str | None
) -> None:
    """A message that only points asks the question before again; others keep their words."""
    meant = pointing.meant(words, before, DAY)
    assert (meant.question, meant.focus, meant.choices) == (question, focus, ())


def test_one_of_several_is_asked_back(pointing: Pointing) -> None:
    """Each choice is the whole question about that program."""
    meant = pointing.meant("how much is the other one", Pointed(SHOWN, "a"), DAY)
    assert [(topic.label, topic.question) for topic in meant.choices] == [
        ("Data Skills", "how much is Data Skills"),
        ("Web Design", "how much is Web Design"),
    ]


@pytest.mark.parametrize(
    ("words", "shown", "programs"),
    [
        ("compare the two", ("a", "b"), ("a", "b")),
        ("compare all three", SHOWN, SHOWN),
        ("compare them", SHOWN, SHOWN),
        ("compare the first and the third", SHOWN, ("a", "c")),
        ("compare both", SHOWN, ()),
    ],
)
def test_several_are_pointed_at_together(
    pointing: Pointing, words: str, shown: tuple[str, ...], programs: tuple[str, ...]
) -> None:
    """As many as were shown, and none where it does not say which."""
    assert pointing.meant(words, Pointed(shown), DAY).programs == programs
