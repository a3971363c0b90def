"""What was said before, between Rasa's tracker and the knowledge base's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking_back import CLARIFY, ask_back, last_reply, uttered
from knowledge_base.advising.comparing import compared
from knowledge_base.advising.finding import Found, sought
from knowledge_base.advising.following import offering_person
from knowledge_base.advising.in_hand import answered
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Utterance
from knowledge_base.typed.pointing import Pointed
from languages.reading import in_english
from languages.speech import ENGLISH, spoken

EARLIER_TURNS = 4
"""Utterances that go with a question: two exchanges, which is as far as "and that one?" reaches."""
FIND = "find"
"""The value of slot `task` while a bare detail changes the wish."""
_HELPLESS = frozenset({"utter_out_of_scope", "utter_default", CLARIFY})
"""Responses that say that the assistant cannot help, or not yet."""
_OF_ONE_PROGRAM = frozenset({"quote", "computed", "unknown"})
"""Kinds of an answer whose question can be asked again of another program; so can the one before it
was asked back which program is meant."""


def earlier_turns(events: Iterable[dict[str, Any]]) -> list[Utterance]:
    """The last utterances before the newest message of the user, oldest first.

    What the student said is read in English; what the assistant quoted stands in English already.
    """
    said: list[Utterance] = []
    before_latest = 0
    for event in events:
        if event.get("event") == "user":
            before_latest = len(said)
            language = (event.get("parse_data") or {}).get("language") or ENGLISH
            _append(said, "user", in_english(event.get("text") or "", language))
        elif event.get("event") == "bot":
            custom = (event.get("data") or {}).get("custom") or {}
            _append(said, "agent", event.get("text") or custom.get("text"))
    return said[:before_latest][-EARLIER_TURNS:]


def at_a_loss(events: Iterable[dict[str, Any]]) -> bool:
    """Whether the reply before the newest message said that it could not help."""
    return any(
        ((event.get("data") or {}).get("custom") or {}).get("abstained")
        or uttered(event) in _HELPLESS
        for event in last_reply(events)
    )


def said(tracker: Tracker) -> str:
    """What the student wrote last, read in English when they write another language."""
    return in_english(str(tracker.latest_message.get("text") or ""), spoken())


def in_focus(tracker: Tracker) -> str | None:
    """Id of what a message is about that names nothing.

    Of the program on whose page the student writes for the first time; else of what was spoken of
    last; else still of the page's.
    """
    messages = (event for event in tracker.events if event.get("event") == "user")
    pages = [(message.get("metadata") or {}).get("program") for message in messages]
    before, here = [None, None, *pages][-2:]
    return here if here and here != before else tracker.get_slot("focus") or here


def pointed(tracker: Tracker) -> Pointed:
    """What was spoken of before the newest message, for words that point."""
    last = tracker.get_slot("last_answer") or {}
    which = last.get("kind") == AnswerKind.CLARIFY and last["nearest"]
    asked = last["question"] if which or last.get("kind") in _OF_ONE_PROGRAM else ""
    return Pointed(tuple(tracker.get_slot("shown") or ()), in_focus(tracker), asked)


async def ask(
    library: KnowledgeBase,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    words: str | None = None,
    *,
    outside: bool = False,
    readings: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Answers the newest message, or some words in its place, as a question. Raises as `ask`.

    When nothing is found, a message that seems to lie `outside` is declined, and of one with
    several `readings` it is asked which is meant. A second failure in a row offers a person.
    """
    question, before = words or said(tracker), pointed(tracker)
    programs = await sought(library, question, tracker.get_slot("wish"), before.shown)
    if programs is not None:
        return tell_found(dispatcher, tracker, programs)
    answer = await answered(library, question, earlier_turns(tracker.events), before)
    if outside and answer.abstained:
        dispatcher.utter_message(response="utter_out_of_scope")
        return []
    if answer.abstained and readings:
        return ask_back(dispatcher, tracker, readings)
    if answer.abstained and at_a_loss(tracker.events):
        answer = offering_person(answer)
    return tell(dispatcher, question, answer)


def tell(dispatcher: CollectingDispatcher, question: str, answer: Answer) -> list[dict[str, Any]]:
    """Shows an answer to a question, and remembers both."""
    dispatcher.utter_message(json_message=answer.to_wire())
    return remembered(question, answer)


def tell_found(
    dispatcher: CollectingDispatcher, tracker: Tracker, result: Found
) -> list[dict[str, Any]]:
    """Shows what a wish found; from now on a bare detail changes the wish."""
    dispatcher.utter_message(json_message=result.answer.to_wire())
    slots = remembered(said(tracker), result.answer, shown=result.shown, task=FIND)
    forgotten = [] if result.answer.focus else [SlotSet("focus", None)]
    return [*slots, *forgotten, SlotSet("wish", result.wish)]


async def tell_compared(
    library: KnowledgeBase, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[dict[str, Any]]:
    """Shows the programs that the newest message sets side by side. Raises as `ask`."""
    words = said(tracker)
    answer = await compared(library, words, pointed(tracker), earlier_turns(tracker.events))
    return tell(dispatcher, words, answer)


def remembered(
    question: str,
    answer: Answer,
    *,
    shown: Sequence[str] | None = None,
    task: str | None = None,
) -> list[dict[str, Any]]:
    """The slots of `bot/domain/memory.yml` after an answer to a question.

    `shown` holds the ids of the programs that the answer shows, in order; without it they are
    those of its facts, and what was shown before stays when these are of one or none. An answer
    that shows several programs is about no single one: the focus is then what the answer says, or
    none.
    `task` is what a bare detail changes from now on; without it that stays as it was.
    """
    programs = shown
    if programs is None:
        named = list(dict.fromkeys(fact.program for fact in answer.facts if fact.program))
        programs = named if len(named) > 1 else ()
    slots: dict[str, Any] = {"last_answer": _short(answer.question or question, answer)}
    if programs:
        slots["shown"] = list(programs)
    if answer.focus is not None or len(programs) > 1:
        slots["focus"] = answer.focus
    if task is not None:
        slots["task"] = task
    return [SlotSet(name, value) for name, value in slots.items()]


def _short(question: str, answer: Answer) -> dict[str, Any]:
    wire = answer.to_wire()
    kept = ("kind", "citations", "facts", "nearest")
    return {"question": question} | {name: wire[name] for name in kept}


def _append(said: list[Utterance], role: str, text: str | None) -> None:
    if text:
        said.append(Utterance(role, text))
