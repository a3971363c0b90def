"""How long a caller waits: from a webhook to its document, with the real assistant."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import aiohttp
from twilio.request_validator import RequestValidator

from benchmarks.processes import assistant
from benchmarks.turns import QUESTIONS

CALLS = (1, 8)
"""Calls at once."""
TURNS = 96
"""Questions in all at each level."""
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = {
    "ADVISOR_CHANNELS__VOICE__ACCOUNT": "AC" + "0" * 32,
    "ADVISOR_CHANNELS__VOICE__AUTH_TOKEN": TOKEN,
}


async def measure() -> dict[str, Any]:
    """Milliseconds of first words and of whole answers, and how many answers needed no filler."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            assistant(Path(folder) / "state", more=SETTINGS) as (running, _),
            aiohttp.ClientSession() as session,
        ):
            await _level(session, running.url, 1, 12)  # the first turns load caches
            return {f"{n} at once": await _level(session, running.url, n, TURNS) for n in CALLS}


async def _level(
    session: aiohttp.ClientSession, url: str, calls: int, turns: int
) -> dict[str, Any]:
    first: list[float] = []
    whole: list[float] = []
    fillers: list[int] = []

    async def call() -> None:
        caller = _Caller(session)
        await caller.post(f"{url}/channels/voice")
        for number in range(turns // calls):
            began = time.perf_counter()
            await caller.post(caller.action, SpeechResult=QUESTIONS[number % len(QUESTIONS)])
            first.append((time.perf_counter() - began) * 1000)
            waited = 0
            while caller.redirected:
                waited += 1
                await caller.post(caller.redirected)
            whole.append((time.perf_counter() - began) * 1000)
            fillers.append(waited)

    async with asyncio.TaskGroup() as group:
        for _ in range(calls):
            group.create_task(call())
    return {
        "questions": len(first),
        "first words ms": _ranked(first),
        "whole answer ms": _ranked(whole),
        "answered without a filler": fillers.count(0),
    }


def _ranked(latencies: Sequence[float]) -> dict[str, float]:
    ranked = sorted(latencies)
    return {
        "p50": round(statistics.median(ranked), 1),
        "p95": round(ranked[int(len(ranked) * 0.95)], 1),
        "most": round(ranked[-1], 1),
    }


class _Caller:
    """One call, signed as Twilio signs; it follows documents without waiting for their words."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._sid = f"CA{uuid.uuid4().hex}"
        self.action = ""
        self.redirected = ""

    async def post(self, url: str, **fields: str) -> None:
        """Post a webhook and read where its document leads."""
        every = {"CallSid": self._sid, "From": "+14155550123", **fields}
        signature = RequestValidator(TOKEN).compute_signature(url, every)
        headers = {"X-Twilio-Signature": signature}
        async with self._session.post(url, data=every, headers=headers) as response:
            document = ElementTree.fromstring(await response.text())
        gather = document.find("Gather")
        self.action = "" if gather is None else gather.attrib["action"]
        self.redirected = "" if gather is not None else document.findtext("Redirect") or ""
        if not (self.action or self.redirected):
            raise RuntimeError("the call ended")
