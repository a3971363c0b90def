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
        Pointed("chat-privacy", ()),
    )
    assert answer.text
    assert "chat-privacy" not in [citation.document_id for citation in answer.citations]
