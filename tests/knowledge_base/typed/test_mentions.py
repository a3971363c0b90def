"""Programs are recognised by what students call them, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.typed.mentions import Mentions
from knowledge_base.typed.question import PLAIN

NAMES = {
    "A1": ("Data Analytics Foundations", "MHC-DA101"),
    "A2": ("Data Analytics with Python", "MHC-DA120"),
    "B1": ("Cybersecurity Essentials", "MHC-CY101"),
    "B2": ("Cybersecurity Analyst", "MHC-CY110"),
    "B3": ("Cloud Security Practice", "MHC-CL230"),
    "C1": ("Full-Stack Web Development", ""),
    "C2": ("Front-End Web Development", ""),
    "D1": ("Bookkeeping Essentials", ""),
    "D2": ("Small Business Start-Up", ""),
    "E1": ("Quantum Information Science, Part 1", ""),
    "E2": ("Quantum Information Science, Part 2", ""),
    "F1": ("Welding", ""),
    "F2": ("Advanced Welding", ""),
    "G1": ("???", ""),
}
MENTIONS = Mentions(NAMES)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("how much is Data Analytics Foundations?", ["A1"]),
        ("DATA ANALYTICS FUNDATIONS and da120", ["A1", "A2"]),
        ("MHC-DA101 or mhc-da120", ["A1", "A2"]),
        ("python data analytics", ["A2"]),
        ("data analytics", ["A1 A2"]),
        ("cyber essentials then the cybersecurity analyst", ["B1", "B2"]),
        ("the security one", ["B1 B2 B3"]),
        ("fullstack vs front end web dev", ["C1", "C2"]),
        ("full stack web development", ["C1"]),
        ("web development", ["C1 C2"]),
        ("quantum part 2", ["E2"]),
        ("quantum information", ["E1 E2"]),
        ("welding", ["F1"]),
        ("advanced welding", ["F2"]),
        ("is there a book", []),
        ("when do i start up", []),
        ("what is the full cost", []),
        ("DA999", []),
        ("", []),
        ("???", []),
    ],
)
def test_what_is_named(question: str, named: list[str]) -> None:
    """In order; where several programs fit one name alike, all of them are told."""
    found = MENTIONS.find(question, PLAIN)
    assert [" ".join(sorted(mention.programs)) for mention in found] == named


@given(st.text(alphabet="data nlyticsweb-ful'101 ,?é\n\0", max_size=60))
def test_places_are_in_order(text: str) -> None:
    """Mentions lie inside the text, one after the other, and each names a program."""
    found = MENTIONS.find(text)
    ends = [0, *(mention.end for mention in found)]
    for before, mention in zip(ends, found, strict=False):
        assert before <= mention.start < mention.end <= len(text)
        assert mention.programs


def test_no_programs() -> None:
    """An edition without programs names none."""
    assert Mentions({}).find("how much is data analytics") == []
