"""Puts a check of aid into words: the next question, why it is asked, and the verdicts."""

from __future__ import annotations

from decimal import Decimal

from knowledge_base.advising.aiding import PROGRAM, AidCheck, needing
from knowledge_base.aid import AidReport, Verdict
from knowledge_base.aid_rule import CURRENCIES, AskedFact, Condition, Value
from knowledge_base.kleene import Truth
from knowledge_base.model import AnswerKind, Program, Topic, UsedFact
from knowledge_base.program_page import money
from knowledge_base.source_language import as_published
from knowledge_base.stated.quoted import Quoted
from knowledge_base.typed.draft import Draft
from languages.speech import say, say_day, spoken

_MOST_CHOICES = 4


def question_words(
    fact: AskedFact, check: AidCheck, report: AidReport, program: Program | None
) -> tuple[str, tuple[Topic, ...]]:
    """The question in Markdown, with what led to it the first time, and answers to choose."""
    parts = [] if check.asked else [_resumed() if check.before else _introduction()]
    if not check.asked and (noted := _noted(check, report)):
        parts.append(say("I've noted: {facts}.", facts=noted))
    if not check.asked and program is not None:
        parts.append(say("This is for **{title}**.", title=program.title))
    choices: list[Topic] = []
    if fact.kind == "flag":
        choices = [Topic(say("Yes"), say("Yes")), Topic(say("No"), say("No"))]
    elif fact.kind == "date" and program is not None:
        runs = [run.starts for run in program.offerings if run.starts and run.starts > report.as_of]
        choices = [Topic(say_day(start), say_day(start)) for start in runs[:_MOST_CHOICES]]
    choices.append(Topic(say("I don't know"), say("I don't know")))
    if check.asked:
        choices.append(Topic(say("That's enough"), say("That's enough, show me what you have")))
    return "\n\n".join([*parts, _question(fact)]), tuple(choices)


def _introduction() -> str:
    return say(
        "I'll go through the published rules of aid with you, and ask only what changes the "
        "outcome. You can skip a question, ask why I ask, say *that's enough*, or stop at any time."
    )


def _resumed() -> str:
    return say("Let's go on with the check of aid.")


def _question(fact: AskedFact) -> str:
    """The question in the language that is spoken, else as the rules ask it."""
    if fact.name == PROGRAM.name:
        return say("Which program would it be for? Its name or its code will do.")
    told = fact.in_languages.get(spoken())
    return told.question if told else as_published(fact.question)


def _called(fact: AskedFact) -> str:
    told = fact.in_languages.get(spoken())
    return told.called if told else fact.name.replace("_", " ")


def not_understood(fact: AskedFact | None) -> str:
    """That an answer could not be read, and what would do."""
    like = {
        "flag": say("Yes or no will do."),
        "number": say("A number will do, such as 2."),
        "date": say("A date will do, such as January 11, 2027."),
        PROGRAM.kind: say("I know no program of that name. Its title or its code will do."),
    }
    hint = like.get(fact.kind, "") if fact else ""
    parts = [say("I couldn't read an answer in that."), hint, say("You can also say *skip*.")]
    return " ".join(filter(None, parts))


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
    head = say("I ask because the outcome of these rules turns on it:")
    text = "\n".join([head, "", *lines])
    return sources.draft(AnswerKind.AID, text)


def verdicts(check: AidCheck, report: AidReport, program: Program | None) -> Draft:
    """Every verdict with its rule, what it rests on, and what to do next."""
    if not report.verdicts:
        text = say("No published rule of aid is in force on {day}.", day=say_day(report.as_of))
        return Draft(AnswerKind.UNKNOWN, text)
    sources = Quoted()
    lines = [_head(report, program)]
    facts: list[UsedFact] = []
    for outcome in (Truth.YES, Truth.UNKNOWN, Truth.NO):
        chosen = [verdict for verdict in report.verdicts if verdict.outcome is outcome]
        if chosen:
            lines.append(f"**{_heading(outcome)}**")
            lines.append("\n".join(_verdict(v, report, sources, facts) for v in chosen))
    if check.facts:
        noted = _noted(check, report)
        lines.append(
            say("*You told me: {facts}.* If one of these is wrong, just say so.", facts=noted)
        )
    focus = check.program or sources.page
    return sources.draft(AnswerKind.AID, "\n\n".join(lines), facts, _next(report), focus)


def _head(report: AidReport, program: Program | None) -> str:
    today = say_day(report.as_of)
    if program is None:
        return say(
            "This is what the published rules say as of {day}. It is no decision and no promise: "
            "the aid office decides.",
            day=today,
        )
    return say(
        "This is what the published rules say as of {day} for **{title}**. It is no decision and "
        "no promise: the aid office decides.",
        day=today,
        title=program.title,
    )


def _heading(outcome: Truth) -> str:
    return {
        Truth.YES: say("As you tell it, you meet every condition that the rule names"),
        Truth.UNKNOWN: say("It depends on what is not known yet"),
        Truth.NO: say("Not by the published rule"),
    }[outcome]


def _verdict(verdict: Verdict, report: AidReport, sources: Quoted, facts: list[UsedFact]) -> str:
    rule = verdict.rule
    if verdict.outcome is Truth.NO:
        failed = verdict.because[0]
        number = sources.cite(rule.source, failed.quote)
        line = say(
            "- **{rule}**: its condition is not met: {condition} [{number}]",
            rule=rule.name,
            condition=_condition(failed),
            number=number,
        )
    else:
        number = sources.cite(rule.source)
        line = f"- **{rule.name}**: {as_published(rule.gives)} [{number}]."
    if verdict.outcome is Truth.UNKNOWN:
        line += " " + say("Open: {things}", things=_open(verdict, report))
    if verdict.outcome is Truth.YES:
        line += f" {as_published(rule.note)}" if rule.note else ""
        for step in rule.steps:
            following = say("Next: “{quote}”", quote=step.quote)
            line += f"\n  - {following} [{sources.cite(step)}]"
    facts.append(UsedFact(rule.name, verdict.outcome.value, citation=number))
    return line


def _open(verdict: Verdict, report: AidReport) -> str:
    questions = {fact.name: _question(fact) for fact in report.asked}
    asked = [questions[name] for name in verdict.depends_on if name in questions]
    others = [name for name in verdict.depends_on if name not in questions]
    by_program = [say("which program and run it is for.")] if others else []
    return " ".join([*by_program, *asked])


def _condition(condition: Condition) -> str:
    """A condition in words: its own, else those of its page."""
    return as_published(condition.words) if condition.words else f"“{condition.quote}”"


def _noted(check: AidCheck, report: AidReport) -> str:
    """What was told, by the names of the facts."""
    asked = {fact.name: fact for fact in report.asked}
    told = [
        f"{_called(asked[name])} {_value(value, asked[name])}"
        for name, value in check.facts.items()
        if name in asked
    ]
    return "; ".join(told)


def _value(value: Value, fact: AskedFact) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, str):
        return value
    currency = CURRENCIES.get(fact.unit)
    return money(Decimal(str(value)), currency) if currency else f"{value:g}"


def _next(report: AidReport) -> tuple[Topic, ...]:
    """What can be asked from here: what is still open, and how to go on."""
    topics = []
    if any(verdict.outcome is Truth.UNKNOWN for verdict in report.verdicts):
        go_on = say("Check my aid, go on with the questions")
        topics.append(Topic(say("Go on with the check"), go_on))
    for name in [v.rule.name for v in report.verdicts if v.outcome is Truth.YES][:1]:
        label = say("How do I apply: {name}", name=name)
        topics.append(Topic(label, say("How do I apply for {name}?", name=name)))
    return tuple(topics)
