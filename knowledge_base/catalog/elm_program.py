"""Turns a specification, and the opportunity that offers it, into a program with its facts.

Properties: https://europa.eu/europass/elm-browser (learning opportunities and qualifications).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from knowledge_base.catalog.durations import ALLOWED, parts_of, span_between
from knowledge_base.catalog.json_ld import Node, day_of, unique
from knowledge_base.catalog.json_text import shown
from knowledge_base.catalog.notes import omitted
from knowledge_base.model import Cost, Offering, Program, Requirement, Skipped, Span, Validity

_NAMES = ("title", "prefLabel", "legalName", "noteLiteral", "name", "contentURL")
_MODES = {
    "online": "online",
    "distance learning": "online",
    "presential": "in person",
    "face-to-face": "in person",
    "blended": "hybrid",
    "hybrid": "hybrid",
    "blended learning": "hybrid",
}
_LOCAL = re.compile(r"urn:epass:|_:|#", re.I)
"""Identifiers that name something within one document only, such as `urn:epass:qualification:1`."""
_NOT_A_SLUG = re.compile(r"[\W_]+")
_CURRENCY = re.compile(r"(?:.*[/:#])?([A-Z]{3})")
_CLOCK = frozenset({"hours", "minutes"})


def program(spec: Node, opportunity: Node | None, where: str) -> Iterator[Program | Skipped]:
    """The program, then each fact of it that had to be left out.

    Raises BadValue when a value cannot be: then the whole program is to be skipped.
    """
    left_out: list[Skipped] = []
    offered = opportunity or spec
    spans = [
        _span(offered, "duration", where, left_out),
        _span(spec, "volumeOfLearning", where, left_out),
        *(_span(each, "workload", where, left_out) for each in _activities(offered)),
    ]
    told = [span for span in spans if span]
    credits, unit = _credits(spec)
    yield Program(
        id=identifier(spec, opportunity),
        title=spec.text("title") or offered.text("title"),
        institution=next(iter(_institutions(spec, offered)), ""),
        summary=offered.text("description") or spec.text("description"),
        subject=", ".join(named(spec, "thematicArea") or named(offered, "thematicArea")),
        level=_level(spec),
        url=_address(offered) or _address(spec),
        costs=tuple(dict.fromkeys(_costs(offered, where, left_out))),
        credit_bearing=True if credits is not None and unit == "ECTS" else None,
        credits=credits,
        credit_kind=unit,
        duration=next((span for span in told if span.unit not in _CLOCK), None),
        workload=next((span for span in told if span.unit in _CLOCK), None),
        delivery=unique(
            _MODES.get(mode.casefold(), mode.casefold())
            for mode in named(offered, "mode") or named(spec, "mode")
        ),
        offerings=tuple(_offerings(offered)) if opportunity else (),
        requirement=_requirement(spec, offered),
        skills=unique(_skills(spec)),
        occupations=named(spec, "entitledOccupation", "relatedOccupation"),
        stacks_into=named(spec, "entitlesTo"),
        aid=named(offered, "grant"),
        accreditation=unique(_accreditors(spec)),
        credential_type="qualification" if "Qualification" in spec.types else "",
        validity=Validity(),
    )
    yield from left_out


def identifier(spec: Node, opportunity: Node | None) -> str:
    """What it is known by everywhere: an identifier that is not local to the file, or its names."""
    for node in (opportunity, spec):
        if node is not None and node.id and not _LOCAL.match(node.id):
            return node.id
    offered = opportunity or spec
    words = [*_institutions(spec, offered)[:1], spec.text("title") or offered.text("title")]
    return _NOT_A_SLUG.sub("-", " ".join(words).casefold()).strip("-")


def named(node: Node, *fields: str) -> tuple[str, ...]:
    """What the values of some fields are called: texts, concepts, notes, organizations."""
    return unique(_called(value, node) for field in fields for value in node.each(field))


def _called(value: object, node: Node) -> str:
    if isinstance(value, dict):
        inner = node.node(value)
        plain_text = next(iter(Node.of({"text": value}, node.graph).texts("text")), "")
        return inner.text(*_NAMES) or plain_text
    if isinstance(value, str):
        return node.node(value).text(*_NAMES) if "://" in value else value.strip()
    return ""


def _institutions(spec: Node, offered: Node) -> tuple[str, ...]:
    return named(offered, "providedBy") or named(spec, "awardingBody", "awardedBy")


def _level(spec: Node) -> str:
    levels = named(spec, "eqfLevel")
    return ", ".join(f"EQF {level[:1].lower()}{level[1:]}" for level in levels)


def _address(node: Node) -> str | None:
    for page in node.nodes("homepage", "landingPage"):
        found = page.text("contentURL") or page.id
        if found.startswith(("https://", "http://")):
            return found
    return None


def _span(node: Node, field: str, where: str, left_out: list[Skipped]) -> Span | None:
    value = node.text(field)
    parts = parts_of(value) if value else None
    span = span_between(parts, parts) if parts else None
    if value and span is None:
        left_out.append(omitted(where, node.called(field), shown(value), ALLOWED))
    return span


def _activities(offered: Node) -> list[Node]:
    return offered.nodes("learningActivitySpecification")


def _credits(spec: Node) -> tuple[Decimal | None, str]:
    for point in spec.nodes("creditPoint"):
        amount = point.number("point")
        if amount is not None:
            return amount, ", ".join(named(point, "framework"))
    return None, ""


def _costs(offered: Node, where: str, left_out: list[Skipped]) -> Iterator[Cost]:
    for detail in offered.nodes("priceDetail"):
        purpose = next(iter(named(detail, "prefLabel", "title")), "").casefold()
        for amount in detail.nodes("amount"):
            figure = amount.number("value")
            if figure is None:
                continue
            currency = _currency(amount)
            if currency or not figure:
                condition = " ".join(named(detail, "additionalNote", "description"))
                yield Cost(purpose, figure, currency or "EUR", condition)
            else:
                allowed = "an amount with its currency as unit"
                name = amount.called("value")
                left_out.append(omitted(where, name, str(figure), allowed))


def _currency(amount: Node) -> str:
    for unit in amount.nodes("unit"):
        for told in (unit.id, unit.text("notation"), unit.text("prefLabel")):
            found = _CURRENCY.fullmatch(told)
            if found:
                return found[1]
    return ""


def _offerings(opportunity: Node) -> Iterator[Offering]:
    deadlines = [value for value in opportunity.each("applicationDeadline") if value]
    days = [day for day in map(day_of, deadlines) if day]
    words = () if days else opportunity.texts("applicationDeadline")
    last_day = min(days) if len(days) == 1 else None
    terms = ", ".join(words) or ("" if len(days) < 2 else ", ".join(d.isoformat() for d in days))
    periods = opportunity.nodes("temporal") or [Node.of({}, opportunity.graph)]
    for period in periods:
        run = Offering(
            starts=period.day("startDate"),
            ends=period.day("endDate"),
            apply_by=last_day,
            location=", ".join(named(opportunity, "location")),
            apply_terms=terms,
        )
        if run.starts or run.ends or run.apply_by or run.apply_terms:
            yield run


def _requirement(spec: Node, offered: Node) -> Requirement | None:
    texts = unique([*named(spec, "entryRequirement"), *named(offered, "admissionProcedure")])
    parts = tuple(Requirement(text) for text in texts)
    return parts[0] if len(parts) == 1 else Requirement(parts=parts) if parts else None


def _skills(spec: Node) -> Iterator[str]:
    for outcome in spec.nodes("learningOutcome"):
        yield outcome.text("title")
        yield from named(outcome, "relatedESCOSkill", "relatedSkill")


def _accreditors(spec: Node) -> Iterator[str]:
    for accreditation in spec.nodes("accreditation"):
        agents = named(accreditation, "accreditingAgent")
        yield from agents or (accreditation.text("title"),)
