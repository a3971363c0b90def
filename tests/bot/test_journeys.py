"""Journeys that begin in the middle of others, are interrupted, left, and outlive a restart.

What each task does by itself stands in the files of plan, credit, aid and finding.
"""

from __future__ import annotations

import pytest
from expectations import Expectation, Turn, cites, custom, hands_over, kind, says
from running_bot import RunningBot, new_conversation

WELDING, NETWORKS, DASHBOARDS, DATA = "MHC-WE110", "MHC-NT105", "MHC-DA205", "MHC-DA101"
SECURITY, BOOKS, PLANS = "MHC-CL230", "MHC-BK101", "payment-plans"
HOTEL, NURSING, GENERATIVE = "MHC-HO101", "MHC-HC130", "MHC-AI150"
REFUNDS, STEPS, GRANT = "refunds-and-withdrawal", "how-to-apply", "westmark-workforce-grant"
SERVICES = "student-services"


def told(*words: str) -> Expectation:
    """All that the turn says holds these words."""

    def check(turn: Turn) -> None:
        replies = turn["replies"]
        texts = [r.get("text") or (r.get("custom") or {}).get("text") or "" for r in replies]
        for word in words:
            assert word.casefold() in "\n".join(texts).casefold(), replies

    return check


def silent(*words: str) -> Expectation:
    """Nothing that the turn says holds any of these words."""

    def check(turn: Turn) -> None:
        for word in words:
            assert word.casefold() not in str(turn["replies"]).casefold(), turn["replies"]

    return check


def asking(form: str | None) -> Expectation:
    """Which form asks after the turn."""

    def check(turn: Turn) -> None:
        assert turn["form"] == form, turn

    return check


def citing(*documents: str) -> Expectation:
    """The answer's sources, in order."""

    def check(turn: Turn) -> None:
        found = [cited["document_id"] for cited in custom(turn)["citations"]]
        assert list(dict.fromkeys(found)) == list(documents), found

    return check


PLAN, CREDIT, AID = asking("plan_form"), asking("credit_form"), asking("aid_form")
FREE = asking(None)
CLOUD = ("show me cloud programs", [kind("programs")])
DATA_ONLINE = ("online data certificates under 800", [kind("programs"), told("under 800")])

Turns = list[tuple[str, list[Expectation]]]
"""What a student writes, and what is expected of the reply."""

CONVERSATIONS: dict[str, Turns] = {
    "find: a condition is taken away in words that read as a question": [
        DATA_ONLINE,
        ("forget the price", [kind("programs"), silent("under 800"), told("online")]),
        ("whatever the format", [kind("programs"), told("about data"), silent("**online**")]),
    ],
    "find: only who asks what there is, is told how many there are": [
        ("is there a payment plan", [citing(PLANS)]),
        ("any interest", [citing(PLANS)]),
        ("what programs do you have", [kind("programs"), told("45 programs")]),
    ],
    "about one: it is spoken of again after a page of rules": [
        ("how much is welding fundamentals", [cites(WELDING)]),
        ("what is the refund policy", [cites("refunds-and-withdrawal")]),
        ("when does it start", [cites(WELDING), told("11 January 2027")]),
    ],
    "about one: what is needed first is spoken of next": [
        ("what do i need before data visualization and dashboards", [cites(DASHBOARDS)]),
        ("how much is that one", [cites(DATA), told("$1,140")]),
    ],
    "about one: a way to pay is told with its page": [
        ("how much is network support technician", [cites(NETWORKS)]),
        ("can i pay monthly", [citing(PLANS, NETWORKS)]),
        ("is it hybrid", [cites(NETWORKS), told("hybrid")]),
    ],
    "compare: the first two of more": [
        ("show me trades classes", [kind("programs")]),
        ("compare the first two", [kind("table"), citing("MHC-HV101", "MHC-HV090")]),
    ],
    "plan: all of it in one message": [
        ("goal: welder. 20 hrs weekly, 2500 dollars max, from january on", [PLAN]),
        ("nothing yet", [PLAN]),
        ("in person", [kind("plan"), cites(WELDING)]),
        ("what if i have only 900", [kind("plan"), told("$900")]),
    ],
    "plan: other tasks in the middle of it, and back": [
        ("plan me a path to web developer", [PLAN]),
        ("show me cloud programs", [PLAN, told("Cloud Security Practice")]),
        ("estimate my credit", [CREDIT]),
        ("ap statistics 4", [kind("credit"), FREE]),
        ("plan me a path to web developer", [PLAN]),
        ("nothing so far", [PLAN]),
    ],
    "dates: how far off the day is": [
        ("when is the next start", [kind("computed"), told("11 January 2027")]),
        ("how far off is that", [kind("computed"), told("50 days")]),
    ],
    "credit: an estimate goes on with what is asked about": [
        ("i have ap calculus ab with a 5, what credit do i get", [kind("credit")]),
        ("what about ap statistics with a 4", [kind("credit"), told("AP Statistics")]),
        ("i also got a 4 on ap biology", [kind("credit"), told("AP Biology", "AP Calculus")]),
        ("so no?", [kind("credit")]),
    ],
    "aid: the program of the check is in focus": [
        ("check if i get aid for welding fundamentals", [AID]),
        ("how much is it", [AID, told("$1,350")]),
        ("stop", [FREE]),
        ("is there parking", [cites("student-services")]),
        ("check my aid again", [AID]),
    ],
    "follow-ups: until when a fee holds": [
        ("how much is the technology fee", [cites("tuition-and-fees-2026-27")]),
        ("until when", [cites("tuition-and-fees-2026-27"), told("30 June 2027")]),
        ("source?", [cites("tuition-and-fees-2026-27")]),
    ],
    "find: left for a page of rules, and taken up again": [
        DATA_ONLINE,
        ("what is the refund policy", [citing(REFUNDS)]),
        ("only under 700", [kind("programs"), told("under 700", "online")]),
    ],
    "about one: what may be about anything changes nothing of what is spoken of": [
        ("how much is hotel front desk operations", [cites(HOTEL)]),
        ("what color is the carpet", []),
        ("when does it start", [cites(HOTEL), told("29 March 2027")]),
    ],
    "about one: who is asked of it is told, and it stays in focus": [
        ("how much is welding fundamentals", [cites(WELDING)]),
        ("who can i call", [told("+1-555-010")]),
        ("is it online", [cites(WELDING), told("in person")]),
    ],
    "compare: a page of rules in between, and one of the two is another": [
        ("compare welding fundamentals and phlebotomy technician", [kind("table")]),
        ("what is the refund policy", [citing(REFUNDS)]),
        ("compare welding fundamentals with nursing assistant", [kind("table"), cites(NURSING)]),
        ("which is cheaper", [kind("table"), told("cheaper")]),
    ],
    "compare: in the middle of a plan": [
        ("plan me a path to web developer", [PLAN]),
        ("compare welding fundamentals and phlebotomy technician", [PLAN, told("$1,350")]),
        ("nothing so far", [PLAN]),
    ],
    "plan: there is none to save, but one to pay by": [
        ("when does generative ai for business teams start", [cites(GENERATIVE)]),
        ("can i use the payment plan for that one", [told("payment plan"), cites(PLANS)]),
        ("save my plan", [says("no finished plan")]),
    ],
    "aid: in the middle of a plan": [
        ("plan me a path to web developer", [PLAN]),
        ("check if i get aid for welding fundamentals", [AID]),
        ("stop", [FREE]),
        ("plan me a path to web developer", [PLAN]),
    ],
    "admissions: what is applied for goes without saying": [
        ("how do i apply", [cites(STEPS)]),
        ("does it cost anything", [told("$25")]),
    ],
    "admissions: after programs, and back to the one": [
        ("how much is welding fundamentals", [cites(WELDING)]),
        ("ok how do i apply", [cites(STEPS)]),
        ("when does it start", [cites(WELDING), told("11 January 2027")]),
    ],
    "admissions: in the middle of a plan": [
        ("plan me a path to web developer", [PLAN]),
        ("how do i apply?", [PLAN, told("How to apply and register")]),
        ("nothing so far", [PLAN]),
    ],
    "admissions: how somebody applies for what a page of its own tells": [
        ("what is the westmark workforce grant", [cites(GRANT)]),
        ("how do i apply", [cites(GRANT)]),
    ],
    "a person: taken back": [
        ("i want to talk to a person", [hands_over]),
        ("never mind, how much is welding fundamentals", [cites(WELDING)]),
    ],
    "two questions: inside a form": [
        ("plan me a path to web developer", [PLAN]),
        ("is there a payment plan and what is the refund policy", [
            PLAN, told("Payment plans", "Refunds and withdrawal")]),
    ],
    "what is asked for is said of what was told": [
        ("what are the tutoring hours", [told("Monday to Thursday")]),
        ("cost", [cites(SERVICES), told("free")]),
    ],
    "another time: one time after the other": [
        ("how much was tuition per credit last year", [told("$182")]),
        ("and now", [told("$190")]),
        ("next year", [told("$198")]),
    ],
    "outside: the program in focus answers nothing else": [
        ("how much is welding fundamentals", [cites(WELDING)]),
        ("will my football team win on sunday", [silent("Welding Fundamentals")]),
        ("is it online", [cites(WELDING)]),
    ],
}

RESTARTED: dict[
    str, tuple[list[tuple[str, list[Expectation]]], list[tuple[str, list[Expectation]]]]
]
RESTARTED = {
    "find": ([DATA_ONLINE], [("under 600", [kind("programs"), told("under 600", "online")])]),
    "about one": ([CLOUD], [("how much is the second one", [cites(SECURITY), told("$600")])]),
    "compare": ([CLOUD], [("compare them", [kind("table"), cites(SECURITY)])]),
    "plan": (
        [("plan me a path to bookkeeper", [PLAN])],
        [("nothing so far", [PLAN]), ("12 hours a week", [PLAN])],
    ),
    "credit": (
        [("i have ap calculus ab with a 5, what credit do i get", [kind("credit")])],
        [("also ap biology with a 4", [kind("credit"), told("AP Calculus AB", "AP Biology")])],
    ),
    "aid": (
        [("check if i get aid for welding fundamentals", [AID])],
        [("how much is it", [AID, told("$1,350")])],
    ),
    "admissions": (
        [("how do i apply", [cites(STEPS)])],
        [("does it cost anything", [told("$25")])],
    ),
    "follow-up": (
        [("is there a payment plan", [cites(PLANS)])],
        [("source?", [cites(PLANS)])],
    ),
}


async def hold(assistant: RunningBot, conversation: str, turns: Turns) -> None:
    """Every turn is answered, and as it is expected."""
    for text, expectations in turns:
        turn = await assistant.turn(conversation, text)
        assert turn["status"] == "ok", turn
        for expect in expectations:
            expect(turn)


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_journey(assistant: RunningBot, name: str) -> None:
    """It goes on as a student expects who has not to say everything again."""
    await hold(assistant, new_conversation(), CONVERSATIONS[name])


async def test_after_a_start_over_nothing_is_in_focus(assistant: RunningBot) -> None:
    """Outside a form all is forgotten, so that "it" means nothing any more."""
    conversation = new_conversation()
    for text in ("how much is welding fundamentals", "start over"):
        await assistant.turn(conversation, text)
    silent("$1,350", WELDING)(await assistant.turn(conversation, "how much is it"))


async def test_journeys_outlive_a_restart(assistant: RunningBot) -> None:
    """What was said before Rasa ends is known after it starts, in every task."""
    names = {name: new_conversation() for name in RESTARTED}
    for name, conversation in names.items():
        await hold(assistant, conversation, RESTARTED[name][0])
    assistant.kill()
    assistant.start()
    for name, conversation in names.items():
        await hold(assistant, conversation, RESTARTED[name][1])
