"""Puts the concepts of CTDL into words, and tells programs from what is none."""

from __future__ import annotations

import re
from typing import Any

from knowledge_base.catalog.json_ld import Node, bare, identified, plain, unique
from knowledge_base.catalog.json_text import clean

PROGRAMS = frozenset(
    """Credential AcademicCertificate ApprenticeshipCertificate AssociateDegree
    AssociateOfAppliedArtsDegree AssociateOfAppliedScienceDegree AssociateOfArtsDegree
    AssociateOfScienceDegree BachelorDegree BachelorOfArtsDegree BachelorOfScienceDegree Badge
    BasicTechnicalCertificate Certificate CertificateOfCompletion CertificateOfParticipation
    Certification Degree DigitalBadge Diploma DoctoralDegree GeneralEducationDevelopment
    GeneralEducationLevel1Certificate GeneralEducationLevel2Certificate
    HigherEducationLevel1Certificate HigherEducationLevel2Certificate JourneymanCertificate
    License MasterCertificate MasterDegree MasterOfArtsDegree MasterOfScienceDegree
    MicroCredential OpenBadge PreparatoryCertificate ProfessionalCertificate ProfessionalDoctorate
    ProficiencyCertificate QualityAssuranceCredential ResearchDoctorate
    SecondaryEducationCertificate SecondarySchoolDiploma SpecialistDegree
    TechnicalLevel1Certificate TechnicalLevel2Certificate TechnicalLevel3Certificate
    WorkbasedLearningCertificate
    Course LearningOpportunity LearningOpportunityProfile LearningProgram""".casefold().split()
)
"""Classes of https://credreg.net/ctdl/terms whose resources a student can enrol in or earn."""

OTHERS = {
    "agent": "an organization",
    "organization": "an organization",
    "credentialorganization": "an organization",
    "qacredentialorganization": "an organization",
    "assessment": "an assessment",
    "assessmentprofile": "an assessment",
    "conditionmanifest": "a condition manifest",
    "costmanifest": "a cost manifest",
    "datasetprofile": "outcome data",
    "scheduledoffering": "an offering of a program",
    "transfervalueprofile": "a transfer value",
    "competency": "a competency",
    "competencyframework": "a competency framework",
}
_NOT_OFFERED = frozenset(
    {"ceased", "deprecated", "developing", "revoked", "superseded", "suspended"}
)
_DELIVERY = {
    "onlineonly": "online",
    "onlinedelivery": "online",
    "inperson": "in person",
    "blendeddelivery": "hybrid",
}
_RESIDENCY = {"instate": "in-state", "outofstate": "out-of-state"}
_ACADEMIC = frozenset(
    {"semesterhour", "quarterhour", "degreecredit", "semesterhours", "quarterhours"}
)
"""Units of https://credreg.net/ctdl/terms/CreditUnit that are credit toward a degree."""
_CREDIT_KINDS = {
    "semesterhour": "semester hour",
    "quarterhour": "quarter hour",
    "continuingeducationunit": "continuing education",
    "degreecredit": "",
}
CURRENCIES = {
    "us dollar": "USD",
    "euro": "EUR",
    "pound sterling": "GBP",
    "canadian dollar": "CAD",
    "australian dollar": "AUD",
}
"""Names that the registry's editor writes instead of ISO 4217 codes; others stay as they are."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(code: str) -> str:
    """`costType:EnrollmentFee` in words: `enrollment fee`."""
    return clean(_HUMP.sub(" ", bare(code))).casefold()


def codes(node: Node, *names: str) -> tuple[str, ...]:
    """The concepts of a field as bare codes in small letters, such as `onlineonly`."""
    return unique(_bare(value, node) for value in node.each(*names))


def _bare(value: Any, node: Node) -> str:
    return plain(_code(value, node)).replace("-", "")


def _in_words(node: Node, table: dict[str, str], *names: str) -> tuple[str, ...]:
    """The concepts of a field in the words of a table, or else the source's own."""
    return unique(
        table.get(_bare(value, node)) or _label(value, node).casefold()
        for value in node.each(*names)
    )


def _code(value: Any, node: Node) -> str:
    if isinstance(value, str):
        return value.replace(" ", "")
    if not isinstance(value, dict):
        return ""
    concept = Node.of(value, node.graph)
    target = concept.each("targetNode")
    first = target[0] if target else concept.text("targetNodeName", "name").replace(" ", "")
    if isinstance(first, dict):
        first = Node.of(first, node.graph).id
    return first if isinstance(first, str) else ""


def labels(node: Node, *names: str) -> tuple[str, ...]:
    """The concepts of a field by their names, or else their codes in words."""
    return unique(_label(value, node) for value in node.each(*names))


def _label(value: Any, node: Node) -> str:
    if isinstance(value, str):
        return "" if "://" in value else clean(value) if " " in value else words(value)
    if not isinstance(value, dict):
        return ""
    concept = Node.of(value, node.graph)
    named = concept.text("targetNodeName", "name") or concept.text("targetNodeDescription")
    if not named and "id" not in concept.values:
        named = " ".join(Node.of({"text": value}, node.graph).texts("text"))
    return named or words(_code(value, node))


def kind(node: Node) -> str:
    """The bare class of a resource in small letters; empty when it does not say."""
    told = [*node.each("credentialType"), *node.types]
    return next((plain(each) for each in told if isinstance(each, str)), "")


def credential_type(node: Node) -> str:
    """What a program is, in words: `bachelor degree`, `learning program`."""
    told = [*node.each("credentialType"), *node.types]
    named = next((words(each) for each in told if isinstance(each, str)), "")
    return named.removesuffix(" profile")


def status_against(node: Node) -> str:
    """The status by which a program is not offered now, as the source writes it; else empty."""
    status = codes(node, "credentialStatusType", "lifeCycleStatusType")
    return next((each for each in status if each in _NOT_OFFERED), "")


def delivery(node: Node, *names: str) -> tuple[str, ...]:
    """How it is taught: `online`, `in person`, `hybrid`, or the source's own words."""
    return _in_words(node, _DELIVERY, *names)


def residency(node: Node) -> str:
    """Whom a cost holds for: `in-state`, `out-of-state or international`."""
    return " or ".join(_in_words(node, _RESIDENCY, "residencyType"))


def credit_unit(node: Node) -> tuple[str, bool | None]:
    """What kind of credits a value counts, and whether they are academic ones; None: unknown."""
    units = codes(node, "creditUnitType", "creditHourType")
    if not units:
        return "", None
    unit = units[0].removesuffix("s")
    named = _CREDIT_KINDS.get(unit, next(iter(labels(node, "creditUnitType")), "").casefold())
    return named, True if unit in _ACADEMIC else None


def organizations(node: Node, *names: str) -> tuple[str, ...]:
    """Names of the organizations of a field, as far as the file tells them."""
    return unique(each.text("name") for name in names for each in node.nodes(name))


def program_reference(node: Node) -> str:
    """The registry identifier of a program that is referred to, or its name, or empty."""
    found = identified(str(node.values.get("ctid") or node.id))
    return found if found.startswith("ce-") else node.text("name")
