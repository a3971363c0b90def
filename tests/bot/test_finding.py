"""Conversations that find programs by wish, stay with one, compare several, and are corrected."""

from __future__ import annotations

import pytest
from expectations import Expectation, Turn, cites, custom, kind, says
from running_bot import RunningBot, new_conversation


def tells(*words: str) -> Expectation:
    """An answer whose text holds all the words in any case."""

    def check(turn: Turn) -> None:
        text = custom(turn)["text"]
        for word in words:
            assert word.casefold() in text.casefold(), text

    return check


def silent_about(*words: str) -> Expectation:
    """An answer whose text holds none of the words."""

    def check(turn: Turn) -> None:
        text = custom(turn)["text"]
        for word in words:
            assert word.casefold() not in text.casefold(), text

    return check


def computes(name: str, value: str, program: str) -> Expectation:
    """An answer that rests on this fact of a program."""

    def check(turn: Turn) -> None:
        facts = [(f["name"], f["value"], f["program"]) for f in custom(turn)["facts"]]
        assert (name, value, program) in facts, facts

    return check


def offers(label: str) -> Expectation:
    """A quick reply whose label begins like this."""

    def check(turn: Turn) -> None:
        labels = [topic["label"] for topic in custom(turn)["nearest"]]
        assert any(found.startswith(label) for found in labels), labels

    return check


def cards(*programs: str) -> Expectation:
    """Cards of exactly these programs, cited in this order."""

    def check(turn: Turn) -> None:
        answer = custom(turn)
        assert answer["kind"] == "programs", answer
        assert [c["document_id"] for c in answer["citations"]] == list(programs), answer["text"]

    return check


found = kind("programs")
PYTHON, DATA, CHARTS, GIS = "MHC-DA120", "MHC-DA101", "MHC-DA205", "MHC-GIS110"
ADMIN, SECURITY = "MHC-CL130", "MHC-CL230"
DATA_UNDER_800 = ("online data certificates under 800", [cards(PYTHON, CHARTS, GIS)])
CLOUD = ("show me cloud programs", [cards(ADMIN, SECURITY)])

# name -> turns of (what the student writes, what is expected); a text that starts with "tap:" is
# the quick reply of the turn before whose label begins so.
CONVERSATIONS: dict[str, list[tuple[str, list[Expectation]]]] = {
    "conditions are shown, with why each fits, and can be dropped": [
        (
            "online data certificates under 800 that start before march",
            [
                cards(PYTHON),
                tells("about data", "online", "under 800", "11 January 2027", "$760", "Fits:"),
                computes("total cost", "760", PYTHON),
                offers("Without “online”"),
            ],
        ),
        ("tap:Without “total", [cards(DATA, PYTHON), silent_about("under 800")]),
    ],
    "no match is said, with what to relax": [
        ("in person data courses under 800", [found, tells("no program fits"), offers("without")]),
        ("tap:without: in person", [cards(PYTHON, CHARTS, GIS)]),
    ],
    "a wish is refined turn by turn": [
        DATA_UNDER_800,
        ("make it under 600", [cards(CHARTS, GIS)]),
        ("make it hybrid", [found, tells("no program fits", "hybrid"), offers("without: hybrid")]),
    ],
    "never the whole list, and more on demand": [
        ("show me online programs", [found, tells("24 programs fit", "1–5")]),
        ("show more", [found, tells("6–10")]),
        ("cheaper", [found, tells("cheapest", "1–5", "$160")]),
    ],
    "all programs are counted by subject": [
        ("what programs do you have", [found, tells("45 programs", "Health Care (7)")]),
        ("tap:Data", [found, tells("Data Analytics Foundations")]),
    ],
    "ordinals, the other, and what stays in focus": [
        CLOUD,
        ("how much is the second one", [computes("total cost", "600", SECURITY)]),
        ("is it online?", [cites(SECURITY), tells("online")]),
        ("and the other one?", [cites(ADMIN), tells("Cloud Administration", "online")]),
        ("how much is it", [computes("total cost", "790", ADMIN)]),
        ("what about in spring?", [cites(ADMIN), tells("11 January 2027")]),
    ],
    "the first is told about": [
        CLOUD,
        ("tell me about the first", [cites(ADMIN), tells("4 credits", "16 weeks", "$790")]),
    ],
    "two that are shown are compared, differences first": [
        CLOUD,
        ("compare the two", [kind("table"), cites(ADMIN), cites(SECURITY), tells("cheaper than")]),
    ],
    "the first and the third are compared": [
        DATA_UNDER_800,
        ("compare the first and the third", [kind("table"), cites(PYTHON), cites(GIS)]),
    ],
    "all three are compared": [
        DATA_UNDER_800,
        ("compare all three", [kind("table"), cites(PYTHON), cites(CHARTS), cites(GIS)]),
    ],
    "programs are compared by name from a cold start": [
        (
            "compare ux design foundations and ux research methods",
            [kind("table"), cites("MHC-UX110"), cites("MHC-UX210")],
        ),
    ],
    "a comparison of nothing is asked back": [
        ("compare them for me", [kind("clarify")]),
    ],
    "a correction repeats the question about the other": [
        CLOUD,
        ("how much is the first one", [computes("total cost", "790", ADMIN)]),
        ("no, i meant the other one", [computes("total cost", "600", SECURITY)]),
        ("no i meant the administration one", [computes("total cost", "790", ADMIN)]),
    ],
    "a wish that was misread is corrected": [
        DATA_UNDER_800,
        ("no, i said hybrid", [found, tells("hybrid")]),
    ],
    "bare questions are of all that was compared": [
        ("compare welding and electrical wiring", [kind("table")]),
        ("how long each", [kind("table"), tells("16 weeks")]),
        ("and the price", [kind("table"), tells("$1,140")]),
        ("do both need prereqs", [kind("table"), tells("color vision")]),
    ],
    "a bound alone narrows the wish before": [
        ("show me cloud programs", [cards(ADMIN, SECURITY)]),
        ("just stuff below 700 bucks", [cards(SECURITY), tells("about cloud", "under $700")]),
    ],
    "a story is read past": [
        ("i was a roofer for 12 yrs, is there something in cloud", [cards(ADMIN, SECURITY)]),
    ],
    "a search in the middle of something else": [
        ("is there a payment plan", [cites("payment-plans")]),
        ("find me a phlebotomy course", [found, cites("MHC-HC101")]),
        ("how much is it", [cites("MHC-HC101")]),
        ("thanks", [says("welcome")]),
        ("how long does it take", [cites("MHC-HC101"), tells("10 weeks")]),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_conversation(assistant: RunningBot, name: str) -> None:
    """Every turn is answered, and as the conversation expects."""
    conversation, offered = new_conversation(), []
    for said, expectations in CONVERSATIONS[name]:
        taps = [t["question"] for t in offered if t["label"].startswith(said.removeprefix("tap:"))]
        text = taps[0] if said.startswith("tap:") else said
        turn = await assistant.turn(conversation, text)
        assert turn["status"] == "ok", turn
        for expect in expectations:
            try:
                expect(turn)
            except AssertionError as error:
                raise AssertionError(f"{text!r} ({turn['intent']}): {error}") from error
        offered = [t for r in turn["replies"] for t in r.get("custom", {}).get("nearest", [])]
