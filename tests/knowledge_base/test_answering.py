"""An answer is the source's own words with their source, or an honest "I don't have that"."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from editions import PROJECT, TODAY, asking, page, silent

from knowledge_base.answering import Answering, no_question, not_published
from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.model import AnswerKind
from knowledge_base.retriever import Query, Ranking, Retriever

TUITION = "What is the tuition per credit for residents?"
QUESTIONS = [
    json.loads(line)["question"]
    for line in (PROJECT / "tests" / "questions" / "sample.jsonl").read_text("utf-8").splitlines()
]


async def test_every_quote_stands_in_its_document(
    sample_shelf: Shelf, sample_edition: Edition, encoder: Encoder
) -> None:
    """Over all sample questions: each part of a quote is verbatim, and tables are whole."""
    knowledge_base = asking(sample_shelf, encoder, abstain_below=0)
    quoted = 0
    for question in QUESTIONS:
        answer = await knowledge_base.ask(question)
        for number, citation in enumerate(answer.citations, 1):
            found = sample_edition.document(citation.document_id)
            assert found is not None
            document, cut = found
            (passage,) = [p for p in cut if p.id == citation.passage_id]
            assert citation.quote in answer.text or answer.kind is not AnswerKind.QUOTE
            assert f"[{number}]" in answer.text
            assert citation.validity == document.validity
            quoted_from = [passage] if answer.kind is AnswerKind.QUOTE else cut
            for part in citation.quote.split(" … "):
                assert any(part in source.text for source in quoted_from)
                check_tables(part, document.text)
            quoted += 1
    assert quoted >= len(QUESTIONS)


def check_tables(part: str, text: str) -> None:
    """The rows of a quoted table are all the rows of the table."""
    if "|---" in part:
        rows = part[part.index("|") :].split("\n\n", maxsplit=1)[0]
        rest = text[text.index(rows) + len(rows) :]
        assert not rest.startswith("\n|")


@pytest.fixture
def answering(encoder: Encoder) -> Answering:
    return Answering(encoder, "https://fictional.example/sources/", 0.0)


def ranked(
    tmp_path: Path, encoder: Encoder, text: str, question: str, **facts: str
) -> tuple[Edition, Query]:
    entry = page("fees and aid/2027", text, title="Fees")
    if facts:
        object.__setattr__(entry.document, "url", facts["url"])
    shelf = Shelf(tmp_path / "editions")
    shelf.publish([entry], encoder, silent)
    return shelf.open(), Query(question, TODAY)


def test_of_a_long_passage_the_best_sentences_are_quoted(
    tmp_path: Path, encoder: Encoder, answering: Answering
) -> None:
    """A stretch of it that holds the rule with its exception, and not the rest."""
    filler = [f"Building {n} of the campus was painted in the year {1900 + n}." for n in range(12)]
    rule = "The application fee is $25. However, it is waived for veterans."
    text = " ".join([*filler[:4], rule, *filler[4:]])
    edition, query = ranked(tmp_path, encoder, text, "How much is the application fee?")
    answer = answering.answer(query, Retriever(edition, encoder).search(query), edition.id)
    quote = answer.citations[0].quote
    assert rule in quote
    assert quote in text
    assert len(quote.split()) < len(text.split()) / 2


def test_a_short_passage_is_quoted_whole(
    tmp_path: Path, encoder: Encoder, answering: Answering
) -> None:
    """Up to sixty words nothing is left out."""
    text = "The fee is $25. It is paid once. It is not refunded. Veterans pay nothing. Ask us."
    edition, query = ranked(tmp_path, encoder, text, "What is the fee?")
    answer = answering.answer(query, Retriever(edition, encoder).search(query), edition.id)
    assert answer.citations[0].quote == text


def test_a_table_that_is_the_whole_passage_stays_a_table(
    tmp_path: Path, encoder: Encoder, answering: Answering
) -> None:
    """The number of the citation stands before the table, not inside its last row."""
    table = "| Fee | Amount |\n|---|---|\n| Application | $25 |"
    edition, query = ranked(tmp_path, encoder, f"# Fees\n\n{table}\n", "What is the fee?")
    answer = answering.answer(query, Retriever(edition, encoder).search(query), edition.id)
    assert f"[1]\n\n{table}\n" in answer.text


def test_a_document_without_address_is_cited_where_it_can_be_read(
    tmp_path: Path, encoder: Encoder, answering: Answering
) -> None:
    """Its id is escaped in the address, and the passage is the fragment."""
    edition, query = ranked(tmp_path, encoder, "The fee is $25.", "What is the fee?")
    answer = answering.answer(query, Retriever(edition, encoder).search(query), edition.id)
    (citation,) = answer.citations
    assert citation.url == (
        f"https://fictional.example/sources/fees%20and%20aid%2F2027#{citation.passage_id}"
    )
    assert (answer.focus, answer.edition) == ("fees and aid/2027", edition.id)


def test_a_document_with_an_address_is_cited_there(
    tmp_path: Path, encoder: Encoder, answering: Answering
) -> None:
    """The source's own page comes first."""
    own = "https://fictional.example/fees"
    edition, query = ranked(tmp_path, encoder, "The fee is $25.", "What is the fee?", url=own)
    answer = answering.answer(query, Retriever(edition, encoder).search(query), edition.id)
    assert answer.citations[0].url == own


async def test_below_the_threshold_it_says_that_it_does_not_know(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """No quote, no citation, but nearby topics that can be asked."""
    answer = await asking(sample_shelf, encoder, abstain_below=1.0).ask("What is the fee?")
    assert (answer.kind, answer.text, answer.citations) == (AnswerKind.UNKNOWN, not_published(), ())
    assert answer.abstained
    assert 0 < len(answer.nearest) <= 3
    assert len({topic.label for topic in answer.nearest}) == len(answer.nearest)


async def test_the_threshold_decides(sample_shelf: Shelf, encoder: Encoder) -> None:
    """The same question is answered just below the chance of an answer, declined just above."""
    question = "How much is the application fee?"
    _, ranking = await asking(sample_shelf, encoder, abstain_below=0).examine(question)
    sure = ranking.published
    assert 0 < ranking.confidence < sure < 1
    below = await asking(sample_shelf, encoder, abstain_below=sure - 0.01).ask(question)
    above = await asking(sample_shelf, encoder, abstain_below=sure + 0.01).ask(question)
    assert (below.abstained, above.abstained) == (False, True)


async def test_the_dates_of_the_source_are_said(sample_shelf: Shelf, encoder: Encoder) -> None:
    """An answer ends with whose words these are and for which dates they hold."""
    answer = await asking(sample_shelf, encoder).ask(TUITION)
    last = answer.text.rsplit("\n\n", 1)[-1]
    assert "Maple Harbor College (fictional)" in last
    assert "in force from 1 July 2026 until 30 June 2027" in last
    assert "last verified" in last


async def test_an_answer_goes_over_the_wire(sample_shelf: Shelf, encoder: Encoder) -> None:
    """Its wire form is JSON, with what `ask --json` promises."""
    answer = await asking(sample_shelf, encoder).ask(TUITION)
    wire = json.loads(json.dumps(answer.to_wire()))
    promised = {"text", "kind", "citations", "confidence", "abstained", "edition", "milliseconds"}
    assert promised <= wire.keys()
    cited = {"title", "url", "quote", "effective_from", "effective_to"}
    assert all(cited <= citation.keys() for citation in wire["citations"])


def test_nothing_found_is_nothing_known(answering: Answering) -> None:
    """An empty ranking is an honest unknown even when the threshold lets everything pass."""
    answer = answering.answer(Query("x", date(2026, 1, 1)), Ranking(), "e")
    assert answer.abstained
    assert not answer.citations


async def test_topics_are_of_different_pages(sample_shelf: Shelf, encoder: Encoder) -> None:
    """Near what was asked, one of a page before a second one of any, and each can be asked."""
    knowledge_base = asking(sample_shelf, encoder, abstain_below=1.0)
    answer = await knowledge_base.ask("Do you refund the application fee to veterans?")
    pages = {topic.label.split(" › ")[0] for topic in answer.nearest}
    assert len(pages) == len(answer.nearest) == 3
    for topic in answer.nearest:
        cited = (await asking(sample_shelf, encoder).ask(topic.question)).citations
        assert topic.label.split(" › ")[0] in {c.title.split(" › ")[0] for c in cited}


@pytest.mark.parametrize("message", ["", "   ", "😀😀", "???", "…!", "\u200b"])
async def test_a_message_without_a_word_asks_for_a_question(
    sample_shelf: Shelf, encoder: Encoder, message: str
) -> None:
    """And offers no topics, since none can be near."""
    answer = await asking(sample_shelf, encoder).ask(message)
    assert (answer.kind, answer.text) == (AnswerKind.UNKNOWN, no_question())
    assert (answer.citations, answer.nearest) == ((), ())


@pytest.mark.parametrize(
    "message", ["https://example.org/x?y=1", "asdkjh qwezz", "x" * 2000, "zxqv " * 400]
)
async def test_what_means_nothing_is_not_known(
    sample_shelf: Shelf, encoder: Encoder, message: str
) -> None:
    """An address, letters, or two thousand characters of them: no guess, and no topics."""
    answer = await asking(sample_shelf, encoder).ask(message)
    assert (answer.kind, answer.text, answer.nearest) == (AnswerKind.UNKNOWN, not_published(), ())


@pytest.mark.parametrize(
    "message",
    [
        "WHERE CAN I PARK ON CAMPUS???",
        "were can i prak on campus is parkng free",
        "where can i park on campus 🚗🚗",
        "hi there! so i live an hour away and would have to drive in every day, i was wondering "
        "where can i park on campus and is parking free " + "thanks so much " * 120,
    ],
)
async def test_shouting_slips_and_length_do_not_matter(
    sample_shelf: Shelf, encoder: Encoder, message: str
) -> None:
    """The same page is quoted however it is asked for."""
    answer = await asking(sample_shelf, encoder).ask(message[:2000])
    assert "Parking is free at the main campus" in answer.text


async def test_each_question_of_a_message_is_answered_or_named(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """The quotes are numbered through, and what is not known is said behind them."""
    knowledge_base = asking(sample_shelf, encoder)
    answer = await knowledge_base.ask(
        "Where can I park on campus? What is the application fee? Who won the world cup?"
    )
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", answer.text)]
    assert numbers == list(range(1, len(answer.citations) + 1))
    assert "student-services" in {citation.document_id for citation in answer.citations}
    assert "$25" in answer.text
    assert "I don't have an answer to “Who won the world cup?”" in answer.text


async def test_questions_that_are_all_unknown_are_one_unknown(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """It is said once."""
    answer = await asking(sample_shelf, encoder).ask(
        "Who won the world cup? And how tall is the Eiffel tower?"
    )
    assert (answer.kind, answer.text) == (AnswerKind.UNKNOWN, not_published())


async def test_every_claim_says_where_it_stands(sample_shelf: Shelf, encoder: Encoder) -> None:
    """Title, address of the passage, words, institution, effective and last-verified dates."""
    answer = await asking(sample_shelf, encoder).ask(TUITION)
    for citation in answer.to_wire()["citations"]:
        named = ("title", "quote", "institution", "effective_from", "last_verified")
        assert all(citation[field] for field in named)
        assert citation["url"].endswith(f"#{citation['passage_id']}")
