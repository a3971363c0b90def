"""Checks of aid as conversations: real Rasa, real actions, the sample's published rules."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from expectations import Expectation, Turn, cites, custom, hands_over, kind, says
from running_bot import RunningBot, new_conversation
from test_credit import form, told

GRANT = "Westmark Workforce Grant"
ABOUT = "am i eligible for aid for data analytics foundations"

ANSWERS = {
    "international rate": "no, i'm a us citizen",
    "which program": "data analytics foundations",
    "household's income": "about 30k",
    "live in your household": "3",
    "in a row have you lived": "four years",
    "how old": "im 34",
    "unemployment benefit": "nope",
    "bachelor's degree": "no",
    "last 24 months": "never had it, no",
    "which day does the run": "January 11, 2027",
    "300 words": "yes",
    "received the harbor": "never",
    "veterans education": "no i don't",
    "pay the college directly": "i don't know",
    "repay you": "nah",
    "overdue": "no",
    "payment plan": "no",
    "left to pay": "prefer not to say",
    "u.s. bank": "yes",
    "enrolled": "not yet",
    "certificate or degree": "no",
}


def question(turn: Turn) -> str:
    """What is asked at the end of a turn."""
    return str(turn["replies"][-1].get("text") or "")


def outcomes(turn: Turn) -> dict[str, str]:
    """Per kind of aid: yes, no or unknown."""
    kind("aid")(turn)
    assert all(0 < f["citation"] <= len(custom(turn)["citations"]) for f in custom(turn)["facts"])
    return {fact["name"]: fact["value"] for fact in custom(turn)["facts"]}


def asks(words: str) -> Expectation:
    """The turn ends with this question."""

    def check(turn: Turn) -> None:
        assert words.casefold() in question(turn).casefold(), turn["replies"]

    return check


def judged(aid: str, outcome: str) -> Expectation:
    """The verdict on a kind of aid."""

    def check(turn: Turn) -> None:
        assert outcomes(turn)[aid] == outcome, custom(turn)["text"]

    return check


async def screened(
    assistant: RunningBot, conversation: str, first: str, answers: Mapping[str, str]
) -> tuple[Turn, list[str]]:
    """The verdicts at the end of a check, and the questions that led there."""
    turn, asked = await assistant.turn(conversation, first), []
    while turn["form"] == "aid_form":
        asked.append(question(turn).casefold())
        fitting = [
            answer for words, answer in answers.items() if words in asked[-1].split("\n")[-1]
        ]
        assert fitting, asked[-1]
        assert len(asked) < 25, asked
        turn = await assistant.turn(conversation, fitting[0])
    return turn, asked


async def test_a_whole_check_ends_with_verdicts(assistant: RunningBot) -> None:
    """Each verdict has its rule's words and page; what was not told stays unknown."""
    turn, asked = await screened(assistant, new_conversation(), ABOUT, ANSWERS)
    found = outcomes(turn)
    assert found[GRANT] == "yes"
    assert found["Harbor Scholarship"] == "yes"
    assert found["Employer tuition assistance, paid directly"] == "unknown"
    assert found["Early educator award"] == "no"
    cites("westmark-workforce-grant")(turn)
    told("$1,500", "no promise", "last verified 23 October 2026", "one-page aid request")(turn)
    assert len(asked) == len(set(asked)), asked


async def test_only_what_changes_the_outcome_is_asked(assistant: RunningBot) -> None:
    """Who pays the international rate is not asked for income, size of household or residence."""
    answers = {**ANSWERS, "international rate": "yes"}
    turn, asked = await screened(assistant, new_conversation(), ABOUT, answers)
    assert outcomes(turn)[GRANT] == "no"
    assert not [words for words in asked if "income" in words or "in a row" in words], asked


async def test_what_the_first_message_tells_is_not_asked_again(assistant: RunningBot) -> None:
    """Income, household and residence are read from the message that begins the check."""
    turn, asked = await screened(
        assistant,
        new_conversation(),
        "i make 30000, family of 3, live in westmark for 2 years, do i qualify for aid for "
        "data analytics foundations",
        ANSWERS,
    )
    assert outcomes(turn)[GRANT] == "yes"
    assert "household income $30,000" in asked[0]
    told_words = ("last year, in dollars", "live in your household", "in a row have you lived")
    assert not [words for words in asked if any(part in words for part in told_words)], asked


async def test_facts_of_a_check_can_be_corrected(assistant: RunningBot) -> None:
    """What changes after the verdicts changes them, with a question where one is open again."""
    conversation = new_conversation()
    first = "do i qualify for the workforce grant for data analytics foundations"
    turn, _ = await screened(assistant, conversation, first, ANSWERS)
    assert outcomes(turn) == {GRANT: "yes"}
    turn = await assistant.turn(conversation, "do i qualify if i make 90000 a year")
    asks("how many people live in your household")(turn)
    turn = await assistant.turn(conversation, "3")
    assert outcomes(turn) == {GRANT: "no"}
    told("income")(turn)
    turn = await assistant.turn(conversation, "do i qualify if i make 40000 a year")
    assert outcomes(turn) == {GRANT: "yes"}
    turn = await assistant.turn(conversation, "actually my income is 90000")
    assert outcomes(turn) == {GRANT: "no"}


CONVERSATIONS: dict[str, list[tuple[str, list[Expectation]]]] = {
    "why a question is asked": [
        (ABOUT, [asks("international rate")]),
        ("why do you ask", [kind("aid"), cites("westmark-workforce-grant"), told("turns on it")]),
        ("no", [form("aid_form")]),
    ],
    "a question inside is answered and the check goes on": [
        (ABOUT, [asks("international rate")]),
        (
            "what is the harbor scholarship?",
            [cites("scholarships-and-awards"), asks("international rate")],
        ),
        ("no", [form("aid_form")]),
    ],
    "an answer that cannot be read is asked for again": [
        (ABOUT, [asks("international rate")]),
        ("purple", [says("couldn't read"), asks("international rate")]),
    ],
    "enough": [
        (ABOUT, [asks("international rate")]),
        ("no", [form("aid_form")]),
        (
            "that's enough, show me what you have",
            [judged(GRANT, "unknown"), told("it depends"), form(None)],
        ),
    ],
    "a program is asked for when none is named": [
        ("am i eligible for financial aid", [asks("which program")]),
        ("phlebotomy technician", [form("aid_form")]),
    ],
    "without a program": [
        ("am i eligible for financial aid", [asks("which program")]),
        ("i don't know yet", [form("aid_form"), says("")]),
        ("that's enough", [judged(GRANT, "unknown")]),
    ],
    "stopped and resumed": [
        (ABOUT, [asks("international rate")]),
        ("yes", [form("aid_form")]),
        ("stop", [says("stopped"), form(None)]),
        ("is there a payment plan", [cites("payment-plans")]),
        ("check my aid", [form("aid_form"), says("go on with the check")]),
        ("that's enough", [judged(GRANT, "no")]),
    ],
    "begun anew": [
        (ABOUT, [asks("international rate")]),
        ("yes", [form("aid_form")]),
        ("start over", [form("aid_form"), asks("which program")]),
    ],
    "a person inside": [
        (ABOUT, [form("aid_form")]),
        ("let me talk to an advisor", [hands_over, form(None)]),
    ],
    "credit instead": [
        (ABOUT, [form("aid_form")]),
        ("how many credits would i get for a 4 on ap statistics", [kind("credit"), form(None)]),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_conversation(assistant: RunningBot, name: str) -> None:
    """Every turn is answered, and as the conversation expects."""
    conversation = new_conversation()
    for text, expectations in CONVERSATIONS[name]:
        turn = await assistant.turn(conversation, text)
        assert turn["status"] == "ok", turn
        for expect in expectations:
            expect(turn)


async def test_a_check_outlives_a_restart(assistant: RunningBot) -> None:
    """What was told before Rasa restarts counts after it."""
    conversation = new_conversation()
    await assistant.turn(conversation, ABOUT)
    await assistant.turn(conversation, "yes")
    assistant.stop()
    assistant.start()
    turn = await assistant.turn(conversation, "that's enough")
    judged(GRANT, "no")(turn)
