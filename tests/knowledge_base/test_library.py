"""The knowledge base follows the live edition and answers from what holds today."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from editions import asking, page, silent
from structlog.testing import capture_logs

from knowledge_base.edition import MANIFEST
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.errors import (
    DamagedEdition,
    EncoderUnavailable,
    NothingPublished,
    UnknownEdition,
)
from knowledge_base.model import AnswerKind, Program, Validity
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry
from knowledge_base.typed.draft import Draft

OLD = [page("fees", "The application fee is $25.")]
NEW = [page("fees", "The application fee is $30.")]
QUESTION = "How much is the application fee?"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "editions")


async def test_nothing_published_says_what_to_do(shelf: Shelf, encoder: Encoder) -> None:
    """Before the first edition there is an error, and after it an answer, without a restart."""
    knowledge_base = asking(shelf, encoder)
    with pytest.raises(NothingPublished, match=r"advisor import.*advisor publish"):
        await knowledge_base.ask(QUESTION)
    shelf.publish(OLD, encoder, silent)
    assert "$25" in (await knowledge_base.ask(QUESTION)).text


async def test_a_publication_is_live_at_the_next_question(shelf: Shelf, encoder: Encoder) -> None:
    """Each answer names the edition it comes from; a roll-back is live as fast."""
    first = shelf.publish(OLD, encoder, silent)
    knowledge_base = asking(shelf, encoder)
    before = await knowledge_base.ask(QUESTION)
    second = shelf.publish(NEW, encoder, silent)
    after = await knowledge_base.ask(QUESTION)
    assert ("$25" in before.text, before.edition) == (True, first.id)
    assert ("$30" in after.text, after.edition) == (True, second.id)
    shelf.point_to(first.id)
    assert await knowledge_base.refresh() == first.id
    assert "$25" in (await knowledge_base.ask(QUESTION)).text


def test_editions_are_swapped_while_questions_are_asked(shelf: Shelf, encoder: Encoder) -> None:
    """Asked from several threads during many swaps, each answer is whole: its fee is its
    edition's fee."""
    fees = {
        shelf.publish(OLD, encoder, silent).id: "$25",
        shelf.publish(NEW, encoder, silent).id: "$30",
    }
    knowledge_base = asking(shelf, encoder)
    done = threading.Event()

    def ask() -> set[str]:
        seen = set()
        while not done.is_set() or len(seen) < 1:
            answer = asyncio.run(knowledge_base.ask(QUESTION))
            assert fees[answer.edition] in answer.text
            seen.add(answer.edition)
        return seen

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        for turn in range(40):
            shelf.point_to(list(fees)[turn % 2])
            asyncio.run(knowledge_base.refresh())
        done.set()
    assert set().union(*(thread.result() for thread in asked)) == set(fees)


@pytest.mark.parametrize("how", ["damaged", "unknown", "gone"])
async def test_a_bad_edition_leaves_the_good_one_serving(
    shelf: Shelf, encoder: Encoder, how: str
) -> None:
    """Students go on being answered; the log says once which edition is refused and why."""
    first = shelf.publish(OLD, encoder, silent)
    knowledge_base = asking(shelf, encoder)
    await knowledge_base.refresh()
    spoil(shelf, encoder, how)
    with capture_logs() as logs:
        answers = [await knowledge_base.ask(QUESTION) for _ in range(3)]
    assert {answer.edition for answer in answers} == {first.id}
    assert [(log["event"], log["serving"]) for log in logs] == [("edition_refused", first.id)]
    third = shelf.publish(NEW, encoder, silent)
    assert (await knowledge_base.ask(QUESTION)).edition == third.id


@pytest.mark.parametrize(
    ("how", "error"), [("damaged", DamagedEdition), ("unknown", UnknownEdition)]
)
async def test_a_bad_edition_is_an_error_when_none_is_open(
    shelf: Shelf, encoder: Encoder, how: str, error: type[Exception]
) -> None:
    """A process that starts with a bad edition says what is wrong, at every question."""
    shelf.publish(OLD, encoder, silent)
    spoil(shelf, encoder, how)
    knowledge_base = asking(shelf, encoder)
    for _ in range(2):
        with pytest.raises(error):
            await knowledge_base.ask(QUESTION)


def spoil(shelf: Shelf, encoder: Encoder, how: str) -> None:
    """Make an edition live that cannot be opened."""
    second = shelf.publish(NEW, encoder, silent)
    if how == "damaged":
        with (shelf.folder / second.id / "vectors.faiss").open("ab") as file:
            file.write(b"?")
    elif how == "unknown":
        (shelf.folder / second.id / MANIFEST).unlink()
    else:
        (shelf.folder / "current").unlink()


async def test_vectors_of_another_encoder_are_not_searched(shelf: Shelf, encoder: Encoder) -> None:
    """When the setting names another encoder than the edition, the error names both."""
    shelf.publish(OLD, encoder, silent)
    other = open_encoder("another-model")
    with pytest.raises(EncoderUnavailable, match=r"packaged:bge-small.*'another-model'"):
        await asking(shelf, other).ask(QUESTION)


@pytest.mark.parametrize(
    ("today", "fee"),
    [(date(2026, 6, 30), "$25"), (date(2026, 7, 1), "$30"), (date(2027, 6, 30), "$30")],
)
async def test_only_what_holds_today_is_quoted(
    shelf: Shelf, encoder: Encoder, today: date, fee: str
) -> None:
    """The first and the last day of a page's dates belong to it."""
    entries = [
        page("old", OLD[0].document.text, validity=Validity(None, date(2026, 6, 30))),
        page("new", NEW[0].document.text, validity=Validity(date(2026, 7, 1), date(2027, 6, 30))),
    ]
    shelf.publish(entries, encoder, silent)
    answer = await asking(shelf, encoder, today, abstain_below=0).ask(QUESTION)
    assert fee in answer.text
    assert len(answer.citations) == 1


async def test_when_nothing_holds_today_nothing_is_quoted(shelf: Shelf, encoder: Encoder) -> None:
    """Expired pages are not even offered as nearby topics."""
    entries = [page("old", OLD[0].document.text, validity=Validity(None, date(2020, 1, 1)))]
    shelf.publish(entries, encoder, silent)
    answer = await asking(shelf, encoder).ask(QUESTION)
    assert answer.abstained
    assert (answer.citations, answer.nearest, answer.confidence) == ((), (), 0.0)


async def test_expired_pages_take_nobodys_place(shelf: Shelf, encoder: Encoder) -> None:
    """Three hundred expired pages that fit better do not keep the one in force from being found."""
    expired = Validity(None, date(2020, 1, 1))
    entries = [
        page(f"old-{n}", OLD[0].document.text, title="Application fee", validity=expired)
        for n in range(300)
    ]
    shelf.publish([*entries, page("now", "You pay thirty dollars to apply.")], encoder, silent)
    answer = await asking(shelf, encoder, abstain_below=0).ask(QUESTION)
    assert [c.document_id for c in answer.citations] == ["now"]


async def test_a_draft_is_told_with_the_programs_and_pages_it_rests_on(
    shelf: Shelf, encoder: Encoder
) -> None:
    """Citations come in the order of their numbers; a page that is not published is still named."""
    program = Program("p1", "Welding", credits=Decimal(3))
    shelf.publish([Entry(program_page(program), program), *OLD], encoder, silent)
    knowledge_base = asking(shelf, encoder)
    quoted = (("fees", "The application fee\nis $25."), ("gone", "Nothing is owed."))
    draft = Draft(
        AnswerKind.PROGRAMS, "Welding [1], [2], [3].", stated={"p1": ("3 credits",)}, quoted=quoted
    )
    told = await knowledge_base.told(draft)
    assert [c.document_id for c in told.citations] == ["p1", "fees", "gone"]
    assert "3 credits" in told.citations[0].quote
    assert told.citations[1].passage_id and told.citations[2].quote == "Nothing is owed."
    catalog = await knowledge_base.catalog()
    assert catalog.programs["p1"].title == catalog.titles["p1"] == "Welding"
