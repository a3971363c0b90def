"""Questions about another time are answered from what held then, and say so."""

from __future__ import annotations

from datetime import date

import pytest
from editions import asking

from knowledge_base.as_of import as_asked, asked_day, without_time
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.model import Utterance

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("What was the tuition per credit last fall?", date(2025, 12, 31)),
        ("What was the application fee in 2025?", date(2025, 12, 31)),
        ("How much was the application fee in 2025-26?", date(2026, 6, 30)),
        ("What was tuition before July?", date(2026, 6, 30)),
        ("What was tuition before July 1, 2026?", date(2026, 6, 30)),
        ("What was the refund policy as of December 1, 2025?", date(2025, 12, 1)),
        ("What did a transcript cost last year?", date(2025, 12, 31)),
        ("last spring's late registration fee", date(2026, 4, 30)),
        ("What was the fee last December?", date(2025, 12, 31)),
        ("How much will tuition be next year?", date(2027, 12, 31)),
        ("What will the late fee be after July 1, 2027?", date(2027, 7, 2)),
        ("What is the tuition from July 2027?", date(2027, 7, 1)),
        ("tuition per credit for fall 2027", date(2027, 12, 31)),
        ("How much do I pay if I register in August 2027?", date(2027, 8, 31)),
        ("I am registering next September, how much is it?", date(2027, 9, 30)),
        ("And what was it in 2025?", date(2025, 12, 31)),
    ],
)
def test_a_question_about_another_time_has_a_day_in_it(question: str, day: date) -> None:
    """Terms, years, academic years, months and dates, past and to come."""
    assert asked_day(question, TODAY) == day


@pytest.mark.parametrize(
    "question",
    [
        "How much is tuition?",
        "What are the fees this year?",
        "How much is tuition in 2026?",
        "Which programs start before March 2027 and cost under $1,000?",
        "How much is a program starting next fall?",
        "How much does Data Analytics Foundations cost if it begins in March 2028?",
        "Show me courses that cost less than $500 next year",
        "What is the deadline for fall 2027?",
        "When is tuition due in 2025?",
        "Can I apply in 2027 without a fee?",
        "I lost my job last year, how much aid can I get?",
        "My income last year was $40,000. How much does the grant pay?",
        "I finished school in 2019; which rules are there for me?",
        "Do the sessions in fall 2027 have a limit?",
        "How did tuition change from 2025-26 to 2026-27?",
        "What was the fee in 2025 and what is it now?",
        "What may I pay with?",
        "Is there a $2025 scholarship that pays tuition?",
    ],
)
def test_a_time_that_belongs_to_something_else_moves_nothing(question: str) -> None:
    """Starts, deadlines, wishes for programs and what happened to the student are not "as of"."""
    assert asked_day(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "searched", "day"),
    [
        ("And last fall?", "How much is the late fee?", date(2025, 12, 31)),
        ("what about next year", "How much is the late fee?", date(2027, 12, 31)),
        ("How about before July 1, 2026?", "How much is the late fee?", date(2026, 6, 30)),
        ("And for international students?", "And for international students?", TODAY),
        ("and now?", "and now?", TODAY),
    ],
)
def test_a_time_alone_asks_the_question_before_again(
    question: str, searched: str, day: date
) -> None:
    """ "And last fall?" after a question about a fee is the same question about another time."""
    assert as_asked(question, ["Hi", "How much is the late fee?"], TODAY) == (searched, day)


def test_a_time_alone_moves_nothing_after_a_question_about_a_start() -> None:
    """ "And next fall?" after "When does it start?" asks for a start, not for what held then."""
    asked = as_asked("And next fall?", ["When does it start?"], TODAY)
    assert asked == ("And next fall?", TODAY)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What was the fee last fall?", "What was the fee?"),
        ("What was the fee in 2025?", "What was the fee?"),
        ("In 2025-26, what was the fee?", ", what was the fee?"),
        ("What was the fee before July 1, 2026 for residents?", "What was the fee for residents?"),
        ("What will the fee be in the next academic year?", "What will the fee be?"),
        ("What is the fee?", "What is the fee?"),
    ],
)
def test_the_search_is_made_without_the_time(question: str, left: str) -> None:
    """Words of time would find the pages that talk about years rather than the fee."""
    assert without_time(question, TODAY) == left


RATE = {"2025-26": "$182", "2026-27": "$190", "2027-28": "$198"}
UNTIL = {"2025-26": "30 June 2026", "2026-27": "30 June 2027", "2027-28": "30 June 2028"}


@pytest.mark.parametrize(
    ("time", "page"),
    [
        ("", "2026-27"),
        (" last fall", "2025-26"),
        (" in 2025", "2025-26"),
        (" before July 2026", "2025-26"),
        (" as of December 1, 2025", "2025-26"),
        (" next year", "2027-28"),
        (" after July 1, 2027", "2027-28"),
        (" in the next academic year", "2027-28"),
        (" in 2027-28", "2027-28"),
    ],
)
async def test_the_rate_of_the_time_that_is_asked_about_is_quoted(
    sample_shelf: Shelf, encoder: Encoder, time: str, page: str
) -> None:
    """Of three years' pages the one that held then is quoted, with the dates for which it holds."""
    question = f"What is the tuition per credit for Westmark residents{time}?"
    answer = await asking(sample_shelf, encoder, TODAY).ask(question)
    assert RATE[page] in answer.text
    assert not any(rate in answer.text for year, rate in RATE.items() if year != page)
    assert f"until {UNTIL[page]}" in answer.text
    assert {citation.document_id for citation in answer.citations} == {f"tuition-and-fees-{page}"}
    assert ("time that you asked about" in answer.text) is (page != "2026-27")


@pytest.mark.parametrize(
    ("question", "fee", "page"),
    [
        ("What was the application fee last fall?", "$20", "2025-26"),
        ("What was the late registration fee in 2025?", "$30", "2025-26"),
        ("What will the technology fee be after July 1, 2027?", "$9", "2027-28"),
    ],
)
async def test_the_fee_of_the_time_that_is_asked_about_is_quoted(
    sample_shelf: Shelf, encoder: Encoder, question: str, fee: str, page: str
) -> None:
    """What a fee was and will be, said in the tense of the question."""
    answer = await asking(sample_shelf, encoder, TODAY).ask(question)
    assert fee in answer.text
    assert answer.citations[0].document_id == f"tuition-and-fees-{page}"


async def test_a_time_before_everything_published_is_not_guessed(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """No page was in force in 2019, so that nothing is answered."""
    answer = await asking(sample_shelf, encoder, TODAY).ask("What was the application fee in 2019?")
    assert answer.abstained
    assert answer.citations == ()


async def test_a_follow_up_of_a_time_alone_is_answered_from_then(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """The conversation says what is asked, the new turn when."""
    before = Utterance("user", "What is the tuition per credit for Westmark residents?")
    answer = await asking(sample_shelf, encoder, TODAY).ask("And last fall?", [before])
    assert "$182" in answer.text
    assert answer.citations[0].document_id == "tuition-and-fees-2025-26"
