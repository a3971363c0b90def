"""Puts a check of aid into words: the next question, why it is asked, and the verdicts."""

from __future__ import annotations

from knowledge_base.advising.aiding import PROGRAM, AidCheck, needing
from knowledge_base.advising.quoted import Quoted
from knowledge_base.aid import AidReport, Verdict
from knowledge_base.aid_rule import AskedFact, Condition, Value
from knowledge_base.kleene import Truth
from knowledge_base.model import AnswerKind, Program, Topic, UsedFact
from knowledge_base.program_page import day
from knowledge_base.typed.draft import Draft

INTRODUCTION = (
    "I'll go through the published rules of aid with you, and ask only what changes the outcome. "
    "You can skip a question, ask why I ask, say *that's enough*, or stop at any time."
)
RESUMED = "Let's go on with the check of aid."
_HEADINGS = {
    Truth.YES: "As you tell it, you meet every condition that the rule names",
    Truth.UNKNOWN: "It depends on what is not known yet",
    Truth.NO: "Not by the published rule",
}
ENOUGH = Topic("That's enough", "That's enough, show me what you have")
_DONT_KNOW = Topic("I don't know", "I don't know")
_MOST_CHOICES = 4


def question_words(
    fact: AskedFact, check: AidCheck, report: AidReport, program: Program | None
) -> tuple[str, tuple[Topic, ...]]:
    """The question in Markdown, with what led to it the first time, and answers to choose."""
    parts = [] if check.asked else [RESUMED if check.before else INTRODUCTION]
    if not check.asked and (noted := _noted(check, report)):
        parts.append(f"I've noted: {noted}.")
    if not check.asked and program is not None:
        parts.append(f"This is for **{program.title}**.")
    choices: list[Topic] = []
    if fact.kind == "flag":
        choices = [Topic("Yes", "Yes"), Topic("No", "No")]
    elif fact.kind == "date" and program is not None:
        runs = [run.starts for run in program.offerings if run.starts and run.starts > report.as_of]
        choices = [Topic(day(start), day(start)) for start in runs[:_MOST_CHOICES]]
    choices += [_DONT_KNOW, ENOUGH] if check.asked else [_DONT_KNOW]
    return "\n\n".join([*parts, fact.question]), tuple(choices)


def not_understood(fact: AskedFact | None) -> str:
    """That an answer could not be read, and what would do."""
    like = {
        "flag": "Yes or no will do.",
        "number": "A number will do, such as 2.",
        "date": "A date will do, such as January 11, 2027.",
        PROGRAM.kind: "I know no program of that name. Its title or its code will do.",
    }
    hint = like.get(fact.kind, "") if fact else ""
    return f"I couldn't read an answer in that. {hint} You can also say *skip*.".replace("  ", " ")


def reason(check: AidCheck, report: AidReport) -> Draft | None:
    """Why the last question was asked: which rules need it, in the words of their pages."""
    found = needing(check.asked, report)
    if not found:
        return None
    sources = Quoted()
    lines = [
        f"- **{rule.name}**: {_condition(part)} [{sources.cite(rule.source, part.quote)}]"
        for rule, part in found
    ]
    text = "\n".join(["I ask because the outcome of these rules turns on it:", "", *lines])
    return sources.draft(AnswerKind.AID, text)


def verdicts(check: AidCheck, report: AidReport, program: Program | None) -> Draft:
    """Every verdict with its rule, what it rests on, and what to do next."""
    if not report.verdicts:
        text = f"No published rule of aid is in force on {day(report.as_of)}."
        return Draft(AnswerKind.UNKNOWN, text)
    sources = Quoted()
    whose = f" for **{program.title}**" if program else ""
    lines = [
        f"This is what the published rules say as of {day(report.as_of)}{whose}. It is no "
        "decision and no promise: the aid office decides."
    ]
    facts: list[UsedFact] = []
    for outcome in (Truth.YES, Truth.UNKNOWN, Truth.NO):
        chosen = [verdict for verdict in report.verdicts if verdict.outcome is outcome]
        if chosen:
            lines.append(f"**{_HEADINGS[outcome]}**")
            lines.append("\n".join(_verdict(v, report, sources, facts) for v in chosen))
    if check.facts:
        lines.append(
            f"*You told me: {_noted(check, report)}.* If one of these is wrong, just say so."
        )
    return sources.draft(AnswerKind.AID, "\n\n".join(lines), facts, _next(report), check.program)


def _verdict(verdict: Verdict, report: AidReport, sources: Quoted, facts: list[UsedFact]) -> str:
    rule = verdict.rule
    if verdict.outcome is Truth.NO:
        failed = verdict.because[0]
        number = sources.cite(rule.source, failed.quote)
        line = f"- **{rule.name}**: its condition is not met: {_condition(failed)} [{number}]"
    else:
        number = sources.cite(rule.source)
        line = f"- **{rule.name}**: {rule.gives} [{number}]."
    if verdict.outcome is Truth.UNKNOWN:
        line += f" Open: {_open(verdict, report)}"
    if verdict.outcome is Truth.YES:
        line += f" {rule.note}" if rule.note else ""
        for step in rule.steps:
            line += f"\n  - Next: “{step.quote}” [{sources.cite(step)}]"
    facts.append(UsedFact(rule.name, verdict.outcome.value, citation=number))
    return line


def _open(verdict: Verdict, report: AidReport) -> str:
    questions = {fact.name: fact.question for fact in report.asked}
    asked = [questions[name] for name in verdict.depends_on if name in questions]
    others = [name for name in verdict.depends_on if name not in questions]
    by_program = ["which program and run it is for."] if others else []
    return " ".join([*by_program, *asked])


def _condition(condition: Condition) -> str:
    """A condition in words: its own, else those of its page."""
    return condition.words or f"“{condition.quote}”"


def _noted(check: AidCheck, report: AidReport) -> str:
    """What was told, by the names of the facts."""
    asked = {fact.name: fact for fact in report.asked}
    told = [
        f"{name.replace('_', ' ')} {_value(value, asked[name])}"
        for name, value in check.facts.items()
        if name in asked
    ]
    return "; ".join(told)


def _value(value: Value, fact: AskedFact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"${value:,}" if fact.unit == "dollars" else f"{value:g}"


def _next(report: AidReport) -> tuple[Topic, ...]:
    """What can be asked from here: what is still open, and how to go on."""
    topics = []
    if any(verdict.outcome is Truth.UNKNOWN for verdict in report.verdicts):
        topics.append(Topic("Go on with the check", "Check my aid, go on with the questions"))
    best = [v.rule.name for v in report.verdicts if v.outcome is Truth.YES][:1]
    topics += [Topic(f"How do I apply: {name}", f"How do I apply for {name}?") for name in best]
    return tuple(topics)
