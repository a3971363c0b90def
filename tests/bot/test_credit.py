"""Estimates of credit as conversations: real Rasa, real actions, the sample's published rules."""

from __future__ import annotations

import pytest
from expectations import Expectation, Turn, cites, custom, hands_over, kind, says
from running_bot import RunningBot, new_conversation

EXAMS, TRANSFER = "exam-and-military-credit", "transfer-credit"


def told(*words: str) -> Expectation:
    """The estimate says all these words."""

    def check(turn: Turn) -> None:
        for word in words:
            assert word.casefold() in custom(turn)["text"].casefold(), custom(turn)["text"]

    return check


def silent(*words: str) -> Expectation:
    """The estimate says none of these words."""

    def check(turn: Turn) -> None:
        for word in words:
            assert word.casefold() not in custom(turn)["text"].casefold(), custom(turn)["text"]

    return check


def worth(thing: str, credits: str) -> Expectation:
    """A fact gives a thing so many credits, and the page that says so."""

    def check(turn: Turn) -> None:
        facts = [f for f in custom(turn)["facts"] if thing.casefold() in f["name"].casefold()]
        assert [f["value"] for f in facts] == [credits], custom(turn)["facts"]
        assert all(0 < f["citation"] <= len(custom(turn)["citations"]) for f in facts)

    return check


def form(name: str | None) -> Expectation:
    """Which form asks after the turn."""

    def check(turn: Turn) -> None:
        assert turn["form"] == name, turn

    return check


def gives_both(turn: Turn) -> None:
    """The estimate, and how what it does not know is looked at."""
    answers = [reply["custom"] for reply in turn["replies"] if "custom" in reply]
    assert [answer["kind"] for answer in answers] == ["credit", "quote"]
    assert "needs review" in answers[0]["text"]
    assert "portfolio" in answers[1]["text"]


asks = says("what do you have")
estimates = kind("credit")

CONVERSATIONS: dict[str, list[tuple[str, list[Expectation]]]] = {
    "all in the first message": [
        (
            "i got a 4 on ap statistics, how many credits would i get",
            [
                estimates,
                cites(EXAMS),
                worth("AP Statistics", "3"),
                told("agreed in a published"),
                form(None),
            ],
        ),
    ],
    "asked for, then told": [
        ("estimate my transfer credit", [asks, form("credit_form")]),
        (
            "ENG 101 with a B, 3 credits",
            [estimates, cites(TRANSFER), told("needs review", "official transcript"), form(None)],
        ),
    ],
    "more is added and corrected": [
        ("i got a 4 on ap statistics what credit do i get", [worth("AP Statistics", "3")]),
        (
            "what credit do i get for ap biology with a 5 too",
            [estimates, told("AP Biology (5)", "AP Statistics (4)", "needs review")],
        ),
        (
            "estimate my credit again, ap statistics was a 3",
            [estimates, told("AP Statistics (3)", "not transferable", "at least 4")],
        ),
    ],
    "not transferable is said plainly": [
        ("estimate what my credits are worth", [asks]),
        (
            "remedial math, and a standard level ib history",
            [told("not transferable", "gives no credit"), cites(TRANSFER), cites(EXAMS)],
        ),
    ],
    "what no rule knows needs review": [
        ("can you estimate my credit", [asks]),
        (
            "a falconry diploma",
            [gives_both],
        ),
    ],
    "limits and what must be earned here, with the working": [
        ("estimate my credit", [asks]),
        ("12 credits of MAT 201 with an A", [estimates, told("how much of it counts depends")]),
        (
            "estimate my credit toward the certificate in applied data analytics",
            [told("Certificate in Applied Data Analytics", "12 → 9"), cites(TRANSFER)],
        ),
        (
            "estimate my credit toward a micro-credential of 4 credits",
            [told("micro-credential of 4 credits", "12 → 0")],
        ),
    ],
    "a question inside is answered and the form goes on": [
        ("estimate my credit please", [asks]),
        ("what is prior learning assessment?", [form("credit_form")]),
        ("clep college composition 55", [estimates, worth("CLEP College Composition", "3")]),
    ],
    "stopped and resumed": [
        ("check what credit i can get", [asks]),
        ("stop", [says("stopped"), form(None)]),
        ("how much is tuition per credit", [kind("quote")]),
        ("estimate my credit", [asks]),
        ("AP Calculus AB 5", [worth("AP Calculus AB", "4")]),
    ],
    "a person inside": [
        ("estimate my credit", [asks]),
        ("i want to talk to a human", [hands_over, form(None)]),
    ],
    "a question without its words is answered, and the form goes on": [
        ("estimate my credit", [asks]),
        ("price of welding fundamentals", [form("credit_form"), asks]),
        ("clep college composition 55", [estimates]),
    ],
    "what only points is no thing": [
        ("estimate my credit", [asks]),
        ("i did it last year", [asks, form("credit_form")]),
    ],
    "nothing to claim": [
        ("estimate my credit", [asks]),
        ("nothing yet", [says("nothing to estimate yet"), form(None)]),
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


async def test_nothing_is_promised_beyond_an_agreement(assistant: RunningBot) -> None:
    """What a department decides comes with no credits, and the text says that it is no decision."""
    turn = await assistant.turn(
        new_conversation(), "what credit do i get for ap biology with a 5 and military training"
    )
    estimates(turn)
    told("an estimate", "only the registrar decides", "recommended, but not agreed")(turn)
    silent("agreed in a published rule")(turn)
    assert custom(turn)["facts"] == []


async def test_a_repeated_turn_gets_the_same_estimate(assistant: RunningBot) -> None:
    """A turn that is sent twice is answered once, and the thing counts once."""
    conversation = new_conversation()
    message = "i got a 4 on ap statistics, how many credits would i get"
    first = await assistant.turn(conversation, message, turn_id="t_same")
    again = await assistant.turn(conversation, message, turn_id="t_same")
    assert custom(first) == custom(again)
    later = await assistant.turn(conversation, "estimate my credit")
    worth("AP Statistics", "3")(later)
