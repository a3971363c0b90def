"""Institutions are recognised by what people call them, and none is taken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.institutions import Institutions

HARBOR, FALLS, STATE = (
    "Maple Harbor College (fictional)",
    "University of Cedar Falls (fictional)",
    "Aid Institute of Design (fictional)",
)
KNOWN = Institutions([HARBOR, FALLS, STATE])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What are the fees at Maple Harbor College (fictional)?", [HARBOR]),
        ("fees at maple harbor college", [HARBOR]),
        ("maple harbor application deadline", [HARBOR]),
        ("is mapel harbor colege accredited", [HARBOR]),
        ("does MHC take transfer credit", [HARBOR]),
        ("mhc parking", [HARBOR]),
        ("Maple Harbor's refund rules", [HARBOR]),
        ("cedar falls tuition", [FALLS]),
        ("tuition at university of ceder falls", [FALLS]),
        ("how much is it at ucf?", [FALLS]),
        ("UCF or MHC, which is cheaper", [FALLS, HARBOR]),
        ("Is AID accredited?", [STATE]),
        ("can i get aid for this", []),
        ("CAN I GET AID FOR THIS", []),
        ("design courses", []),
        ("maple syrup in the harbor", []),
        ("the college application fee", []),
        ("", []),
    ],
)
def test_names_that_people_use(text: str, named: list[str]) -> None:
    """Full and short names, initials and slips of the keyboard; never an ordinary word."""
    assert list(KNOWN.named(text)) == named


@pytest.mark.parametrize(
    ("question", "earlier", "focus", "meant"),
    [
        ("how much is it", [], "", []),
        ("how much is it", [], FALLS, [FALLS]),
        ("how much is it", ["I like Cedar Falls", "Fine."], "", [FALLS]),
        ("how much is it", ["I like Cedar Falls", "MHC or Cedar Falls?", "MHC"], "", [HARBOR]),
        ("how much is it", ["MHC or Cedar Falls?"], FALLS, [FALLS]),
        ("and at MHC?", ["I like Cedar Falls"], FALLS, [HARBOR]),
        ("what do all three schools charge", ["MHC"], "", [HARBOR, FALLS, STATE]),
        ("is the other college cheaper", ["MHC"], "", []),
    ],
)
def test_whom_a_question_is_about(
    question: str, earlier: list[str], focus: str, meant: list[str]
) -> None:
    """Whom it names, or whom the conversation named last, or whose page was quoted."""
    assert list(KNOWN.meant(question, earlier, focus)) == meant


def test_the_other_one_of_two_is_known() -> None:
    """With two institutions, the other is the one that was not spoken of."""
    two = Institutions([HARBOR, FALLS])
    assert two.meant("is the other college cheaper", ["MHC fees"]) == (FALLS,)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What are the fees at Maple Harbor College (fictional)?", "What are the fees?"),
        ("MHC: how much is it?", "how much is it?"),
        ("Is Maple Harbor's deadline in May?", "Is deadline in May?"),
        ("How much is it? (Maple Harbor College (fictional))", "How much is it?"),
        ("how much is it", "how much is it"),
    ],
)
def test_the_name_is_taken_out_of_the_question(question: str, rest: str) -> None:
    """With the word that leads to it."""
    assert KNOWN.without_names(question) == rest


@pytest.mark.parametrize(
    ("text", "only"),
    [("at maple harbor", True), ("and what about UCF?", True), ("MHC", True), ("MHC fees", False),
     ("and then?", False)],
)  # fmt: skip
def test_a_message_that_is_only_a_name(text: str, only: bool) -> None:
    """It answers "which one?", or asks the question before it of another institution."""
    assert KNOWN.only_names(text) == only


def test_a_name_that_two_share_names_neither() -> None:
    """And the longer of two names that begin alike is not taken for the shorter."""
    alike = Institutions(["Maple Harbor College", "Maple Harbor Technical College"])
    assert alike.named("fees at maple harbor") == ()
    assert alike.named("fees at maple harbor college") == ("Maple Harbor College",)
    assert alike.named("fees at Maple Harbor Technical College") == (
        "Maple Harbor Technical College",
    )


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=4))
def test_any_text_and_any_names(text: str, names: list[str]) -> None:
    """Places lie in the text, in order and apart; what is found is one of the names."""
    institutions = Institutions([*names, HARBOR])
    position = 0
    for naming in institutions.find(text):
        assert position <= naming.start < naming.end <= len(text)
        assert naming.institution in {*names, HARBOR}
        position = naming.end
    institutions.without_names(text)
