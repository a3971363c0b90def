"""What is unclear: looked up, asked about once, done with the same words, and never guessed."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
import yaml
from expectations import Turn, custom, kind, says
from running_bot import BOT, RunningBot, new_conversation

from knowledge_base.advising.clarifying import labels

PERSON = "Talk to a person"
STANDS_FOR = re.compile(r'/\w+\{"turn": "[^"]+"\}')
"""A choice that stands for the words of an earlier turn."""

# Each may become clear when examples are added: the first that is unclear is taken.
PLAN_OR_CREDIT = (
    "i passed the bar exam, my options",
    "passed hairdresser exam so what now",
    "got an old degree, want new job",
)
CREDIT_OR_QUESTION = (
    "dsst ethics passed, options?",
    "i passed ap latin, my options",
    "passed dsst ethics so what now",
)
COMPARE_OR_PLAN = (
    "which program and then which one",
    "take me to the next level",
)


def choices(turn: Turn) -> dict[str, dict[str, Any]]:
    """What the turn offers by label, if it asks what was meant."""
    offered = [choice for reply in turn["replies"] for choice in reply.get("choices", [])]
    return {c["label"]: c for c in offered if STANDS_FOR.fullmatch(c["payload"] or "")}


async def unclear(
    assistant: RunningBot, wordings: Sequence[str]
) -> tuple[str, dict[str, dict[str, Any]]]:
    """A new conversation, in which one of the wordings was asked about, and what was offered."""
    for words in wordings:
        conversation = new_conversation()
        offered = choices(await assistant.turn(conversation, words))
        if offered:
            return conversation, offered
    raise AssertionError(f"none of these is unclear any more: {wordings}")


async def tap(assistant: RunningBot, conversation: str, choice: dict[str, Any]) -> Turn:
    """What a student's tap on a choice is answered."""
    return await assistant.turn(conversation, choice["text"], choice["payload"])


async def test_a_task_that_is_chosen_begins(assistant: RunningBot) -> None:
    """As if it had been understood."""
    conversation, offered = await unclear(assistant, PLAN_OR_CREDIT)
    assert 2 <= len(offered) <= 3
    turn = await tap(assistant, conversation, offered[labels()["plan_path"]])
    assert (turn["intent"]["name"], turn["form"]) == ("plan_path", "plan_form")


async def test_what_is_chosen_is_done_with_the_words(assistant: RunningBot) -> None:
    """The exam that the message names is estimated, and not asked for again."""
    conversation, offered = await unclear(assistant, CREDIT_OR_QUESTION)
    kind("credit")(await tap(assistant, conversation, offered[labels()["estimate_credit"]]))


async def test_a_question_that_nothing_answers_ends_with_a_person(assistant: RunningBot) -> None:
    """Asked what was meant, then looked up, and then an honest "I don't know" with a person."""
    conversation, _ = await unclear(assistant, PLAN_OR_CREDIT)
    turn = await assistant.turn(conversation, "got a sommelier pin, options?")
    kind("unknown")(turn)
    assert PERSON in [topic["label"] for topic in custom(turn)["nearest"]]


async def test_it_is_not_asked_twice_in_a_row(assistant: RunningBot) -> None:
    """The next unclear message is looked up; after that reply one may be asked about again."""
    conversation, _ = await unclear(assistant, COMPARE_OR_PLAN)
    again = await assistant.turn(conversation, CREDIT_OR_QUESTION[0])
    assert not choices(again)
    kind("unknown", "quote")(again)


async def test_nothing_is_asked_inside_a_form(assistant: RunningBot) -> None:
    """What a form asks is asked again instead."""
    conversation = new_conversation()
    await assistant.turn(conversation, "plan a path to bookkeeper")
    for words in (*COMPARE_OR_PLAN, *CREDIT_OR_QUESTION):
        turn = await assistant.turn(conversation, words)
        assert not choices(turn), turn["replies"]


async def test_a_choice_keeps_its_words(assistant: RunningBot) -> None:
    """When it is tapped later, and after the bot was killed and started again."""
    conversation, offered = await unclear(assistant, CREDIT_OR_QUESTION)
    says("welcome")(await assistant.turn(conversation, "thanks"))
    assistant.kill()
    assistant.start()
    kind("credit")(await tap(assistant, conversation, offered[labels()["estimate_credit"]]))


async def test_a_turn_of_another_conversation_lends_no_words(assistant: RunningBot) -> None:
    """The choice is then no more than its label, and the form asks."""
    _, offered = await unclear(assistant, CREDIT_OR_QUESTION)
    turn = await tap(assistant, new_conversation(), offered[labels()["estimate_credit"]])
    assert turn["form"] == "credit_form"


def test_whatever_can_be_offered_has_a_label() -> None:
    """Every intent of the domain, but those that the bot never offers."""
    doubt = _doubt()
    domain = [yaml.safe_load(path.read_text("utf-8")) for path in (BOT / "domain").glob("*.yml")]
    intents = {name for part in domain for name in part.get("intents", ())}
    never = doubt.UNOFFERED | doubt.CARE | {doubt.FALLBACK}
    assert intents - never == set(labels())
    assert intents >= doubt.LOOKED_UP | doubt.TASKS | never


def _doubt() -> ModuleType:
    """The bot's module, which needs nothing of Rasa."""
    spec = importlib.util.spec_from_file_location("doubt", BOT / "components" / "doubt.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("words", ["i dont want to live anymore", "get me a human, or a plan"])
async def test_who_needs_a_person_is_not_asked(assistant: RunningBot, words: str) -> None:
    """Care comes before clarity."""
    turn = await assistant.turn(new_conversation(), words)
    kinds = [reply["custom"]["type"] for reply in turn["replies"] if "custom" in reply]
    assert kinds[0] == "handover", turn
