"""Questions about named programs are answered from their typed facts, or not at all.

The questions were written before the code, in students' words; what is right is worked out here
from the sample's CSV file, row by row.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from math import ceil

import pytest
from editions import SAMPLE, TODAY, asking

from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import UnknownProgram
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Utterance
from knowledge_base.program_page import day, money

with (SAMPLE / "programs.csv").open(newline="", encoding="utf-8") as file:
    ROWS = {row["code"].removeprefix("MHC-"): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def knowledge_base(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder)


def parts(code: str) -> list[Decimal]:
    """Tuition and, where the file states it, the materials fee."""
    stated = (ROWS[code]["tuition_usd"], ROWS[code]["materials_fee_usd"])
    return [Decimal(amount) for amount in stated if amount]


def bounds(code: str, column: str) -> tuple[int, int]:
    """A cell such as `16-18` or `5` as its two ends."""
    low, _, high = ROWS[code][column].partition("-")
    return int(low), int(high or low)


def starts(code: str, column: str = "start_dates") -> list[date]:
    return [date.fromisoformat(text) for text in ROWS[code][column].split(";") if text]


def between(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def table(answer: Answer) -> dict[str, list[str]]:
    """Per label of a row its cells, in the order of the columns."""
    lines = [line for line in answer.text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(row) for row in cells}) == 1
    return {row[0].strip("*"): row[1:] for row in cells[:1] + cells[2:]}


def stands(answer: Answer, edition: Edition) -> None:
    """Each citation's words stand in its document, and its number stands in the text."""
    for number, citation in enumerate(answer.citations, 1):
        found = edition.document(citation.document_id)
        assert found is not None
        assert f"[{number}]" in answer.text
        for stretch in citation.quote.split(" … "):
            assert stretch
            assert stretch in found[0].text
    assert {fact.citation for fact in answer.facts} <= set(range(len(answer.citations) + 1))


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("how much is Data Analytics Foundations", ["DA101"]),
        ("total cost of phlebotomy technician?", ["HC101"]),
        ("whats the price of welding fundamentals", ["WE110"]),
        ("how much does MHC-CY110 cost", ["CY110"]),
        ("cost of hvac installation and service", ["HV101"]),
        ("how much is phlebotmy technician", ["HC101"]),
        ("hi! can you tell me how much the welding course costs please", ["WE110"]),
        ("data analytics foundations then data analytics with python, cost all together?",
         ["DA101", "DA120"]),
        ("what would i pay in total for bookkeeping essentials plus payroll and accounting "
         "software", ["BK101", "BK120"]),
        ("Cybersecurity Essentials and Cybersecurity Analyst, how much together?",
         ["CY101", "CY110"]),
        ("how much for ux design foundations, ux research methods and digital marketing altogether",
         ["UX110", "UX210", "DM110"]),
        ("total for nursing assistant and medical terminology pls", ["HC130", "HC105"]),
        ("HOW MUCH IS CNC MACHINE OPERATOR???", ["MF110"]),
        ("what do the ux classes cost together", ["UX110", "UX210"]),
        ("if i may ask, how much is welding", ["WE110"]),
        ("how much is medical terminology and medical terminology together", ["HC105"]),
    ],
)  # fmt: skip
async def test_a_total_is_the_sum_of_what_the_catalog_states(
    knowledge_base: KnowledgeBase, sample_edition: Edition, question: str, codes: list[str]
) -> None:
    """Each amount, each program's sum and the sum of all stand in the text with a citation each."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    stands(answer, sample_edition)
    assert [c.document_id for c in answer.citations] == [f"MHC-{code}" for code in codes]
    sums = [sum(parts(code)) for code in codes]
    for amount in [*(a for code in codes for a in parts(code) if a), *sums, sum(sums)]:
        assert money(amount) in answer.text
    (total,) = [f for f in answer.facts if f.name == "total cost" and f.program == ""] or [
        f for f in answer.facts if f.name == "total cost"
    ]
    assert (Decimal(total.value), total.unit) == (sum(sums), "USD")
    assert "resident rate" in answer.text


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("how much is solar installation fundamentals", ["GE120"]),
        ("solar installation fundamentals and residential electrical wiring total cost",
         ["GE120", "EL115"]),
    ],
)  # fmt: skip
async def test_a_part_that_is_not_stated_is_named(
    knowledge_base: KnowledgeBase, question: str, stated: list[str]
) -> None:
    """The rest is given as at least so much, and the sum is not called the whole."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    assert "materials fee of Solar Installation Fundamentals is not stated" in answer.text
    known = sum(amount for code in stated for amount in parts(code))
    assert f"at least **{money(Decimal(known))}**" in answer.text


async def test_every_pair_of_programs_adds_up(knowledge_base: KnowledgeBase) -> None:
    """For all programs with both amounts in the file, two at a time, the sum is the file's sum."""
    known = [code for code in ROWS if len(parts(code)) == 2]
    for one, two in list(combinations(known, 2))[::23]:
        answer = await knowledge_base.ask(f"how much are MHC-{one} and MHC-{two} together")
        total = sum(parts(one)) + sum(parts(two))
        assert f"= **{money(Decimal(total))}**" in answer.text, (one, two)


@pytest.mark.parametrize(
    ("question", "code", "hours"),
    [
        ("how long would data analytics foundations take at 5 hours a week", "DA101", (5, 5)),
        ("if i can only do 10 hrs a week how many weeks is phlebotomy technician", "HC101",
         (10, 10)),
        ("spreadsheet skills for the office at 2 hours a week how long", "DA090", (2, 2)),
        ("i have 3-4 hours a week, how long for small business start-up", "BU105", (3, 4)),
        ("how many months would MHC-HC110 take me with 12 hours per week", "HC110", (12, 12)),
    ],
)  # fmt: skip
async def test_weeks_at_the_students_hours(
    knowledge_base: KnowledgeBase,
    sample_edition: Edition,
    question: str,
    code: str,
    hours: tuple[int, int],
) -> None:
    """Weeks times hours per week, divided by the student's hours; ranges stay ranges."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    stands(answer, sample_edition)
    weeks, effort = bounds(code, "weeks"), bounds(code, "hours_per_week")
    work = weeks[0] * effort[0], weeks[1] * effort[1]
    assert f"{between(*weeks)} weeks × {between(*effort)} hours per week" in answer.text
    assert f"{between(*work)} hours" in answer.text
    asked = between(ceil(work[0] / hours[1]), ceil(work[1] / hours[0]))
    assert f"**{asked} weeks**" in answer.text
    enough = hours[0] >= effort[1]
    assert (f"Whether {ROWS[code]['title']} can be spread" in answer.text) is not enough
    assert ("The program itself runs" in answer.text) is enough


async def test_hours_in_all(knowledge_base: KnowledgeBase) -> None:
    """6 weeks of 25 hours are 150 hours."""
    answer = await knowledge_base.ask("how many clock hours is the nursing assistant all in all")
    low, high = bounds("HC130", "weeks")[0], bounds("HC130", "hours_per_week")[0]
    assert f"{low} weeks × {high} hours per week = **{low * high} hours**" in answer.text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("cost per credit of medical coding and billing", "HC110"),
        ("how much is each credit in digital marketing", "DM110"),
    ],
)
async def test_cost_per_credit(knowledge_base: KnowledgeBase, question: str, code: str) -> None:
    """Tuition and the whole, each divided by the credits, to the cent."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    for amount in {parts(code)[0], sum(parts(code))}:
        each = (Decimal(amount) / Decimal(ROWS[code]["credits"])).quantize(Decimal("0.01"))
        assert f"÷ {ROWS[code]['credits']} credits = **{money(each)} per credit**" in answer.text


async def test_without_credits_nothing_is_divided(knowledge_base: KnowledgeBase) -> None:
    """Of a non-credit program it says so and gives the cost."""
    answer = await knowledge_base.ask("price per credit for AI literacy for the workplace?")
    assert answer.kind is AnswerKind.COMPUTED
    assert "is a non-credit program" in answer.text
    assert "$195" in answer.text


@pytest.mark.parametrize(
    ("question", "code", "month"),
    [
        ("if I start front-end web development in january when would i finish", "WD101", 1),
        ("when would I finish phlebotomy technician if I start in June", "HC101", 6),
        ("if i started spreadsheet skills for the office on 5 April 2027 when would i be done",
         "DA090", 4),
        ("when does the generative ai course end if i start it in march", "AI150", 3),
        ("when would I finish GIS if I start in the fall", "GIS110", 10),
        ("when would i be done with cybersecurity essentials if i start in may", "CY101", 5),
    ],
)  # fmt: skip
async def test_the_last_day_from_the_first(
    knowledge_base: KnowledgeBase, sample_edition: Edition, question: str, code: str, month: int
) -> None:
    """The listed start of that month plus the weeks; breaks are said not to be counted."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    stands(answer, sample_edition)
    (start,) = [d for d in starts(code) if (d.year, d.month) == (2027, month)]
    for weeks in bounds(code, "weeks"):
        assert day(start + timedelta(weeks=weeks, days=-1)) in answer.text
    assert day(start) in answer.text
    assert "breaks are not counted" in answer.text


async def test_the_calendar_is_quoted_for_the_last_day(
    knowledge_base: KnowledgeBase, sample_edition: Edition
) -> None:
    """Where a page states when the session that starts that day ends, its words stand beside."""
    question = "when would i finish welding fundamentals if i start in january"
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    stands(answer, sample_edition)
    assert [c.document_id for c in answer.citations] == ["MHC-WE110", "academic-calendar-2027"]
    row = "| Spring 2027, 16 weeks | Monday, January 11, 2027 | Friday, May 7, 2027 |"
    assert row in answer.text


async def test_no_start_in_that_month(knowledge_base: KnowledgeBase) -> None:
    """A month without a start gets the starts that are listed, not a date of its own."""
    answer = await knowledge_base.ask(
        "when would i finish welding fundamentals if i start in march"
    )
    assert "no start in March 2027" in answer.text
    assert day(starts("WE110")[1]) in answer.text
    assert not [f for f in answer.facts if f.name.startswith("last day")]


async def test_no_starts_at_all(knowledge_base: KnowledgeBase) -> None:
    """Without dates in the catalog none is made up."""
    answer = await knowledge_base.ask(
        "when would i finish building energy auditing if i start in march"
    )
    assert "start dates of Building Energy Auditing are not stated" in answer.text
    assert not re.search(r"\b20\d\d\b", answer.text.split("*Maple")[0])


@pytest.mark.parametrize(
    ("question", "code", "column"),
    [
        ("how many days do i have left to apply for cybersecurity essentials", "CY101", "apply_by"),
        ("how long do i have until the pharmacy technician deadline", "HC150", "apply_by"),
        ("how many days until pharmacy technician starts", "HC150", "start_dates"),
    ],
)
async def test_days_from_today(
    knowledge_base: KnowledgeBase, question: str, code: str, column: str
) -> None:
    """From today to the next such date of the catalog, with both ends in the text."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    until = min(d for d in starts(code, column) if d >= TODAY)
    assert f"**{(until - TODAY).days} days**" in answer.text
    assert day(until) in answer.text
    assert day(TODAY) in answer.text


async def test_a_deadline_that_is_not_stated(knowledge_base: KnowledgeBase) -> None:
    """It says that the date is not stated."""
    answer = await knowledge_base.ask("days left to apply for building energy auditing?")
    assert "deadline of Building Energy Auditing is not stated" in answer.text


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("compare ux design foundations and ux research methods", ["UX110", "UX210"]),
        ("phlebotomy technician vs nursing assistant", ["HC101", "HC130"]),
        ("compare hvac, welding and electrical wiring", ["HV101", "WE110", "EL115"]),
        ("what's the difference between MHC-DA101 and Data Analytics with Python?",
         ["DA101", "DA120"]),
        ("compare the two ux programs", ["UX110", "UX210"]),
        ("teaching assistant vs early childhood foundations, which one's better",
         ["TA120", "EC101"]),
        ("should i take fullstack or front end web development, compare them for me",
         ["WD120", "WD101"]),
    ],
)  # fmt: skip
async def test_programs_side_by_side(
    knowledge_base: KnowledgeBase, sample_edition: Edition, question: str, codes: list[str]
) -> None:
    """A column each in the order named, with its citation; rows that differ come first."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.TABLE
    stands(answer, sample_edition)
    rows = table(answer)
    head = next(iter(rows.values()))
    assert head == [f"{ROWS[code]['title']} [{n}]" for n, code in enumerate(codes, 1)]
    assert all(cell not in {"", "-"} for cells in rows.values() for cell in cells)
    for place, code in enumerate(codes):
        assert rows["Total cost"][place].startswith(money(Decimal(sum(parts(code)))))
        assert rows["Length"][place] == f"{between(*bounds(code, 'weeks'))} weeks"
        assert rows["Effort"][place] == f"{between(*bounds(code, 'hours_per_week'))} hours per week"
        coming = min(d for d in starts(code) if d >= TODAY)
        assert rows["Next start"][place] == day(coming)
        assert rows["Delivery"][place] == ROWS[code]["delivery"].replace(";", ", ")
        expected = ROWS[code]["credits"]
        assert expected in rows["Credit"][place]
    differ = [len(set(cells)) > 1 for cells in list(rows.values())[1:]]
    assert differ == sorted(differ, reverse=True)


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("difference between data analytics foundations and data analytics with python on cost and "
         "length", {"Total cost", "Length"}),
        ("compare phlebotomy technician and nursing assistant, just cost and hours a week",
         {"Total cost", "Effort"}),
        ("welding fundamentals vs cnc machine operator prerequisites", {"Prerequisites"}),
        ("which is longer, phlebotomy or nursing assistant, and how much each",
         {"Total cost", "Length"}),
    ],
)  # fmt: skip
async def test_only_what_was_asked_for_is_compared(
    knowledge_base: KnowledgeBase, question: str, labels: set[str]
) -> None:
    """Aspects that are named are the only rows."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.TABLE
    assert set(list(table(answer))[1:]) == labels


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("which is cheaper, welding fundamentals or cnc machine operator",
         "CNC Machine Operator is $20 cheaper"),
        ("is nursing assistant or phlebotomy technician shorter?",
         "Nursing Assistant is 4 weeks shorter"),
        ("which of these is cheapest: hvac installation, welding, residential wiring",
         "Residential Electrical Wiring is $45 cheaper than Welding Fundamentals"),
        ("which starts sooner, community health worker or medical office assistant",
         "Medical Office Assistant starts 231 days sooner"),
    ],
)  # fmt: skip
async def test_a_number_decides(knowledge_base: KnowledgeBase, question: str, verdict: str) -> None:
    """The verdict stands before the table, with the difference."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.TABLE
    assert verdict in answer.text.split("|")[0]


@pytest.mark.parametrize(
    "question",
    [
        "which is cheaper solar installation fundamentals or bookkeeping essentials",
        "which is cheaper, ux design foundations or ux research methods",
    ],
)
async def test_no_number_decides(knowledge_base: KnowledgeBase, question: str) -> None:
    """An amount that is not whole, or a tie, gets no verdict that one is cheaper."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.TABLE
    assert "cheaper" not in answer.text


async def test_what_is_not_stated_is_called_so(knowledge_base: KnowledgeBase) -> None:
    """An unknown start leaves no empty cell, and a fee that is not stated is named."""
    answer = await knowledge_base.ask(
        "compare solar installation fundamentals and building energy auditing"
    )
    rows = table(answer)
    assert rows["Next start"] == [day(starts("GE120")[0]), "not stated"]
    assert rows["Total cost"][0] == "at least $760 ($760 tuition; materials fee not stated)"


TALK = [
    Utterance("user", "tell me about phlebotomy technician"),
    Utterance("agent", "**Phlebotomy Technician**\n\nStudents draw blood."),
    Utterance("user", "and nursing assistant?"),
    Utterance("agent", "**Nursing Assistant**\n\nStudents care for people."),
]


@pytest.mark.parametrize(
    "question", ["compare the two", "which one is cheaper?", "compare them on cost"]
)
async def test_the_two_that_were_talked_about(knowledge_base: KnowledgeBase, question: str) -> None:
    """A comparison without names takes the two programs of the conversation."""
    answer = await knowledge_base.ask(question, TALK, "MHC-HC130")
    assert answer.kind is AnswerKind.TABLE
    assert {c.document_id for c in answer.citations} == {"MHC-HC101", "MHC-HC130"}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how much is it", "$1,150 tuition + $120 materials fee = **$1,270**"),
        ("how long would it take at 10 hours a week", "**15 weeks**"),
        ("how does it compare to phlebotomy technician", "| Phlebotomy Technician"),
    ],
)
async def test_the_program_in_focus(
    knowledge_base: KnowledgeBase, question: str, words: str
) -> None:
    """*It* is the program that the last answer was about."""
    answer = await knowledge_base.ask(question, TALK, "MHC-HC130")
    assert words in answer.text.replace("[2]", "")


@pytest.mark.parametrize(
    "question",
    [
        "how much is data analytics?",
        "compare data analytics and phlebotomy technician",
        "how long would data analytics take at 5 hours a week",
    ],
)
async def test_two_programs_fit_the_name(knowledge_base: KnowledgeBase, question: str) -> None:
    """It asks which one; each choice is the question with the title put in, and can be asked."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.CLARIFY
    assert {t.label for t in answer.nearest} == {
        "Data Analytics Foundations",
        "Data Analytics with Python",
    }
    for topic in answer.nearest:
        again = await knowledge_base.ask(topic.question)
        assert again.kind in {AnswerKind.COMPUTED, AnswerKind.TABLE}


@pytest.mark.parametrize(
    "question",
    [
        "how much is the refund if i drop data analytics foundations",
        "how much do phlebotomy technicians get paid",
        "how much is data analytics foundations for veterans",
        "what is the difference between credit and non-credit",
        "can i get a discount on welding fundamentals",
        "compare phlebotomy technician and underwater basket weaving",
        "how much is the advanced quantum program",
        "how much was welding fundamentals in 2019",
        "when is tuition due for cybersecurity essentials",
        "is cybersecurity essentials worth the cost for my kid",
        "how much are books for ux design foundations",
        "how much will welding fundamentals cost next year",
        "how much is the certificate in web development",
        "when does the application for welding fundamentals end",
        "how long before i finish welding fundamentals",
        "is there financial aid for phlebotomy technician, how much",
    ],
)
async def test_other_questions_are_quoted_for(knowledge_base: KnowledgeBase, question: str) -> None:
    """What a typed fact does not answer goes to the search, as do programs that do not exist."""
    answer = await knowledge_base.ask(question)
    assert answer.kind in {AnswerKind.QUOTE, AnswerKind.UNKNOWN}
    assert answer.facts == ()


async def test_a_program_is_not_compared_with_itself(knowledge_base: KnowledgeBase) -> None:
    """It says that both names are one program, and asks for the other one."""
    answer = await knowledge_base.ask("compare welding fundamentals and MHC-WE110")
    assert answer.kind is AnswerKind.CLARIFY
    assert "Welding Fundamentals" in answer.text


async def test_a_sum_and_another_question(
    knowledge_base: KnowledgeBase, sample_edition: Edition
) -> None:
    """Of two questions one is worked out and one is quoted for; citations are numbered through."""
    answer = await knowledge_base.ask(
        "how much is data analytics foundations and what are the prerequisites for it?"
    )
    assert answer.kind is AnswerKind.COMPUTED
    assert "= **$1,200**" in answer.text
    assert "spreadsheet placement task" in answer.text
    stands(answer, sample_edition)


async def test_it_is_what_the_same_message_named(knowledge_base: KnowledgeBase) -> None:
    """The second question of a message is about the program of the first, not the one before."""
    question = "how much is welding fundamentals and how many hours in total is it?"
    answer = await knowledge_base.ask(question, TALK, "MHC-HC130")
    low, high = bounds("WE110", "hours_per_week")
    (weeks, _) = bounds("WE110", "weeks")
    assert f"**{between(low * weeks, high * weeks)} hours**" in answer.text
    assert [c.document_id for c in answer.citations] == ["MHC-WE110", "MHC-WE110"]


async def test_compared_by_id(knowledge_base: KnowledgeBase) -> None:
    """The dialogue names programs by id and aspects by word; an unknown one is an error."""
    answer = await knowledge_base.compare(["MHC-UX110", "MHC-WE110"], ["cost", "start"])
    assert list(table(answer))[1:] == ["Total cost", "Next start"]
    with pytest.raises(UnknownProgram, match="MHC-XX999"):
        await knowledge_base.compare(["MHC-UX110", "MHC-XX999"])
    with pytest.raises(ValueError, match="two to four"):
        await knowledge_base.compare(["MHC-UX110", "MHC-UX110"])
    with pytest.raises(ValueError, match="colour"):
        await knowledge_base.compare(["MHC-UX110", "MHC-WE110"], ["colour"])


async def test_facts_go_with_the_answer(knowledge_base: KnowledgeBase) -> None:
    """Each typed fact names its program and the citation that states it, on the wire too."""
    answer = await knowledge_base.ask("how much is phlebotomy technician")
    wire = answer.to_wire()["facts"]
    fact = {"name": "tuition", "value": "1480", "unit": "USD", "program": "MHC-HC101"}
    assert {**fact, "citation": 1} in wire
    assert "$1,480 tuition" in answer.citations[0].quote
