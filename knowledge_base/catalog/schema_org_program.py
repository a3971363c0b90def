"""Turns one schema.org program, course or credential into a program with its typed facts.

Properties: https://schema.org/EducationalOccupationalProgram, https://schema.org/Course.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from knowledge_base.catalog.durations import ALLOWED, parts_of, span_between
from knowledge_base.catalog.json_ld import Node, day_of, unique
from knowledge_base.catalog.json_text import BadValue, shown
from knowledge_base.catalog.notes import omitted
from knowledge_base.catalog.schema_org_offers import costs, named
from knowledge_base.model import Offering, Program, Requirement, Skipped, Span, Validity

_MODES = {
    "online": "online",
    "distance": "online",
    "onsite": "in person",
    "on-site": "in person",
    "in-person": "in person",
    "in person": "in person",
    "face-to-face": "in person",
    "blended": "hybrid",
    "hybrid": "hybrid",
}
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_NOT_A_SLUG = re.compile(r"[\W_]+")


def program(node: Node, where: str, whole: str) -> Iterator[Program | Skipped]:
    """The program that a resource describes, then each fact of it that had to be left out.

    `whole` is the identifier of the program that lists it among its courses, or empty. Raises
    BadValue when a value cannot be: then the whole program is to be skipped.
    """
    left_out: list[Skipped] = []
    instances = node.nodes("hasCourseInstance")
    workloads = [node, *instances]
    length = _first(workloads, ("timeToComplete", "timeRequired"), where, left_out)
    work = _first(workloads, ("courseWorkload",), where, left_out)
    paces = [pace for each in workloads for pace in _paces(each, where, left_out)]
    yield Program(
        id=identifier(node),
        title=node.text("name"),
        institution=next(iter(named(node, "provider", "offeredBy", "sourceOrganization")), ""),
        code=node.text("courseCode"),
        summary=node.text("description"),
        subject=", ".join(named(node, "about")),
        level=", ".join(text.casefold() for text in named(node, "educationalLevel")),
        url=_address(node),
        costs=tuple(dict.fromkeys(costs(workloads, where, left_out))),
        credits=_credits(node),
        duration=length or next((span for span, _ in paces), None),
        effort=next((effort for _, effort in paces if effort), None),
        workload=work,
        delivery=unique(mode for each in workloads for mode in _delivery(each)),
        offerings=tuple(_offerings(node, instances)),
        requirement=_requirement(node),
        skills=named(node, "teaches", "competencyRequired"),
        occupations=tuple(text for text in named(node, "occupationalCategory") if _word(text)),
        stacks_into=unique([whole]),
        aid=_aid(node),
        recognition=" ".join(_recognition(node)),
        credential_type=" or ".join(text.casefold() for text in named(node, "credentialCategory")),
        validity=Validity(node.day("validFrom"), node.day("validThrough", "expires")),
    )
    yield from left_out


def identifier(node: Node) -> str:
    """What a resource is known by: `@id`, address, identifier, code, or provider and name."""
    if node.id and not node.id.startswith(("_:", "#")):
        return node.id
    told = _address(node) or next(iter(named(node, "identifier")), "") or node.text("courseCode")
    if told:
        return told
    words = " ".join((*named(node, "provider")[:1], node.text("name")))
    return _NOT_A_SLUG.sub("-", words.casefold()).strip("-")


def _word(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _address(node: Node) -> str | None:
    page = next(iter(node.each("url")), None)
    if page is not None and not isinstance(page, str):
        raise BadValue(node.called("url"), page, "an address")
    return page or None


def _span(node: Node, field: str, where: str, left_out: list[Skipped]) -> Span | None:
    """The span of an ISO 8601 duration; a text such as `two evenings a week` is left out."""
    value = next(iter(node.each(field)), None)
    if value is None:
        return None
    parts = parts_of(value) if isinstance(value, str) else None
    span = span_between(parts, parts) if parts else None
    if span is None:
        left_out.append(omitted(where, node.called(field), shown(value), ALLOWED))
    return span


def _first(
    nodes: Sequence[Node], fields: Sequence[str], where: str, left_out: list[Skipped]
) -> Span | None:
    told = [_span(node, field, where, left_out) for node in nodes for field in fields]
    found = list(dict.fromkeys(span for span in told if span))
    return found[0] if len(found) == 1 else None


def _paces(
    node: Node, where: str, left_out: list[Skipped]
) -> Iterator[tuple[Span | None, Span | None]]:
    """Length and weekly (or daily, monthly) effort that a course schedule tells."""
    for schedule in node.nodes("courseSchedule"):
        period = _PERIODS.get(schedule.text("repeatFrequency").casefold())
        count = schedule.number("repeatCount")
        if period:
            length = Span(count, count, f"{period}s") if count else None
            effort = _span(schedule, "duration", where, left_out)
            yield length, replace(effort, unit=f"{effort.unit} per {period}") if effort else None


def _credits(node: Node) -> Decimal | None:
    for value in node.each("numberOfCredits"):
        if isinstance(value, dict):
            return Node.of(value, node.graph).number("value", "minValue")
    return node.number("numberOfCredits")


def _delivery(node: Node) -> tuple[str, ...]:
    modes = named(node, "educationalProgramMode", "courseMode")
    return unique(_MODES.get(mode.casefold(), mode.casefold()) for mode in modes)


def _offerings(node: Node, instances: Sequence[Node]) -> Iterator[Offering]:
    """One for the program's own dates, and one for each instance that tells some."""
    deadline = next(iter(node.each("applicationDeadline")), None)
    last_day = day_of(deadline) if deadline is not None else None
    terms = "" if last_day else node.text("applicationDeadline")
    own = replace(_run(node), apply_by=last_day, apply_terms=terms, delivery="", location="")
    runs = [_run(instance) for instance in instances]
    for run in [own, *runs]:
        if run.starts or run.ends or run.apply_by or run.apply_terms:
            yield run


def _run(node: Node) -> Offering:
    return Offering(
        starts=node.day("startDate"),
        ends=node.day("endDate"),
        delivery=", ".join(_delivery(node)),
        location=", ".join(named(node, "location")),
    )


def _requirement(node: Node) -> Requirement | None:
    texts = named(node, "programPrerequisites", "coursePrerequisites")
    parts = tuple(Requirement(text) for text in texts)
    return parts[0] if len(parts) == 1 else Requirement(parts=parts) if parts else None


def _aid(node: Node) -> tuple[str, ...]:
    values = node.each("financialAidEligible")
    if any(isinstance(value, bool) for value in values):
        return ("financial aid",) if True in values else ()
    return named(node, "financialAidEligible")


def _recognition(node: Node) -> Iterator[str]:
    for field in ("educationalCredentialAwarded", "occupationalCredentialAwarded"):
        awarded = named(node, field)
        if awarded:
            yield f"It leads to: {', '.join(awarded)}."
    known = named(node, "recognizedBy")
    if known:
        yield f"Recognized by {', '.join(known)}."
