"""Leads a check of aid: hears what the student tells, asks what matters, and says the verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from knowledge_base.advising.aid_facts import answer_to, declines, facts_in, plain
from knowledge_base.aid import AidReport
from knowledge_base.aid_rule import AidRule, AskedFact, Condition, Value
from knowledge_base.kleene import Truth

PROGRAM = AskedFact("program", "", "program")
"""What the catalog knows of a program settles more rules than any answer does."""
_ENOUGH = re.compile(
    r"\b(?:thats|that is|this is) (?:enough|all)\b|^enough\b|\bno more questions\b|\bstop asking\b"
    r"|^(?:just )?(?:show|tell|give) me (?:what|now|the (?:results?|verdicts?|outcome))\b"
)
_WHY = re.compile(
    r"^(?:but |and |ok(?:ay)? )?(?:why|what for|how come)"
    r"(?:$|.*\b(?:ask|asking|need|want|know|matters?|relevant|important|question|this|that)\b)"
    r"|\bwhat (?:do|would) you need (?:that|this|it) for\b"
)
_CORRECTS = re.compile(
    r"^(?:no,? |oh |oops,? |wait,? )*(?:actually|sorry|i meant|correction|no wait|wait|oops)\b"
)
_WORD = re.compile(r"\w+")
_COMMON = frozenset("student aid financial education benefits tuition assistance paid plan".split())
"""Words of a rule's name that are said of aid in general."""


@dataclass(frozen=True, slots=True)
class AidCheck:
    """What was told so far in a check of aid; the dialogue keeps it in one slot."""

    facts: Mapping[str, Value] = field(default_factory=dict)
    declined: tuple[str, ...] = ()
    """Facts that the student does not know, or would rather not tell; they stay unknown."""
    program: str | None = None
    only: tuple[str, ...] = ()
    """Ids of the rules that the student asked for; all when empty."""
    asked: str = ""
    """The fact that was asked for last, and the one before it."""
    before: str = ""
    told: bool = False
    """Whether the verdicts were given, so that more facts change them at once."""

    def to_slot(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "facts": dict(self.facts),
            "declined": list(self.declined),
            "program": self.program,
            "only": list(self.only),
            "asked": self.asked,
            "before": self.before,
            "told": self.told,
        }

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Self:
        """The inverse of `to_slot`; nothing told without a slot."""
        if not slot:
            return cls()
        return cls(
            slot["facts"],
            tuple(slot["declined"]),
            slot["program"],
            tuple(slot["only"]),
            slot["asked"],
            slot["before"],
            slot["told"],
        )


def heard(
    text: str, check: AidCheck, report: AidReport, named: Sequence[str] = ()
) -> AidCheck | None:
    """The check with what a message tells; None when it tells nothing that was understood.

    `named` holds ids of the programs that the message names. What is told without being asked
    counts too, and a correction changes what was told before.
    """
    facts: dict[str, Value] = facts_in(text, report.asked)
    declined, program, only = set(check.declined), check.program, check.only
    if check.asked in {"", PROGRAM.name}:
        program = named[0] if len(named) == 1 else program
        only = _named_rules(text, report) or only
    words = _uncorrected(text)
    corrected = check.before if _CORRECTS.search(plain(text)) and not facts else ""
    for name in filter(None, (corrected, check.asked)):
        fact = fact_asked(name, report)
        if fact is None or fact is PROGRAM or name in facts or (facts and fact.kind != "flag"):
            continue
        unsaid = declines(text)
        answer = None if unsaid and fact.kind == "flag" else answer_to(fact, words, report.as_of)
        if answer is not None:
            facts[name] = answer
            break
        if unsaid:
            declined.add(name)
            break
    if check.asked == PROGRAM.name and program == check.program and declines(text):
        declined.add(PROGRAM.name)
    new = replace(
        check,
        facts={**check.facts, **facts},
        declined=tuple(sorted(declined - facts.keys())),
        program=program,
        only=only,
    )
    return new if facts or new != check else None


def next_question(check: AidCheck, report: AidReport) -> AskedFact | None:
    """What to ask next: the program, if rules depend on it, else what decides most rules."""
    askable = {fact.name for fact in report.asked}
    by_program = any(
        name not in askable
        for verdict in report.verdicts
        if verdict.outcome is Truth.UNKNOWN
        for name in verdict.depends_on
    )
    if check.program is None and PROGRAM.name not in check.declined and by_program:
        return PROGRAM
    return report.next_question


def has_enough(text: str) -> bool:
    """Whether the student wants the verdicts now, whatever is still open."""
    return bool(_ENOUGH.search(plain(text)))


def asks_why(text: str) -> bool:
    """Whether the student asks what a question is for."""
    return bool(_WHY.search(plain(text).rstrip("?!. "))) and len(text.split()) <= 12


def needing(name: str, report: AidReport) -> list[tuple[AidRule, Condition]]:
    """Per open rule that needs a fact: the rule, and its condition that looks at the fact."""
    found = []
    for verdict in report.verdicts:
        open_ = verdict.outcome is Truth.UNKNOWN
        parts = [part for part in verdict.rule.needs.parts if open_ and _looks_at(part, name)]
        found += [(verdict.rule, part) for part in parts[:1]]
    return found


def _looks_at(condition: Condition, name: str) -> bool:
    if name == PROGRAM.name:
        own = condition.fact.startswith("program_")
    else:
        own = name in {condition.fact, condition.by}
    return own or any(_looks_at(part, name) for part in condition.parts)


def fact_asked(name: str, report: AidReport) -> AskedFact | None:
    """The fact of that name, if it is one that can be asked for."""
    if name == PROGRAM.name:
        return PROGRAM
    return next((fact for fact in report.asked if fact.name == name), None)


def _uncorrected(text: str) -> str:
    """The text without the words that only say that it corrects."""
    return _CORRECTS.sub("", plain(text)).strip(" ,") or text


def _named_rules(text: str, report: AidReport) -> tuple[str, ...]:
    """Ids of the rules that a text names, in full or by the end of their names."""
    words = f" {' '.join(_WORD.findall(plain(text)))} "
    found = []
    for verdict in report.verdicts:
        name = _WORD.findall(plain(verdict.rule.name.partition(",")[0]))
        ends = [name[start:] for start in range(max(1, len(name) - 1))]
        if any(set(end) - _COMMON and f" {' '.join(end)} " in words for end in ends):
            found.append(verdict.rule.id)
    return tuple(found)
