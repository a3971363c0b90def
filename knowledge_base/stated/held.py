"""Says what the published rules of credit give for what a message names, where they decide it."""

from __future__ import annotations

import re
from datetime import date

from knowledge_base.credit.equivalency import EquivalencyTable, Held, Tier
from knowledge_base.credit.question import held_in
from knowledge_base.credit_transfer import Line, estimate
from knowledge_base.model import AnswerKind, UsedFact
from knowledge_base.model import plain as figure
from knowledge_base.stated.quoted import Quoted
from knowledge_base.terms import term
from knowledge_base.typed.draft import Draft
from languages.lists import joined
from languages.speech import ENGLISH, say, speaking

_ASKS_CREDIT = re.compile(r"\b(?:credits?|counts?|worth|transfer\w*|accept\w*)\b", re.I)
_OTHER = re.compile(
    r"\b(?:how (?:do|can|should|could|long|soon|old|late|to)|when|where|who|which|why|costs?|fees?"
    r"|price|pay|send|appeal|deadline|start\w*|apply|needed|required|instead|limits?|most|max\w*"
    r"|micro\W?credentials?|towards?|into)\b",
    re.I,
)
"""What asks of a thing that one has for more than what it gives."""
_SCORED = frozenset({"exam", "course", "language_test"})
_BY_NAME = frozenset({"military_service", "school_test", "remedial_course", "non_credit_course"})
"""Kinds of which the name alone decides."""
_DECIDED = frozenset({Tier.ARTICULATED, Tier.NOT_TRANSFERABLE, Tier.RECOMMENDED})


def worth_of_held(question: str, table: EquivalencyTable, day: date, first: int) -> Draft | None:
    """What each thing that a question names gives by its rule, cited from `first` on.

    Of an exam that is asked for without its score the rule says what decides. None when a thing is
    left to a review, or when more is asked for.
    """
    held = [] if _OTHER.search(question) else list(held_in(question, table))
    if not held or not all(_is_told(each, question) for each in held):
        return None
    found = estimate(held, table, day)
    if not all(line.source and _is_settled(line) for line in found.lines):
        return None
    sources, facts = Quoted(first), list[UsedFact]()
    lines = [line_of(line, sources, facts) for line in found.lines]
    quotes = [f"“{line.source.quote}”" for line in found.lines if line.source]
    note = say("*This is an estimate: the institution decides.*")
    text = "\n\n".join(["\n".join(lines), *dict.fromkeys(quotes), note])
    return sources.draft(AnswerKind.COMPUTED, text, facts, focus=sources.page)


def _is_told(held: Held, question: str) -> bool:
    """Whether a message tells enough of a thing to be about what it gives."""
    asks = _ASKS_CREDIT.search(question) is not None
    if held.kind in _BY_NAME:
        return asks
    return held.kind in _SCORED and (bool(held.score) or asks)


def _is_settled(line: Line) -> bool:
    return line.tier in _DECIDED or bool(line.missing and line.target and not line.held[0].score)


def line_of(line: Line, sources: Quoted, facts: list[UsedFact]) -> str:
    """One thing with what it gives, what is open and under which condition; it is cited in
    `sources`, and what it gives is added to `facts`."""
    number = sources.cite(line.source) if line.source else 0
    said = _worth(line, f" [{number}]" if number else "")
    open_ = "; ".join(line.missing)
    if not line.counted:
        said += ". " + say("The same credit is given above, so it is not counted again")
    if open_ and line.tier is Tier.NOT_TRANSFERABLE:
        said += f": {open_}"
    elif open_:
        said += ". " + say("Open: {things}", things=open_)
    if line.condition:
        said += ". " + say("Condition: {condition}", condition=line.condition)
    if line.counted and line.credits:
        with speaking(ENGLISH):
            name = f"{_names(line)} ({line.tier.value})"
        facts.append(UsedFact(name, figure(line.credits), "credits", "", number))
    return f"{said}."


def _worth(line: Line, mark: str) -> str:
    """What is held and what it gives, with the mark of its source."""
    names = _names(line)
    if line.tier is Tier.NOT_TRANSFERABLE:
        return say("- **{names}** gives no credit{mark}", names=names, mark=mark)
    given = [say("{credits} credits", credits=figure(line.credits))] if line.credits else []
    given += [line.target] if line.target else []
    return f"- **{names}**: {', '.join(given)}{mark}" if given else f"- **{names}**{mark}"


def _names(line: Line) -> str:
    return joined([_name(held) for held in line.held])


def _name(held: Held) -> str:
    told = [held.score]
    if held.credits:
        told.append(
            say("{credits} {unit} credits", credits=figure(held.credits), unit=term(held.unit))
        )
    details = ", ".join(filter(None, told))
    return f"{held.name} ({details})" if details else held.name
