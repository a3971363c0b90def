"""What was said before, between Rasa's tracker and the knowledge base's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking_back import CLARIFY, ask_back, last_reply, uttered
from knowledge_base.advising.comparing import compared
from knowledge_base.advising.conversing import Said, answered, needed_first
from knowledge_base.advising.dating import of_its_days
from knowledge_base.advising.finding import Found, changed, sought
from knowledge_base.advising.following import LastAnswer, offering_person
from knowledge_base.advising.paying import with_the_other_half
from knowledge_base.advising.wishing import drops
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Utterance
from knowledge_base.typed.pointing import Pointed
from languages.reading import in_english
from languages.speech import ENGLISH, spoken

EARLIER_TURNS = 4
"""Utterances that go with a question: two exchanges, which is as far as "and that one?" reaches."""
FIND = "find"
"""The value of slot `task` while a bare detail changes the wish."""
TELLS = "inform"
"""The intent of a message that tells a detail."""
_HELPLESS = frozenset({"utter_out_of_scope", "utter_default", CLARIFY})
"""Responses that say that the assistant cannot help, or not yet."""
_OF_ONE_PROGRAM = frozenset({"quote", "computed", "unknown"})
"""Kinds of an answer whose question can be asked again of another program; so can the one before it
was asked back which program is meant."""


def earlier_turns(events: Iterable[dict[str, Any]]) -> list[Utterance]:
    """The last utterances before the newest message of the user, oldest first.

    What the student said is read in English; what the assistant quoted stands in English already.
    Of the assistant's only answers count: what a ready reply, a form's question or a refusal says
    is no subject to go on with, and neither is the message that got nothing else. What was said
    before all was forgotten is none either.
    """
    exchanges: list[tuple[str, list[str]]] = []
    for event in events:
        if event.get("name") == "last_answer" and event.get("value") is None:
            exchanges = []
        elif event.get("event") == "user":
            exchanges.append((_in_english(event.get("text"), event.get("parse_data") or {}), []))
        elif event.get("event") == "bot" and exchanges:
            custom = (event.get("data") or {}).get("custom") or {}
            if custom.get("type") == "answer" and not custom["abstained"]:
                exchanges[-1][1].append(custom["text"])
    said: list[Utterance] = []
    for words, answers in exchanges[:-1]:
        if answers:
            said += [Utterance("user", words), *(Utterance("agent", text) for text in answers)]
    return said[-EARLIER_TURNS:]


def in_focus_before(events: Iterable[dict[str, Any]]) -> list[str]:
    """The documents that were in focus one after another, newest first, since none was."""
    pages: list[str] = []
    for event in events:
        if event.get("event") == "slot" and event.get("name") == "focus":
            page = event.get("value")
            pages = [page, *(other for other in pages if other != page)] if page else []
    return pages


def at_a_loss(events: Iterable[dict[str, Any]]) -> bool:
    """Whether the reply before the newest message said that it could not help."""
    return any(
        ((event.get("data") or {}).get("custom") or {}).get("abstained")
        or uttered(event) in _HELPLESS
        for event in last_reply(events)
    )


def said(tracker: Tracker) -> str:
    """What the student wrote last, read in English when they write another language."""
    latest = tracker.latest_message
    return _in_english(latest.get("text"), {"language": spoken(), **latest})


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

    A message that seems to lie `outside` is looked up by itself, since what was spoken of before
    would answer anything, and declined when nothing is found. Of one with several `readings` it is
    asked then which is meant. A second failure in a row offers a person.
    """
    question, shown = words or said(tracker), tracker.get_slot("shown") or ()
    wish = tracker.get_slot("wish")
    wider = wish if tracker.get_slot("task") == FIND and drops(question) else None
    programs = await (
        changed(library, question, wider, shown)
        if wider
        else sought(library, question, wish, shown)
    )
    if programs is not None:
        return tell_found(dispatcher, tracker, programs)
    last = LastAnswer.from_slot(tracker.get_slot("last_answer"))
    if last is not None and (days := await of_its_days(library, question, last)):
        return tell(dispatcher, question, days)
    answer = await (library.ask(question) if outside else looked_up(library, tracker, question))
    if outside and answer.abstained:
        dispatcher.utter_message(response="utter_out_of_scope")
        return []
    if answer.abstained and readings:
        return ask_back(dispatcher, tracker, readings)
    if answer.abstained and at_a_loss(tracker.events):
        answer = offering_person(answer)
    return tell(dispatcher, question, answer)


async def looked_up(library: KnowledgeBase, tracker: Tracker, words: str | None = None) -> Answer:
    """What is known of the newest message, or of some words in its place, in its conversation.

    Raises as `KnowledgeBase.ask`.
    """
    events, question, before = tracker.events, words or said(tracker), pointed(tracker)
    last = LastAnswer.from_slot(tracker.get_slot("last_answer"))
    message = Said(
        question,
        before,
        earlier_turns(events),
        in_focus_before(events),
        await needed_first(library, last),
        tells=(tracker.latest_message.get("intent") or {}).get("name") == TELLS,
    )
    answer = await answered(library, message)
    return await with_the_other_half(library, question, answer, before.focus)


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


def _in_english(text: str | None, parsed: Mapping[str, Any]) -> str:
    """A message in English, by the language that it tells or is answered in."""
    language = parsed.get("written_language") or parsed.get("language") or ENGLISH
    return in_english(str(text or ""), language)
