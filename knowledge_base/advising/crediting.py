"""Says what a student's earlier learning may be worth, rule by rule, and what to send for it."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.advising.credit_claim import Claim, awards
from knowledge_base.credit.equivalency import Award, EquivalencyTable, Tier
from knowledge_base.credit.limits import Capped, award_name
from knowledge_base.credit_transfer import Estimate
from knowledge_base.model import AnswerKind, Topic, UsedFact
from knowledge_base.model import plain as figure
from knowledge_base.stated.held import line_of
from knowledge_base.stated.quoted import Quoted
from knowledge_base.typed.draft import Draft
from languages.speech import say, say_day

_MOST_AWARDS = 3


def nothing() -> str:
    """That somebody who brings nothing can start all the same."""
    return say(
        "Then there is nothing to estimate yet, and that is fine: you can start without any "
        "credit. If you remember an exam, a course, a license or work that may count, just tell me."
    )


def estimated(claim: Claim, estimate: Estimate, table: EquivalencyTable) -> Draft:
    """Every thing with its tier, rule and source; limits with their working; what to send."""
    sources = Quoted()
    facts: list[UsedFact] = []
    parts = [
        say(
            "This is what the published rules of {day} say about what you have. It is an estimate: "
            "only the registrar decides, and nothing beyond the first group is agreed.",
            day=say_day(estimate.as_of),
        )
    ]
    for tier, heading in _headings():
        lines = [line for line in estimate.lines if line.tier is tier]
        if lines:
            told = "\n".join(line_of(line, sources, facts) for line in lines)
            parts.append(f"**{heading}**\n\n{told}")
    parts.append(_limits(claim, estimate, sources, facts))
    if packet := _packet(estimate, table, sources):
        what = say("What to send, so that it can be decided")
        parts.append(f"**{what}**\n\n{packet}")
    parts.append(
        say(
            "You can add more (“also AP Biology with a 5”), correct me (“no, it was a 3”), or "
            "say what it should count toward."
        )
    )
    text, offers = "\n\n".join(parts), _next(estimate.award, table)
    return sources.draft(AnswerKind.CREDIT, text, facts, offers, sources.page)


def _headings() -> Sequence[tuple[Tier, str]]:
    return (
        (Tier.ARTICULATED, say("Agreed in a published rule")),
        (Tier.RECOMMENDED, say("Recommended, but not agreed")),
        (Tier.NEEDS_REVIEW, say("Needs review by the college")),
        (Tier.NOT_TRANSFERABLE, say("Not transferable")),
        (Tier.NO_RULE, say("No published rule names it, so it needs review")),
    )


def _limits(claim: Claim, estimate: Estimate, sources: Quoted, facts: list[UsedFact]) -> str:
    if estimate.award is None:
        return say(
            "How much of it counts depends on the award: limits, and what must be earned here, "
            "differ. Tell me which certificate or degree it is for, and I apply them."
        )
    lines = [say("- Agreed: {working}", working=_working(estimate.agreed, sources))]
    if estimate.possible.before != estimate.agreed.before:
        lines.append(
            say(
                "- With all that may be decided in your favor: {working}",
                working=_working(estimate.possible, sources),
            )
        )
    number = sources.cite(estimate.agreed.limits[0].source) if estimate.agreed.limits else 0
    facts.append(
        UsedFact(
            "credits within the limits", figure(estimate.agreed.credits), "credits", "", number
        )
    )
    listed = "\n".join(lines)
    toward = say("Toward the {award}", award=claim.toward or award_name(estimate.award))
    return f"**{toward}**\n\n{listed}"


def _working(capped: Capped, sources: Quoted) -> str:
    marks = "".join(
        f" [{number}]" for number in sorted({sources.cite(x.source) for x in capped.limits})
    )
    credits = say("{credits} credits", credits=figure(capped.credits))
    return f"**{credits}**: {'; '.join(capped.working)}.{marks}"


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
    return [
        Topic(
            say("Toward a {award}", award=name),
            say("Estimate my credit toward the {award}", award=name),
        )
        for name in map(award_name, others)
    ]
