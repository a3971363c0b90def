"""Students' whole conversations with real Rasa and actions, judged turn by turn."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from running_bot import ROOT, RunningBot

from advisor.measuring.dialogue import Conversation, hold
from advisor.measuring.turns import by_subject
from channels.brain import RasaBrain

CONVERSATIONS = ROOT / "tests" / "questions" / "conversations.jsonl"
AT_ONCE = 4
DEADLINE = 60.0
"""Seconds for a turn, on a machine that may do much else."""

FLOORS = {
    "about": 70,
    "abuse": 6,
    "admissions": 49,
    "aid": 34,
    "compare": 42,
    "complaint": 17,
    "credit": 40,
    "distress": 14,
    "find": 72,
    "journey": 70,
    "meta": 28,
    "money": 12,
    "person": 29,
    "plan": 95,
    "privacy": 14,
    "recognition": 12,
    "services": 7,
    "smalltalk": 9,
    "spanish": 22,
    "stacking": 4,
    "two_questions": 15,
}
"""Four turns fewer of each subject than were as expected on 22 November 2026, 727 of 1,053 in all, or
what was asked for before; one rule may trade turns between subjects. A floor, not an aim: raise it
when more are."""


@pytest.fixture(scope="session")
def lines(assistant: RunningBot) -> list[dict[str, Any]]:
    """Every turn of every conversation, several conversations at once."""
    lines = asyncio.run(_talk(assistant))
    if dump := os.environ.get("CONVERSATIONS_DUMP"):
        Path(dump).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


async def _talk(assistant: RunningBot) -> list[dict[str, Any]]:
    wires = map(json.loads, CONVERSATIONS.read_text(encoding="utf-8").splitlines())
    gate = asyncio.Semaphore(AT_ONCE)
    url = assistant.url.removesuffix("/webhooks/gateway")
    async with aiohttp.ClientSession() as session:
        brain = RasaBrain(url, assistant.token, session, DEADLINE)

        async def one(talk: Conversation) -> list[dict[str, Any]]:
            async with gate:
                return await hold(brain, talk)

        held = await asyncio.gather(*(one(Conversation.from_wire(wire)) for wire in wires))
    return [line for each in held for line in each]


def test_every_turn_is_answered(lines: list[dict[str, Any]]) -> None:
    """No action fails, and none is silent."""
    assert [(line["id"], line["turn"], line["failed"]) for line in lines if line["failed"]] == []


def test_turns_are_as_expected(
    lines: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each subject's turns at least as many as before are what the student may expect."""
    report = by_subject((line["about"], line["unmet"]) for line in lines)
    with capsys.disabled():
        for about, each in sorted(report.items()):
            words = ", ".join(f"{word} {count}" for word, count in each["unmet"].items())
            sys.stdout.write(f"\n{about:15} {each['right']:3} of {each['turns']:3}  unmet: {words}")
    fallen = {
        about: (each["right"], FLOORS.get(about, 0))
        for about, each in report.items()
        if each["right"] < FLOORS.get(about, 0)
    }
    assert fallen == {}
