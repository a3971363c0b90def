"""Turns one CTDL resource into a program with its typed facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from knowledge_base.catalog.ctdl_conditions import requirement
from knowledge_base.catalog.ctdl_costs import costs
from knowledge_base.catalog.ctdl_terms import (
    credential_type,
    credit_unit,
    delivery,
    labels,
    organizations,
    program_reference,
)
from knowledge_base.catalog.durations import ALLOWED, UNITS, parts_of, span_between
from knowledge_base.catalog.json_ld import Node, identified, unique
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.catalog.notes import omitted
from knowledge_base.model import Offering, Program, Skipped, Span, Validity

_LEADS_TO = ("isPartOf", "isRequiredFor", "isAdvancedStandingFor")
_TARGETS = ("targetCredential", "targetLearningOpportunity")
_RECOGNITION = (
    ("recognizedBy", "Recognized"),
    ("approvedBy", "Approved"),
    ("regulatedBy", "Regulated"),
)
_CLOCK = frozenset({"hours", "minutes"})


def program(node: Node, where: str, wholes: Sequence[str]) -> Iterator[Program | Skipped]:
    """The program that a resource describes, then each fact of it that had to be left out.

    `wholes` are identifiers of programs that name it among their parts.

    Raises BadValue when a value cannot be: then the whole program is to be skipped, so that none
    is ever published with a wrong fact.
    """
    left_out: list[Skipped] = []
    spans = list(_durations(node, where, left_out))
    credits, credit_kind, academic = _credits(node)
    non_credit = node.flag("isNonCredit")
    yield Program(
        id=identified(node.text("ctid") or node.id),
        title=node.text("name"),
        institution=next(iter(organizations(node, "offeredBy", "ownedBy")), ""),
        code=node.text("codedNotation"),
        summary=node.text("description"),
        subject=", ".join(
            s.rstrip(".") for s in labels(node, "instructionalProgramType", "subject")
        ),
        level=", ".join(_level(label) for label in labels(node, "audienceLevelType")),
        url=_address(node),
        costs=tuple(dict.fromkeys(costs(node, where, left_out))),
        credit_bearing=academic if non_credit is None else not non_credit,
        credits=credits,
        credit_kind=credit_kind,
        duration=next((span for span in spans if span.unit not in _CLOCK), None),
        workload=next((span for span in spans if span.unit in _CLOCK), None),
        delivery=delivery(node, "deliveryType", "learningDeliveryType"),
        offerings=tuple(_offerings(node)),
        requirement=requirement(node),
        skills=_skills(node),
        occupations=labels(node, "occupationType", "alternativeOccupationType"),
        stacks_into=unique([*_targets(node), *wholes]),
        aid=unique(_aid(node)),
        accreditation=organizations(node, "accreditedBy"),
        recognition=" ".join(_recognition(node)),
        credential_type=credential_type(node),
        validity=Validity(node.day("dateEffective"), node.day("expirationDate")),
    )
    yield from left_out


def _level(label: str) -> str:
    return label.casefold().removesuffix(" level")


def _address(node: Node) -> str | None:
    page = next(iter(node.each("subjectWebpage")), None)
    if isinstance(page, dict):
        page = Node.of(page, node.graph).id
    if page is not None and not isinstance(page, str):
        raise BadValue(node.called("subjectWebpage"), page, "an address")
    return page or None


def _credits(node: Node) -> tuple[Decimal | None, str, bool | None]:
    for value in node.nodes("creditValue"):
        amount = value.number("value")
        if amount is not None:
            return (amount, *credit_unit(value))
    amount = node.number("creditHourValue", "creditUnitValue")
    return (amount, *credit_unit(node)) if amount is not None else (None, "", None)


def _durations(node: Node, where: str, left_out: list[Skipped]) -> Iterator[Span]:
    for profile in node.nodes("estimatedDuration"):
        exact = _parts(profile, "exactDuration", "timeRequired")
        low = exact or _parts(profile, "minimumDuration")
        high = exact or _parts(profile, "maximumDuration")
        if not low and not high:
            continue
        span = span_between(low or high, high or low)
        if span is None:
            name = node.called("estimatedDuration")
            value = " to ".join(map(_spelled, unique_parts(low, high)))
            left_out.append(omitted(where, name, value, ALLOWED))
        else:
            yield span


def unique_parts(*durations: dict[str, Decimal]) -> list[dict[str, Decimal]]:
    """Durations that say something, each once."""
    told: list[dict[str, Decimal]] = []
    for parts in durations:
        if parts and parts not in told:
            told.append(parts)
    return told


def _spelled(parts: dict[str, Decimal]) -> str:
    return ", ".join(f"{amount:f} {unit}" for unit, amount in parts.items())


def _parts(profile: Node, *names: str) -> dict[str, Decimal]:
    """The units of a duration: ISO 8601, or an object with `Weeks`, `Hours` and so on."""
    for value in profile.each(*names):
        if isinstance(value, dict):
            told = Node.of(value, profile.graph)
            found = {unit: told.number(unit) for unit in UNITS}
            return {unit: amount for unit, amount in found.items() if amount}
        parts = parts_of(value) if isinstance(value, str) else None
        if parts is None:
            raise BadValue(profile.called(*names), value, "an ISO 8601 duration such as P8W")
        return parts
    return {}


def _offerings(node: Node) -> Iterator[Offering]:
    for run in node.nodes("hasOffering"):
        offering = Offering(
            starts=run.day("startDate", "dateEffective"),
            ends=run.day("endDate", "expirationDate"),
            delivery=", ".join(delivery(run, "deliveryType", "learningDeliveryType")),
            location=next((_place(place) for place in run.nodes("availableAt")), ""),
        )
        if offering != Offering():
            yield offering


def _place(place: Node) -> str:
    parts = (place.text("name"), place.text("addressLocality", "city"), place.text("addressRegion"))
    return ", ".join(unique(parts))


def _skills(node: Node) -> tuple[str, ...]:
    names = ("teaches", "teachesCompetency", "assesses", "assessesCompetency")
    return unique(label for name in names for label in labels(node, name))


def _targets(node: Node) -> Iterator[str]:
    for name in _LEADS_TO:
        for related in node.nodes(name):
            if any(related.each(target) for target in _TARGETS):
                for target in _TARGETS:
                    yield from map(program_reference, related.nodes(target))
            elif not any(kind.startswith("Condition") for kind in related.types):
                reference = program_reference(related)
                yield reference if reference != related.text("description") else ""


def _aid(node: Node) -> Iterator[str]:
    for profile in node.nodes("financialAssistance"):
        kinds = labels(profile, "financialAssistanceType")
        named = profile.text("name", "targetNodeName")
        if named and not kinds:
            yield named
        yield from (kind.casefold() for kind in kinds)


def _recognition(node: Node) -> Iterator[str]:
    for name, verb in _RECOGNITION:
        told = organizations(node, name)
        if told:
            yield f"{verb} by {', '.join(told)}."
