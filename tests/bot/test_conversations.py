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
    "about": 25,
    "abuse": 6,
    "admissions": 24,
    "aid": 19,
    "compare": 21,
    "complaint": 6,
    "credit": 13,
    "distress": 4,
    "find": 14,
    "journey": 30,
    "meta": 20,
    "money": 5,
    "person": 17,
    "plan": 11,
    "privacy": 9,
    "recognition": 14,
    "services": 8,
    "smalltalk": 11,
    "spanish": 9,
    "stacking": 4,
    "two_questions": 14,
}
"""Turns of each subject that were as expected when these were last written down, of all its turns.
A floor, not an aim: raise it when more are."""


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
