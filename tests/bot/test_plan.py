"""Conversations that plan a path, with real Rasa, real actions and the sample institution."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from expectations import Expectation, Turn, because, cites, custom, hands_over, kind, says
from icalendar import Calendar
from running_bot import RunningBot, new_conversation

HAVE = says("What do you have already")
HOURS = says("How many hours a week")
BUDGET = says("What is your budget")
START = says("When would you like to begin")
FORMAT = says("Online, in person")


def tells(*words: str) -> Expectation:
    """The answer holds all the words."""

    def check(turn: Turn) -> None:
        text = answer(turn)["text"]
        for word in words:
            assert word.casefold() in text.casefold(), text

    return check


def hides(*words: str) -> Expectation:
    """The answer holds none of the words."""

    def check(turn: Turn) -> None:
        text = answer(turn)["text"]
        for word in words:
            assert word.casefold() not in text.casefold(), text

    return check


def goes_on(with_words: str) -> Expectation:
    """After an answer or a reply, the form asks its question again."""

    def check(turn: Turn) -> None:
        assert with_words in turn["replies"][-1].get("text", ""), turn["replies"]
        assert len(turn["replies"]) > 1, turn["replies"]

    return check


def suggests(*labels: str) -> Expectation:
    """Goals to choose from, these among them."""

    def check(turn: Turn) -> None:
        offered = [topic["label"] for topic in answer(turn)["nearest"]]
        assert set(labels) <= set(offered), offered

    return check


def answer(turn: Turn) -> dict[str, Any]:
    """The answer of a turn, beside texts."""
    found = [reply["custom"] for reply in turn["replies"] if "custom" in reply]
    assert found, turn["replies"]
    return dict(found[-1])


def ended(turn: Turn) -> None:
    """No form asks for anything."""
    assert turn["form"] is None, turn["form"]


planned = kind("plan")


def keeps(turn: Turn) -> None:
    """The plan once more, and how to keep it."""
    says("to keep", "calendar")(turn)
    planned(turn)
    assert {file["name"] for file in custom(turn)["files"]} >= {"plan.txt"}


ALL_AT_ONCE = (
    "plan a path to business intelligence analyst, i have nothing yet, 20 hours a week, at most "
    "3000 dollars, starting in january, online"
)

CONVERSATIONS: dict[str, list[tuple[str, list[Expectation]]]] = {
    "step by step": [
        ("make me a plan", [tells("What would you like to get to")]),
        ("bookkeeper", [HAVE]),
        ("nothing yet", [HOURS]),
        ("15", [BUDGET]),
        ("2000", [START]),
        ("as soon as possible", [FORMAT]),
        ("online", [planned, cites("MHC-BK101"), tells("15 hours", "$2,000", "online"), ended]),
    ],
    "the first message holds several answers": [
        (
            "i want to become a bookkeeper, 12 hours a week and 1500 dollars, make me a plan",
            [HAVE],
        ),
        ("no", [START]),
        ("march", [FORMAT]),
        ("doesn't matter", [planned, tells("12 hours", "$1,500", "1 March 2027", "any format")]),
    ],
    "a correction while something else is asked": [
        ("plan a path to bookkeeper", [HAVE]),
        ("nothing", [HOURS]),
        ("15 hours", [BUDGET]),
        ("actually 10 hours", [BUDGET]),
        ("no limit", [START]),
        ("asap", [FORMAT]),
        ("online", [planned, tells("at most 10 hours a week", "any cost", "Nothing fits")]),
    ],
    "the goal is corrected": [
        ("make me a plan to become a bookkeeper", [HAVE]),
        ("sorry, i want to become a web developer", [HAVE]),
        ("no", [HOURS]),
        ("skip the rest, just plan it", [planned, tells("web developer"), hides("bookkeeper")]),
    ],
    "a question inside is answered and the form goes on": [
        ("plan a path to bookkeeper", [HAVE]),
        ("nothing yet", [HOURS]),
        ("how do refunds work if i withdraw", [goes_on("How many hours a week")]),
        ("8 hours", [BUDGET]),
    ],
    "small talk inside": [
        ("plan a path to bookkeeper", [HAVE]),
        ("thank you so much", [goes_on("What do you have already")]),
    ],
    "the first words of a goal do": [
        ("i dream of being an it support spec, plan it", [HAVE]),
        ("nothing yet", [HOURS]),
    ],
    "a goal is asked for, and something else told": [
        ("make me a plan", [tells("What would you like to get to")]),
        ("15 hours a week", [tells("What would you like to get to"), hides("No program here")]),
        ("bookkeeper", [HAVE]),
        ("nothing", [BUDGET]),
    ],
    "a question behind another sentence": [
        ("plan a path to bookkeeper", [HAVE]),
        ("nothing yet", [HOURS]),
        ("hold on a second. how do refunds work if i withdraw", [goes_on("How many hours a week")]),
    ],
    "a question without its words is answered, and the form goes on": [
        ("plan a path to bookkeeper", [HAVE]),
        ("nothing yet", [HOURS]),
        ("price of welding fundamentals", [goes_on("How many hours a week")]),
        ("8", [BUDGET]),
    ],
    "the program of a plan is spoken of after it": [
        (
            "plan a path to bookkeeper, i have nothing yet, 15 hours a week, at most 2000 dollars, "
            "starting in march, online",
            [planned, cites("MHC-BK101")],
        ),
        ("when does it start", [cites("MHC-BK101")]),
    ],
    "kept": [
        ("can i save my plan", [says("no finished plan")]),
        (ALL_AT_ONCE, [planned]),
        ("save this plan for me", [keeps]),
    ],
    "stopped and taken up again": [
        ("plan a path to bookkeeper", [HAVE]),
        ("none", [HOURS]),
        ("stop", [ended]),
        ("is there a payment plan", [cites("payment-plans")]),
        ("plan my path", [HOURS]),
        ("9 hours a week", [BUDGET]),
    ],
    "begun anew": [
        ("plan a path to bookkeeper", [HAVE]),
        ("start over", [tells("What would you like to get to")]),
    ],
    "a person inside": [
        ("plan a path to bookkeeper", [HAVE]),
        ("i want to talk to a human", [hands_over, ended]),
    ],
    "distress inside": [
        ("plan a path to bookkeeper", [HAVE]),
        ("i dont want to live anymore", [because("distress"), ended]),
    ],
    "a goal that several things fit": [
        ("plan a path to cybersecurity", [kind("clarify")]),
        ("Certificate in Cybersecurity Operations", [HAVE]),
    ],
    "a job that nothing leads to is not taken for another": [
        ("i want to become a nurse, plan it for me", [suggests("nursing assistant")]),
        ("nursing assistant", [HAVE]),
    ],
    "what is not understood is asked again, and then left open": [
        ("plan a path to bookkeeper", [HAVE]),
        ("nothing", [HOURS]),
        ("evenings mostly", [says("number of hours"), HOURS]),
        ("evenings i said", [BUDGET]),
    ],
    "what is held counts": [
        ("plan a path to business intelligence analyst", [HAVE]),
        ("i finished Data Analytics Foundations", [HOURS]),
        ("Skip the rest, just plan it", [tells("you have Data Analytics Foundations"), planned]),
    ],
    "nothing fits, and one change helps": [
        (
            "plan a path to web developer with a budget of 500 dollars",
            [HAVE],
        ),
        ("nothing yet", [HOURS]),
        ("skip the rest, just plan it", [tells("Nothing fits", "$2,280")]),
        ("Plan it with a budget of $2,280", [planned, cites("MHC-WD120"), tells("$2,280")]),
    ],
    "a bare detail changes the plan": [
        (ALL_AT_ONCE, [planned, tells("at most 20 hours", "online")]),
        ("actually 25 hours", [planned, tells("at most 25 hours", "$3,000")]),
        ("make it 2800 dollars", [planned, tells("at most 25 hours", "$2,800")]),
        ("start in march instead", [planned, tells("from 1 March 2027", "$2,800")]),
    ],
    "one answer is changed and the plan shown again": [
        (ALL_AT_ONCE, [planned, tells("at most 20 hours")]),
        ("Plan it with other hours", [HOURS]),
        ("no limit", [planned, tells("any number of hours")]),
        ("plan it with 25 hours a week", [planned, tells("at most 25 hours")]),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_conversation(assistant: RunningBot, name: str) -> None:
    """Every turn asks, plans, cites or refuses as the conversation expects."""
    conversation = new_conversation()
    for text, expectations in CONVERSATIONS[name]:
        turn = await assistant.turn(conversation, text)
        assert turn["status"] == "ok", turn
        for expect in expectations:
            expect(turn)


async def test_a_plan_is_kept_as_files(assistant: RunningBot) -> None:
    """Its calendar holds every run that the table shows, and its text the sums."""
    turn = await assistant.turn(new_conversation(), ALL_AT_ONCE)
    files = {file["name"]: file for file in custom(turn)["files"]}
    assert "$" in files["plan.txt"]["text"]
    assert "**" not in files["plan.txt"]["text"]
    assert all(cited["url"] in files["plan.txt"]["text"] for cited in custom(turn)["citations"])
    calendars = [file for file in files.values() if file["media_type"] == "text/calendar"]
    starts = {fact["value"] for fact in custom(turn)["facts"] if fact["name"] == "starts"}
    found = {
        event.decoded("dtstart").isoformat()
        for file in calendars
        for event in Calendar.from_ical(file["text"]).walk("VEVENT")
        if not str(event["summary"]).startswith("Last day to apply")
    }
    assert found == starts
    assert starts


async def test_a_plan_outlives_a_restart(assistant: RunningBot) -> None:
    """After Rasa is killed and started again the form goes on where it was."""
    conversation = new_conversation()
    await assistant.turn(conversation, "plan a path to bookkeeper")
    HOURS(await assistant.turn(conversation, "nothing yet"))
    assistant.kill()
    await asyncio.to_thread(assistant.start)
    BUDGET(await assistant.turn(conversation, "10 hours"))
