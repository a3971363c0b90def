"""The form of a dated rule of aid or credit: what it shows of one, and the rule that is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from channels.staff.conditions import conditions_in, conditions_told
from channels.staff.fields import Fields, Typed
from channels.staff.outline import OutlineError
from knowledge_base.aid_rule import AidRule, AskedFact
from knowledge_base.credit.equivalency import (
    Conversion,
    CreditLimit,
    Equivalency,
    Evidence,
    Needed,
    Source,
    Tier,
)
from knowledge_base.credit.grades import Scale
from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.rules.aid_rules import aid_record
from knowledge_base.rules.equivalencies import BadCell, credit_record
from languages.speech import ENGLISH, available

AID_RULE, AID_FACT, CREDIT = "aid_rule", "aid_fact", "equivalency"
KINDS = {
    AID_RULE: "who gets an aid",
    AID_FACT: "a question to ask for aid",
    CREDIT: "what earlier learning is worth",
    "credit_limit": "how many credits count",
    "credit_conversion": "what a credit of another unit is",
    "credit_evidence": "what to send for credit",
}
"""What each kind of rule says, for people."""
_DATES = ("effective_from", "effective_to", "last_verified")
_WHERE = (*_DATES, "document_id", "quote")
COLUMNS = {
    CREDIT: (
        "kind", "source", "minimum", "scale", "scores", "target", "credits", "status", "group",
        "subject", "max_age_years", "condition", "aliases", "several", *_WHERE,
    ),
    "credit_limit": ("kind", "source", "target", "credits", *_WHERE),
    "credit_conversion": ("kind", "source", "credits", *_WHERE),
    "credit_evidence": ("kind", "source", *_WHERE),
    AID_RULE: ("name", "gives", "needs", "steps", "note", *_WHERE),
    AID_FACT: ("question", "answer", "unit", "said", "denied"),
}  # fmt: skip
"""Fields of each kind's form, in order: those of a file of rules (docs/rules.md)."""
_LIMITS = frozenset({"limit", "residency"})
_ROW_KINDS = {"credit_conversion": "conversion", "credit_evidence": "evidence"}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    AID_RULE: TypeAdapter(AidRule),
    AID_FACT: TypeAdapter(AskedFact),
    CREDIT: TypeAdapter(Equivalency),
    "credit_limit": TypeAdapter(CreditLimit),
    "credit_conversion": TypeAdapter(Conversion),
    "credit_evidence": TypeAdapter(Evidence),
}


@dataclass(frozen=True, slots=True)
class RuleTyped:
    """What a form describes: the rule, or what cannot be so, by field; "" is about all of it."""

    record: Record | None
    problems: Mapping[str, str]


def fields_of(record: Record) -> dict[str, str]:
    """The form's values for a rule, by field; the rule is one that was read by `rule_typed`."""
    if not record.data:
        return {}  # It was only begun.
    value = _ADAPTERS[record.kind].validate_python(record.data)
    match value:
        case AidRule():
            told = _of_aid(value)
        case AskedFact():
            return _of_fact(value)
        case Equivalency():
            told = _of_equivalency(value)
        case CreditLimit():
            size = f"{value.size_from:f}"
            if value.size_to != value.size_from:
                size += f"-{value.size_to:f}"
            told = {
                "kind": "residency" if value.residency else "limit",
                "source": "; ".join(value.groups) or "all",
                "target": f"{value.award} {size}",
                "credits": f"{value.most:f}",
            }
        case Conversion():
            told = {"kind": "conversion", "source": value.unit, "credits": value.factor}
        case Evidence():
            told = {"kind": "evidence", "source": "; ".join(value.groups) or "all"}
    return told | _of_source(value.source)


def rule_typed(kind: str, identity: str, typed: Typed) -> RuleTyped:
    """The rule of a kind that a form describes, read as a file of rules would be."""
    fields = Fields(typed)
    told = {name: fields.text(name) for name in COLUMNS[kind]}
    fields.validity()
    if fields.problems:
        return RuleTyped(None, fields.problems)
    if kind in {AID_RULE, AID_FACT}:
        return _aid(kind, identity, told, fields)
    return _credit(kind, identity, told)


def _aid(kind: str, identity: str, told: dict[str, str], fields: Fields) -> RuleTyped:
    try:
        item = _fact(identity, told, fields) if kind == AID_FACT else _rule(identity, told, fields)
    except OutlineError as error:
        return RuleTyped(None, {"needs": str(error)})
    read = aid_record(kind, item, "")
    if isinstance(read, Skipped):
        field = read.field.split(".")[0]
        known = {"kind": "answer", "in": "said"}.get(field, field)
        return RuleTyped(None, {known if known in COLUMNS[kind] else "": read.allowed})
    return RuleTyped(read, {})


def _rule(identity: str, told: dict[str, str], fields: Fields) -> dict[str, Any]:
    item: dict[str, Any] = {"id": identity, "needs": conditions_in(told.pop("needs"))}
    told.pop("steps")
    steps = [line.partition(": ") for line in fields.lines("steps")]
    item["steps"] = [{"document_id": page, "quote": quote} for page, _, quote in steps]
    return item | {name: value for name, value in told.items() if value}


def _fact(identity: str, told: dict[str, str], fields: Fields) -> dict[str, Any]:
    others = {
        code: {"question": question, "called": fields.text(f"called_{code}")}
        for code in available()
        if code != ENGLISH and (question := fields.text(f"question_{code}"))
    }
    return {
        "name": identity,
        "question": told["question"],
        "kind": told["answer"],
        "unit": told["unit"],
        "said": list(fields.lines("said")),
        "denied": list(fields.lines("denied")),
        "in": others,
    }


def _credit(kind: str, identity: str, told: dict[str, str]) -> RuleTyped:
    cells = {name: " ".join(value.split()) for name, value in told.items()}
    cells = dict.fromkeys(("source", "target", "credits", "status"), "") | cells
    cells |= {"id": identity, "kind": _ROW_KINDS.get(kind, cells["kind"])}
    if (cells["kind"] in {*_LIMITS, *_ROW_KINDS.values()}) != (kind != CREDIT):
        return RuleTyped(None, {"kind": "This is another kind of rule."})
    try:
        record = credit_record(cells)
    except BadCell as bad:
        said = f"Type {bad.allowed}."
        return RuleTyped(None, {bad.field if bad.field in COLUMNS[kind] else "": said})
    return RuleTyped(record, {})


def _of_aid(rule: AidRule) -> dict[str, str]:
    return {
        "name": rule.name,
        "gives": rule.gives,
        "needs": conditions_told(rule.needs),
        "steps": "\n".join(f"{step.document_id}: {step.quote}" for step in rule.steps),
        "note": rule.note,
    }


def _of_fact(fact: AskedFact) -> dict[str, str]:
    told = {
        "question": fact.question,
        "answer": fact.kind,
        "unit": fact.unit,
        "said": "\n".join(fact.said),
        "denied": "\n".join(fact.denied),
    }
    for code, asking in fact.in_languages.items():
        told |= {f"question_{code}": asking.question, f"called_{code}": asking.called}
    return told


def _of_equivalency(rule: Equivalency) -> dict[str, str]:
    needed = [part for parts in rule.alternatives for part in parts]
    kind = needed[0].kind if needed else ""
    marks = {part.minimum for part in needed}
    same = marks.pop() if len(marks) == 1 and {part.kind for part in needed} == {kind} else ""
    either = [
        " AND ".join(_part(part, kind, same) for part in parts) for parts in rule.alternatives
    ]
    free = rule.status is Tier.NOT_TRANSFERABLE or rule.credits is None
    return {
        "kind": kind,
        "source": " OR ".join(either),
        "minimum": same,
        "scale": "" if rule.scale is Scale.NUMBER else rule.scale.value,
        "scores": "; ".join(rule.scores),
        "target": rule.target,
        "credits": "" if free or rule.credits is None else f"{rule.credits:f}",
        "status": rule.status.value,
        "group": rule.group,
        "subject": rule.subject,
        "max_age_years": "" if rule.max_age_years is None else str(rule.max_age_years),
        "condition": rule.condition,
        "aliases": "; ".join(rule.aliases),
        "several": "yes" if rule.several else "",
    }


def _part(part: Needed, kind: str, minimum: str) -> str:
    """`[kind] name >= minimum`, without what the other fields say."""
    own = f"[{part.kind}] " if part.kind != kind else ""
    mark = f" >= {part.minimum}" if part.minimum != minimum else ""
    return f"{own}{part.name}{mark}"


def _of_source(source: Source) -> dict[str, str]:
    days = source.validity.to_wire()
    return {
        "document_id": source.document_id,
        "quote": source.quote,
        **{name: days[name] or "" for name in _DATES},
    }
