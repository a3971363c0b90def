"""A whole bill is the catalog's price with the rates and fees of the pages of its day.

What is right is worked out here from the rows of the sample's CSV file and of its pages' tables.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest
from editions import SAMPLE, asking

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind, Passage
from knowledge_base.program_page import money
from knowledge_base.typed.billed import Residency, asks_for_bill, residency_of
from knowledge_base.typed.charges import charges_in

with (SAMPLE / "programs.csv").open(newline="", encoding="utf-8") as file:
    ROWS = {row["code"]: row for row in csv.DictReader(file)}
NOW, NEXT_YEAR = "tuition-and-fees-2026-27", "tuition-and-fees-2027-28"


def stated(page: str, row: str) -> list[Decimal]:
    """The amounts of a row of a page, in their order."""
    text = (SAMPLE / "policies" / f"{page}.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\| {re.escape(row)}[^|]*\|(.*)\|$", text, re.M)
    return [Decimal(amount.replace(",", "")) for amount in re.findall(r"\$([\d,]+)", line)]


def whole(code: str, page: str, payer: str, *fees: str) -> Decimal:
    """Credits times the rate and the fees for each credit, and the materials fee."""
    row = ROWS[code]
    each = stated(page, payer)[0] + sum(stated(page, fee)[0] for fee in fees)
    return Decimal(row["credits"]) * each + Decimal(row["materials_fee_usd"] or 0)


@pytest.fixture(scope="module")
def knowledge_base(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder)


TECHNOLOGY, CAMPUS = "Technology fee", "Campus services fee"
RESIDENT, INTERNATIONAL = "Westmark resident", "International"


@pytest.mark.parametrize(
    ("question", "code", "payer", "fees", "entry"),
    [
        ("what is the full bill for medical terminology for a resident who never applied before",
         "MHC-HC105", RESIDENT, [TECHNOLOGY], 0),
        ("I live in Westmark, total for welding fundamentals with all fees, I'm a new student",
         "MHC-WE110", RESIDENT, [TECHNOLOGY, CAMPUS], 0),
        ("international applicant, whole cost of digital marketing including the application fee",
         "MHC-DM110", INTERNATIONAL, [TECHNOLOGY], 1),
        ("out of state, gis foundations all in with the app fee please",
         "MHC-GIS110", "Other U.S. state, fully online", [TECHNOLOGY], 0),
        ("hi! can you tell me how much the welding course costs in total please",
         "MHC-WE110", RESIDENT, [TECHNOLOGY, CAMPUS], 0),
        ("how much does MHC-CY110 cost all in", "MHC-CY110", RESIDENT, [TECHNOLOGY, CAMPUS], 0),
        ("cost of hvac installation and service with fees",
         "MHC-HV101", RESIDENT, [TECHNOLOGY, CAMPUS], 0),
        ("how much is gis foundations for out of state students",
         "MHC-GIS110", "Other U.S. state, fully online", [TECHNOLOGY], 0),
        ("out-of-state total for cnc machine operator, first time applying",
         "MHC-MF110", "Other U.S. state, hybrid or in person", [TECHNOLOGY, CAMPUS], 0),
    ],
)  # fmt: skip
async def test_a_whole_bill(
    knowledge_base: KnowledgeBase, question: str, code: str, payer: str, fees: list[str], entry: int
) -> None:
    """Tuition at the student's rate, the fees of the way of study, materials, and the entry."""
    answer = await knowledge_base.ask(question)
    total = whole(code, NOW, payer, *fees) + stated(NOW, "Application fee")[entry]
    assert answer.kind is AnswerKind.COMPUTED
    assert f"**{money(total)}**" in answer.text
    assert {code, NOW} == {citation.document_id for citation in answer.citations}
    assert f"[{len(answer.citations)}]" in answer.text


async def test_what_is_not_said_of_the_student_is_left_open(knowledge_base: KnowledgeBase) -> None:
    """Both ways of study, with and without the entry, and whose rate it is."""
    answer = await knowledge_base.ask("total cost of data analytics foundations with every fee?")
    online = whole("MHC-DA101", NOW, RESIDENT, TECHNOLOGY)
    hybrid = whole("MHC-DA101", NOW, RESIDENT, TECHNOLOGY, CAMPUS)
    entry = stated(NOW, "Application fee")[0]
    for amount in (online + entry, hybrid + entry):
        assert money(amount) in answer.text
    assert RESIDENT in answer.text
    plain = await knowledge_base.ask("what is the total for data analytics foundations")
    for amount in (online, online + entry, hybrid, hybrid + entry):
        assert money(amount) in plain.text


async def test_another_year_has_its_own_rates(knowledge_base: KnowledgeBase) -> None:
    """What is asked for a later registration is worked out from the pages in force then."""
    answer = await knowledge_base.ask(
        "total for medical terminology as a resident if i register in september 2027, "
        "just tuition and technology fee"
    )
    assert f"**{money(whole('MHC-HC105', NEXT_YEAR, RESIDENT, TECHNOLOGY))}**" in answer.text
    assert NEXT_YEAR in {citation.document_id for citation in answer.citations}
    assert NOW not in {citation.document_id for citation in answer.citations}


async def test_a_charge_that_is_named_is_added(knowledge_base: KnowledgeBase) -> None:
    """Such as a late registration, which nobody else pays."""
    question = "resident, current student: total for ux design foundations with late registration"
    answer = await knowledge_base.ask(question)
    total = whole("MHC-UX110", NOW, RESIDENT, TECHNOLOGY) + stated(NOW, "Late registration")[0]
    assert f"**{money(total)}**" in answer.text


async def test_a_fee_that_is_not_stated_is_named(knowledge_base: KnowledgeBase) -> None:
    """The sum is then said to be the least."""
    question = "total bill for solar installation fundamentals in person, westmark resident"
    answer = await knowledge_base.ask(question)
    assert not ROWS["MHC-GE120"]["materials_fee_usd"]
    assert "materials fee of Solar Installation Fundamentals is not stated" in answer.text
    assert "at least" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "total refund for welding if i drop in week two",
        "how many hours in total is welding",
        "with the payment plan, what do i pay for welding",
        "does the grant pay everything for nursing assistant",
        "is medical terminology online only",
    ],
)
def test_other_questions_ask_for_no_bill(question: str) -> None:
    """One word can make it another question."""
    assert not asks_for_bill(question)


@pytest.mark.parametrize(
    ("text", "residency"),
    [
        ("I'm not a US citizen", Residency.INTERNATIONAL),
        ("price for foreigners", Residency.INTERNATIONAL),
        ("a nonresident from the next state", Residency.OTHER_STATE),
        ("I live out of state", Residency.OTHER_STATE),
        ("Westmark resident", Residency.RESIDENT),
        ("I work at a hotel", None),
    ],
)
def test_where_a_student_lives(text: str, residency: Residency | None) -> None:
    """A nonresident is no resident, and who says nothing is nothing."""
    assert residency_of(text) is residency


def test_rows_are_read_with_whom_they_charge() -> None:
    """An amount in brackets is of some others; a row of a rate has no other amounts."""
    text = (
        "| Fee | Amount |\n|---|---|\n| Application fee, once | $20 ($50 for visitors) |\n"
        "| Lab fee | $7 per credit |\n\n"
        "| Student | Tuition per credit | 3 credits |\n|---|---|---|\n| Resident | $100 | $300 |\n"
    )
    found = list(charges_in(Passage("p", "fees", "Fees", (), text, 0, len(text))))
    told = [(c.name, c.condition, int(c.amount), c.per_credit, c.payer) for c in found]
    assert told == [
        ("Application fee", "once", 20, False, ""),
        ("Application fee", "once", 50, False, "visitors"),
        ("Lab fee", "", 7, True, ""),
        ("tuition", "", 100, True, "Resident"),
    ]
    assert all(charge.quote in text for charge in found)
