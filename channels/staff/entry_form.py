"""The form of an entry: a page in Markdown, or a program with its typed facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from channels.staff.fields import Fields, Typed
from channels.staff.outline import OutlineError, requirement_in
from knowledge_base.model import Cost, Document, Offering, Program, Validity
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry

COST = ("purpose", "amount", "currency", "residency", "condition", "from", "to", "verified")
OFFERING = ("starts", "start_terms", "ends", "apply_by", "apply_terms", "delivery", "location")
CREDIT = {"yes": True, "no": False, "": None}


def entry_typed(
    typed: Typed, before: Entry, titles: Mapping[str, str]
) -> tuple[Entry, dict[str, str]]:
    """The entry that a form describes, of the kind and id of `before`, and what cannot be so.

    `titles` are the titles of programs by id, which a program's page names.
    """
    fields = Fields(typed)
    if before.program is None:
        return Entry(_page(fields, before.document)), fields.problems
    program = _program(fields, before.program)
    return Entry(program_page(program, titles), program), fields.problems


def _page(fields: Fields, before: Document) -> Document:
    text = fields.text("text")
    for name, value in (("title", fields.text("title")), ("text", text)):
        if not value:
            fields.problems[name] = "This is needed."
    return Document(
        before.id,
        fields.text("title"),
        f"{text}\n" if text else "",
        fields.text("institution"),
        fields.text("url") or None,
        fields.validity(),
    )


def _program(fields: Fields, before: Program) -> Program:
    if not fields.text("title"):
        fields.problems["title"] = "This is needed."
    try:
        requirement = requirement_in(fields.text("requirement"))
    except OutlineError as error:
        fields.problems["requirement"] = str(error)
        requirement = before.requirement
    return replace(
        before,
        title=fields.text("title"),
        institution=fields.text("institution"),
        code=fields.text("code"),
        summary=fields.text("summary"),
        subject=fields.text("subject"),
        level=fields.text("level"),
        url=fields.text("url") or None,
        costs=tuple(_cost(fields, row) for row in fields.rows("cost", COST)),
        credit_bearing=CREDIT.get(fields.text("credit_bearing")),
        credits=fields.number("credits"),
        credit_kind=fields.text("credit_kind"),
        duration=fields.span("duration"),
        effort=fields.span("effort"),
        workload=fields.span("workload"),
        delivery=fields.lines("delivery"),
        offerings=tuple(_offering(fields, row) for row in fields.rows("offering", OFFERING)),
        prerequisites=fields.text("prerequisites"),
        requirement=requirement,
        skills=fields.lines("skills"),
        occupations=fields.lines("occupations"),
        stacks_into=fields.lines("stacks_into"),
        stacking_terms=fields.text("stacking_terms"),
        aid=fields.lines("aid"),
        recognition=fields.text("recognition"),
        accreditation=fields.lines("accreditation"),
        credential_type=fields.text("credential_type"),
        validity=fields.validity(),
    )


def _cost(fields: Fields, row: Mapping[str, str]) -> Cost:
    amount = fields.number("cost_amount", row["amount"])
    if amount is None:
        fields.problems.setdefault("cost_amount", "Each cost needs its amount; 0 is free of it.")
    return Cost(
        row["purpose"],
        amount or Decimal(0),
        row["currency"].upper() or "USD",
        row["condition"],
        row["residency"],
        Validity(
            fields.day("cost_from", row["from"]),
            fields.day("cost_to", row["to"]),
            fields.day("cost_verified", row["verified"]),
        ),
    )


def _offering(fields: Fields, row: Mapping[str, str]) -> Offering:
    starts, ends = (
        fields.day("offering_starts", row["starts"]),
        fields.day("offering_ends", row["ends"]),
    )
    if starts and ends and ends < starts:
        fields.problems["offering_ends"] = "A run ends before it starts."
    return Offering(
        starts,
        ends,
        fields.day("offering_apply_by", row["apply_by"]),
        row["delivery"],
        row["location"],
        row["apply_terms"],
        row["start_terms"],
    )
