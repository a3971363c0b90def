"""What is compared when one program is named and another thing is spoken of."""

from __future__ import annotations

from editions import asking

from knowledge_base.advising.comparing import compared
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.typed.pointing import Pointed


async def test_a_page_in_focus_is_no_program(sample_shelf: Shelf, encoder: Encoder) -> None:
    """After an answer from a page, comparing "that" with one program fails for nobody."""
    library = asking(sample_shelf, encoder)
    answer = await compared(
        library,
        "this is about a grade in welding, does that go the same way",
        Pointed((), "chat-privacy"),
    )
    assert answer.text
    assert "chat-privacy" not in [citation.document_id for citation in answer.citations]


async def test_a_name_that_fits_two_is_compared_whole(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """Beside another, both programs that a name fits stand in the table: nothing to ask back."""
    library = asking(sample_shelf, encoder)
    answer = await compared(library, "gis or cloud, whats the difference", Pointed())
    assert [c.document_id for c in answer.citations] == ["MHC-GIS110", "MHC-CL130", "MHC-CL230"]


async def test_what_nobody_can_compare_by_is_said(sample_shelf: Shelf, encoder: Encoder) -> None:
    """The table follows, but not as if it ranked what was asked."""
    library = asking(sample_shelf, encoder)
    answer = await compared(library, "welding vs wiring, which is more fun", Pointed())
    assert answer.text.startswith("The catalog does not say which is more fun.")


async def test_a_comparison_may_be_of_one_respect(sample_shelf: Shelf, encoder: Encoder) -> None:
    """The words of a title are no respect: "skills" in Spreadsheet Skills asks for none."""
    library = asking(sample_shelf, encoder)
    answer = await compared(library, "spreadsheet skills vs ux design, just the hours", Pointed())
    assert {fact.name for fact in answer.facts} == {"effort"}


async def test_those_shown_are_compared_if_none_is_named(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """Nobody has to name again what stands there."""
    library = asking(sample_shelf, encoder)
    shown = ("MHC-WE110", "MHC-EL115")
    answer = await compared(library, "help me pick, which suits a beginner", Pointed(shown))
    assert [citation.document_id for citation in answer.citations] == [*shown]
