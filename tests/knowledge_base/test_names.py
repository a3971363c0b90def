"""A program is recognised by its title or code, with typing mistakes, and not by resemblance."""

from __future__ import annotations

import pytest

from knowledge_base.names import named_programs, without_names

NAMES = {
    "DA101": ("Data Analytics Foundations", "DA101"),
    "DA120": ("Data Analytics with Python", "DA120"),
    "HC101": ("Phlebotomy Technician", "HC101"),
    "CS1": ("Python", "CS1"),
    "X": ("???",),
    "Q1": ("Quantum Information Science, Part 1", "MHC-QI101"),
    "Q2": ("Quantum Information Science, Part 2", "MHC-QI102"),
}


@pytest.mark.parametrize(
    ("question", "programs"),
    [
        ("How much is Data Analytics Foundations?", ["DA101"]),
        ("how much is data analytics fundations", ["DA101"]),
        ("is HC101 online", ["HC101"]),
        ("prerequisites of Data Analytics with Python?", ["DA120"]),
        ("phlebotmy technician cost", ["HC101"]),
        ("do you teach python", ["CS1"]),
        ("is MHC-QI102 online", ["Q2"]),
        ("cost of quantum informaton science part 1", ["Q1"]),
        ("how do I apply", []),
        ("da", []),
        ("", []),
    ],
)
def test_the_named_program_is_found(question: str, programs: list[str]) -> None:
    """Its twin with a similar title is not, nor a title that lies inside the longer one."""
    assert named_programs(question, NAMES) == programs


def test_two_names_are_both_found() -> None:
    """A question that compares two programs names both."""
    asked = "Data Analytics Foundations or Phlebotomy Technician?"
    assert set(named_programs(asked, NAMES)) == {"DA101", "HC101"}


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Can I pay Data Analytics Foundations in parts?", "Can I pay it in parts?"),
        ("refund for phlebotmy technician", "refund for it"),
        ("is phlebotomy technician or Data Analytics Foundations online", "is it or it online"),
        ("how do I apply", "how do I apply"),
    ],
)
def test_a_question_is_read_without_its_names(question: str, left: str) -> None:
    """What is asked stays, whatever the name looks like."""
    named = named_programs(question, NAMES)
    assert without_names(question, named, NAMES, "it") == left
