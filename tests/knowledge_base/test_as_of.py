"""Questions about another time are answered from what held then, and say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from editions import asking, page, publish

from knowledge_base.answering import Answering
from knowledge_base.as_of import as_asked, asked_day, without_time
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Utterance, Validity
from knowledge_base.ranking.rerank import open_reranker

TODAY, NEXT_YEAR = date(2026, 11, 22), date(2027, 12, 31)


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
        ("What will a returned check cost after June 2027?", date(2027, 7, 1)),
        ("How much will we pay to apply next year?", date(2027, 12, 31)),
        ("I will enroll on July 3, 2027. What is the late fee?", date(2027, 7, 3)),
        ("My registration is in August 2027, what is the campus fee?", date(2027, 8, 31)),
        ("Does tuition rise next year?", date(2027, 12, 31)),
        ("Until when could you drop a class last school year?", date(2026, 6, 30)),
        ("We sent nine people in May 2026, what should have been on the bill?", date(2026, 5, 31)),
        ("For my 2025-26 taxes: what did you charge for a lost card?", date(2026, 6, 30)),
        ("I took a class in October 2025. What was the rate?", date(2025, 10, 31)),
        ("How much was the late fee two years ago?", date(2024, 11, 22)),
        ("the late fee in the 27-28 school year", date(2028, 6, 30)),
        ("tuition in fall '27", date(2027, 12, 31)),
        ("price of a transcript starting next summer", date(2027, 7, 31)),
        (
            "We will send six people in fall 2027. What discount is there by then?",
            date(2027, 12, 31),
        ),
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
        "What is the most that we could have earned last year and still get the grant?",
        "I passed your course two years ago, how much credit do I get?",
        "What does a course in spring, 16 weeks, cost?",
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


def test_one_time_after_the_other_asks_the_same_question() -> None:
    """What is more than a time is asked again, whatever times were asked for since."""
    before = ["How much was the late fee last year?", "and now"]
    assert as_asked("and now", before[:1], TODAY) == ("How much was the late fee?", TODAY)
    assert as_asked("next year", before, TODAY) == ("How much was the late fee?", NEXT_YEAR)


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
    """No page was in force in 2019: what holds today is quoted as no more than that."""
    answer = await asking(sample_shelf, encoder, TODAY).ask("What was the application fee in 2019?")
    assert answer.abstained
    assert answer.text.startswith("I have nothing published that holds on 31 December 2019")


async def test_a_follow_up_of_a_time_alone_is_answered_from_then(
    sample_shelf: Shelf, encoder: Encoder
) -> None:
    """The conversation says what is asked, the new turn when."""
    before = Utterance("user", "What is the tuition per credit for Westmark residents?")
    answer = await asking(sample_shelf, encoder, TODAY).ask("And last fall?", [before])
    assert "$182" in answer.text
    assert answer.citations[0].document_id == "tuition-and-fees-2025-26"


OWN = Validity(effective_from=date(2025, 7, 1), effective_to=date(2026, 6, 30))
OPEN = Validity(effective_from=date(2026, 7, 1))


@pytest.fixture
def two_years(tmp_path: Path, pytestconfig: pytest.Config, encoder: Encoder) -> Shelf:
    """A page of fees of the year before, and pages without an end."""
    pages = [
        page("fees-then", "# Fees in 2025–26\n\nA late registration cost $30.", validity=OWN),
        page("fees", "# Fees\n\nA late registration costs $35.", validity=OPEN),
        page("parking", "# Parking\n\nParking at the docks costs $2 a day.", validity=OPEN),
    ]
    return publish(tmp_path, pytestconfig, "two-years", pages, encoder)


async def test_what_nothing_tells_of_that_time_is_declined_and_todays_is_told_as_such(
    two_years: Shelf, encoder: Encoder
) -> None:
    """The one page of the year before is about something else, so it is not quoted for it."""
    library = KnowledgeBase(
        two_years, encoder, Answering(encoder, "/", 0.3), lambda: TODAY, open_reranker()
    )
    answer = await library.ask("What was the late registration fee in 2025?")
    assert "$30" in answer.text
    assert "$35" not in answer.text
    answer = await library.ask("How much did parking at the docks cost last school year?")
    assert answer.abstained
    assert answer.text.startswith("I have nothing published that holds on 30 June 2026")
    assert "$2 a day" in answer.text
    assert "$30" not in answer.text


async def test_what_holds_without_an_end_is_not_told_as_certain_for_a_later_time(
    two_years: Shelf, encoder: Encoder
) -> None:
    """Nobody has said that it will still hold, only not that it will change."""
    library = asking(two_years, encoder, TODAY, abstain_below=0.0)
    answer = await library.ask("How much will parking at the docks cost in fall 2027?")
    assert answer.text.startswith("*This holds today, and nothing published changes it until")
