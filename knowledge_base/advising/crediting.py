"""Says what a student's earlier learning may be worth, rule by rule, and what to send for it."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.advising.credit_claim import Claim, awards
from knowledge_base.advising.quoted import Quoted
from knowledge_base.credit.equivalency import Award, EquivalencyTable, Tier
from knowledge_base.credit.limits import Capped
from knowledge_base.credit_transfer import Estimate, Line
from knowledge_base.model import AnswerKind, Topic, UsedFact
from knowledge_base.model import plain as figure
from knowledge_base.program_page import day
from knowledge_base.typed.draft import Draft
from languages.lists import joined

NOTHING = (
    "Then there is nothing to estimate yet, and that is fine: you can start without any credit. "
    "If you remember an exam, a course, a license or work that may count, just tell me."
)
_HEADINGS = {
    Tier.ARTICULATED: "Agreed in a published rule",
    Tier.RECOMMENDED: "Recommended, but not agreed",
    Tier.NEEDS_REVIEW: "Needs review by the college",
    Tier.NOT_TRANSFERABLE: "Not transferable",
    Tier.NO_RULE: "No published rule names it, so it needs review",
}
_MOST_AWARDS = 3


def estimated(claim: Claim, estimate: Estimate, table: EquivalencyTable) -> Draft:
    """Every thing with its tier, rule and source; limits with their working; what to send."""
    sources = Quoted()
    facts: list[UsedFact] = []
    parts = [
        f"This is what the published rules of {day(estimate.as_of)} say about what you have. It is "
        "an estimate: only the registrar decides, and nothing beyond the first group is agreed."
    ]
    for tier, heading in _HEADINGS.items():
        lines = [line for line in estimate.lines if line.tier is tier]
        if lines:
            told = "\n".join(_line(line, sources, facts) for line in lines)
            parts.append(f"**{heading}**\n\n{told}")
    parts.append(_limits(claim, estimate, sources, facts))
    if packet := _packet(estimate, table, sources):
        parts.append(f"**What to send, so that it can be decided**\n\n{packet}")
    parts.append(
        "You can add more (“also AP Biology with a 5”), correct me (“no, it was a 3”), or "
        "say what it should count toward."
    )
    return sources.draft(AnswerKind.CREDIT, "\n\n".join(parts), facts, _next(estimate.award, table))


def _line(line: Line, sources: Quoted, facts: list[UsedFact]) -> str:
    names = joined([_name(line, position) for position in range(len(line.held))])
    number = sources.cite(line.source) if line.source else 0
    mark = f" [{number}]" if number else ""
    worth = ""
    if line.tier is Tier.NOT_TRANSFERABLE:
        worth = " gives no credit"
    elif line.credits:
        worth = f": {figure(line.credits)} credits" + (f", {line.target}" if line.target else "")
    elif line.target:
        worth = f": {line.target}"
    said = f"- **{names}**{worth}{mark}"
    if not line.counted:
        said += ". The same credit is given above, so it is not counted again"
    if line.missing:
        said += (
            f". Open: {'; '.join(line.missing)}"
            if line.tier is not Tier.NOT_TRANSFERABLE
            else (f": {'; '.join(line.missing)}")
        )
    if line.condition:
        said += f". Condition: {line.condition}"
    if line.counted and line.credits:
        facts.append(
            UsedFact(f"{names} ({line.tier.value})", figure(line.credits), "credits", "", number)
        )
    return f"{said}."


def _name(line: Line, position: int) -> str:
    held = line.held[position]
    told = [held.score, f"{figure(held.credits)} {held.unit} credits" if held.credits else None]
    details = ", ".join(filter(None, told))
    return f"{held.name} ({details})" if details else held.name


def _limits(claim: Claim, estimate: Estimate, sources: Quoted, facts: list[UsedFact]) -> str:
    if estimate.award is None:
        return (
            "How much of it counts depends on the award: limits, and what must be earned here, "
            "differ. Tell me which certificate or degree it is for, and I apply them."
        )
    toward = claim.toward or f"{estimate.award.kind} of {figure(estimate.award.credits)} credits"
    lines = [f"- Agreed: {_working(estimate.agreed, sources)}"]
    if estimate.possible.before != estimate.agreed.before:
        lines.append(
            f"- With all that may be decided in your favor: {_working(estimate.possible, sources)}"
        )
    number = sources.cite(estimate.agreed.limits[0].source) if estimate.agreed.limits else 0
    facts.append(
        UsedFact(
            "credits within the limits", figure(estimate.agreed.credits), "credits", "", number
        )
    )
    listed = "\n".join(lines)
    return f"**Toward the {toward}**\n\n{listed}"


def _working(capped: Capped, sources: Quoted) -> str:
    marks = "".join(
        f" [{number}]" for number in sorted({sources.cite(x.source) for x in capped.limits})
    )
    return f"**{figure(capped.credits)} credits**: {'; '.join(capped.working)}.{marks}"


def _packet(estimate: Estimate, table: EquivalencyTable, sources: Quoted) -> str:
    """What the published pages ask for, for the groups that may give credit."""
    groups = {line.group for line in estimate.lines if line.tier is not Tier.NOT_TRANSFERABLE}
    wanted = [
        evidence
        for evidence in table.evidence
        if evidence.source.validity.holds_on(estimate.as_of)
        and (not evidence.groups or groups & set(evidence.groups))
    ]
    return "\n".join(f"- “{each.source.quote}” [{sources.cite(each.source)}]" for each in wanted)


def _next(award: Award | None, table: EquivalencyTable) -> Sequence[Topic]:
    """Awards that it could count toward, to choose."""
    others = [each for each in awards(table) if each != award][:_MOST_AWARDS]
    names = [f"{each.kind} of {figure(each.credits)} credits" for each in others]
    return [Topic(f"Toward a {name}", f"Estimate my credit toward the {name}") for name in names]
