"""Answers "source?", "since when?", "are you sure?" and "why?" from the last answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from knowledge_base.answering import in_force
from knowledge_base.model import Answer, AnswerKind, Citation, Topic, UsedFact
from knowledge_base.program_page import money
from knowledge_base.source_language import naming_language
from knowledge_base.terms import amount_in, term
from languages.speech import counted, say, say_day

_LONGEST = 14
"""Words; a longer message says something of its own, and is asked as a question."""
_LONGEST_QUOTE = 400
"""Characters of a quote that are shown again: the sources behind an answer hold it whole."""


class FollowUp(StrEnum):
    """What is asked of the last answer."""

    SOURCE = "source"
    SINCE = "since"
    SURE = "sure"
    WHY = "why"


_YES_OR_NO = re.compile(r"^\W*(?:so\W+)?(?:no|yes|yep|nope|nah|yeah|not)\W*\?\W*$", re.I)
_THAT = r"\b(?:that|this|it|its|those|these|you|u|info|information|answer|page|rule)\b"
_SIGNS = {
    FollowUp.SINCE: (
        r"since when|as of when|(?:what|which) year|how (?:old|recent|new) (?:is|are)"
        r"|how long has (?:that|this|it)|\bwhen\b.*\b(?:check|verif|updat|review|publish|writ)\w*"
        r"|\b(?:last|ever) (?:checked|verified|updated)|up to date|uptodate|outdated|out of date"
        rf"|\bstill (?:valid|true|right|so|current)|{_THAT}.*\bcurrent\b|current price"
    ),
    FollowUp.SURE: (
        rf"\b(?:sure|certain|positive)\b|{_YES_OR_NO.pattern}|^really|for real"
        r"|can(?:'?t| not) be (?:right|true)"
        r"|\b(?:is|are) (?:that|this|it|those|you) (?:\w+ )?(?:right|true|correct|accurate|wrong)"
        r"|\b(?:trust|believe|rely on) (?:that|this|you|it)\b"
    ),
    FollowUp.WHY: rf"^(?:\w+ )?why(?: \w+)?\W*$|\bwhy\b.*{_THAT}|how come|what reason",
    FollowUp.SOURCE: (
        r"\bsources?\b|\blinks?\b|\bcitations?\b|says who|\bwho (?:says?|said|told|wrote)\b"
        rf"|according to|\bwhere\b.*{_THAT}|(?:which|what) (?:page|document|site)"
        r"|how (?:do|can|would) (?:you|u) know|how you know|\bproof\b|\bprove\b"
        r"|\b(?:show|see)\b.*\b(?:page|rule|where|policy)\b"
    ),
}
"""In the order in which they count: "are you sure that is still current" asks for dates."""
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SIGNS.items()}


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer as a conversation remembers it in slot `last_answer`."""

    question: str
    kind: AnswerKind
    citations: tuple[Citation, ...] = ()
    facts: tuple[UsedFact, ...] = ()
    nearest: tuple[Topic, ...] = ()

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Self | None:
        """What the slot holds; None while nothing was answered."""
        if not slot:
            return None
        return cls(
            slot["question"],
            AnswerKind(slot["kind"]),
            tuple(map(Citation.from_wire, slot["citations"])),
            tuple(UsedFact(**fact) for fact in slot["facts"]),
            tuple(Topic(**topic) for topic in slot["nearest"]),
        )


def read(words: str) -> FollowUp | None:
    """What a message asks of the last answer; None when it says something of its own."""
    text = " ".join(words.casefold().replace("’", "'").split())
    if len(text.split()) > _LONGEST:
        return None
    return next((what for what, sign in _PATTERNS.items() if sign.search(text)), None)


def asks_back(words: str) -> bool:
    """Whether a message only asks whether the last answer means yes or no: "so no?"."""
    return bool(_YES_OR_NO.search(words))


def follow_up(what: FollowUp, last: LastAnswer | None, today: date) -> Answer:
    """The answer to a follow-up; its citations are those of the last answer.

    Nothing is looked up or concluded anew: what the last answer did not rest on is not known.
    """
    if last is None:
        return _asking(
            say("I haven't told you anything yet that has a source. What would you like to know?")
        )
    if last.kind is AnswerKind.CLARIFY:
        return replace(
            _asking(say("I only asked back, so there is no source yet.")), nearest=last.nearest
        )
    if not last.citations:
        return _unsourced(last)
    lines = {
        FollowUp.SOURCE: _source,
        FollowUp.SINCE: _since,
        FollowUp.SURE: _sure,
        FollowUp.WHY: _why,
    }[what](last, today)
    answer = Answer(
        "\n\n".join(lines),
        AnswerKind.QUOTE,
        citations=last.citations,
        confidence=1.0,
        nearest=(person(),) if what is FollowUp.SURE else (),
        facts=last.facts,
    )
    return naming_language(answer)


def person() -> Topic:
    """The way to a person, as something to tap."""
    return Topic(say("Talk to a person"), say("I'd like to talk to a person"))


def offering_person(answer: Answer) -> Answer:
    """An answer that failed as the one before did, with a person offered unasked."""
    offer = say("That is twice now that I couldn't help. Shall I hand you to a person?")
    return replace(answer, text=f"{answer.text}\n\n{offer}", nearest=(person(), *answer.nearest))


def _asking(text: str) -> Answer:
    return Answer(text, AnswerKind.CLARIFY)


def _unsourced(last: LastAnswer) -> Answer:
    """That the last answer rests on nothing published, in plain words."""
    text = say(
        "I found nothing published on that, so I have no source to show, and I would rather not "
        "guess. A person may know."
    )
    return Answer(text, AnswerKind.UNKNOWN, nearest=(person(), *last.nearest))


def _source(last: LastAnswer, _today: date) -> list[str]:
    return [say("That is what these published pages say:"), *_quotes(last.citations)]


def _since(last: LastAnswer, today: date) -> list[str]:
    """For which days each source holds, and when somebody checked it."""
    told: dict[str, list[str]] = {}
    for number, cited in enumerate(last.citations, 1):
        told.setdefault(_dates(cited, today), []).append(f"{_linked(cited)} [{number}]")
    return [f"{', '.join(dict.fromkeys(pages))}: {dates}." for dates, pages in told.items()]


def _sure(last: LastAnswer, today: date) -> list[str]:
    """How far the last answer can be relied on: it is what is published, no promise."""
    return [
        say("I can misread a question, but what I said rests on these published words:"),
        *_quotes(last.citations),
        *_since(last, today),
        say("If money or a deadline depends on it, let a person confirm it."),
    ]


def _why(last: LastAnswer, _today: date) -> list[str]:
    """What the last answer rests on; a reason that no source states is not made up."""
    facts = list(dict.fromkeys(map(_fact, last.facts)))
    rests = [say("I went by these published facts:"), "\n".join(f"- {fact}" for fact in facts)]
    return [
        *(rests if facts else []),
        say("The published words are:") if facts else say("I went by these published words:"),
        *_quotes(last.citations),
        say("If they don't give the reason, I don't know it; a person may."),
    ]


def _quotes(citations: Sequence[Citation]) -> Iterable[str]:
    for number, cited in enumerate(citations, 1):
        words = " ".join(cited.quote.split())
        if len(words) > _LONGEST_QUOTE:
            words = f"{words[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
        yield f"{_linked(cited)} [{number}]: “{words}”"


def _linked(cited: Citation) -> str:
    return f"[{cited.title}]({cited.url})" if cited.url else f"**{cited.title}**"


def _dates(cited: Citation, today: date) -> str:
    valid = cited.validity
    parts = in_force(replace(valid, last_verified=None))
    if valid.effective_to and not valid.effective_from:
        parts.append(say("in force until {day}", day=say_day(valid.effective_to)))
    if not valid.holds_on(today):
        parts.append(say("which does not cover today, {day}", day=say_day(today)))
    if valid.last_verified:
        parts.append(_verified(valid.last_verified, today))
    unknown = say("the source states no dates, so I can't tell how old it is")
    return ", ".join(parts) if parts else unknown


def _verified(day: date, today: date) -> str:
    days, shown = (today - day).days, say_day(day)
    if days < 0:
        return say("last verified {day}", day=shown)
    if not days:
        return say("last verified {day} (today)", day=shown)
    return counted(
        "last verified {day} ({count} day ago)",
        "last verified {day} ({count} days ago)",
        days,
        day=shown,
    )


def _fact(fact: UsedFact) -> str:
    """A fact in words, with the number of the citation that states it."""
    mark = f" [{fact.citation}]" if fact.citation else ""
    return f"{_name(fact.name)}: {_value(fact)}{mark}"


def _name(name: str) -> str:
    """The name of a fact; one of several ways of a plan has its number."""
    of_way = re.fullmatch(r"(.+), way (\d+)", name)
    if of_way:
        return say("{fact}, way {number}", fact=term(of_way[1]), number=of_way[2])
    return term(name)


def _value(fact: UsedFact) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", fact.value):
        return say_day(date.fromisoformat(fact.value))
    if re.fullmatch(r"[A-Z]{3}", fact.unit) and re.fullmatch(r"\d+(?:\.\d+)?", fact.value):
        return money(Decimal(fact.value), fact.unit)
    if not fact.unit:
        return term(fact.value)
    return amount_in(fact.value, fact.unit)
