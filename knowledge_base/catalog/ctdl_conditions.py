"""Reads CTDL condition profiles as a tree of requirements.

Everything in one profile must be met, and every profile too; of the alternatives of a profile
(`alternativeCondition`) any one (https://credreg.net/ctdl/terms/alternativeCondition).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from knowledge_base.catalog.ctdl_terms import credit_unit, labels, program_reference
from knowledge_base.catalog.json_ld import Node
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.model import Join, Requirement

_DEEPEST = 10
"""Alternatives within alternatives; people write two or three."""
_REQUIRED = ("requires", "prerequisite", "entryCondition")
_PROGRAMS = ("targetCredential", "targetLearningOpportunity")


def requirement(node: Node) -> Requirement | None:
    """Everything that a program requires, to begin or to earn it; None when it says nothing."""
    parts = [
        part
        for each in [node, *node.nodes("commonConditions")]
        for name in _REQUIRED
        for profile in each.nodes(name)
        if (part := _condition(profile, 1)) is not None
    ]
    together = [
        Requirement("at the same time", parts=(part,))
        for profile in node.nodes("corequisite")
        if (part := _condition(profile, 1)) is not None
    ]
    return _joined("", list(dict.fromkeys([*parts, *together])))


def _condition(profile: Node, depth: int) -> Requirement | None:
    if depth > _DEEPEST:
        raise BadValue("alternativeCondition", "", f"at most {_DEEPEST} levels of alternatives")
    parts = [*_own(profile), *_targets(profile)]
    alternatives = [
        part
        for each in profile.nodes("alternativeCondition")
        if (part := _condition(each, depth + 1)) is not None
    ]
    if len(alternatives) == 1:
        parts += alternatives
    elif alternatives:
        parts.append(Requirement(join=Join.ANY, parts=tuple(alternatives)))
    return _joined(profile.text("description") or ("" if parts else profile.text("name")), parts)


def _joined(text: str, parts: list[Requirement]) -> Requirement | None:
    if not text and len(parts) == 1:
        return parts[0]
    return Requirement(text, parts=tuple(parts)) if text or parts else None


def _own(profile: Node) -> Iterator[Requirement]:
    for text in profile.texts("condition"):
        yield Requirement(text)
    for text in labels(profile, "submissionOf"):
        yield Requirement(f"submission of {text}")
    age = profile.number("minimumAge")
    if age:
        yield Requirement(f"at least {age.normalize():f} years old")
    years = profile.number("yearsOfExperience")
    if years:
        yield Requirement(f"{years.normalize():f} years of experience")
    for text in profile.texts("experience"):
        yield Requirement(text)
    for place in profile.nodes("residentOf"):
        where = place.text("name", "description", "addressRegion", "addressCountry")
        if where:
            yield Requirement(f"resident of {where}")
    for value in profile.nodes("creditValue"):
        amount = value.number("value", "minValue")
        if amount:
            yield Requirement(_credits(amount, value))
    for text in labels(profile, "targetCompetency", "requiresCompetency"):
        yield Requirement(f"competency: {text}")


def _credits(amount: Decimal, value: Node) -> str:
    unit = credit_unit(value)[0] or value.text("description").casefold()
    unit = f"{unit}s" if unit.endswith("hour") else unit or "credits"
    return f"{amount.normalize():f} {unit}"


def _targets(profile: Node) -> Iterator[Requirement]:
    for name in _PROGRAMS:
        for target in profile.nodes(name):
            reference = program_reference(target)
            named = target.text("name")
            if reference or named:
                yield Requirement(named, program=reference if reference != named else "")
            elif target.id:
                yield Requirement("completion of a program that is not described here")
    for target in profile.nodes("targetAssessment"):
        named = target.text("name")
        yield Requirement(f"passing {named}" if named else "passing an assessment")
