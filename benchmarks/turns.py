"""What one turn costs: the whole assistant beside a stock `rasa init` bot, same load, same run."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import dialogue
from benchmarks.processes import Running, assistant, stock_bot

CONVERSATIONS = (1, 8, 32)
TURNS = 192
"""Turns in all at each level, so that each level has the same number of samples."""
QUESTIONS = (
    "how much is data analytics foundations",
    "when does it start",
    "can I get financial aid for it",
    "does it count toward a degree",
    "how do I apply",
    "what is the refund if I drop out",
)
"""Asked in this order over and over in each conversation; most lean on the first."""

Say = Callable[[str], Awaitable[None]]


async def measure() -> dict[str, Any]:
    """Latency and throughput at each level, mean milliseconds of each part, and memory; then the
    same of the dialogue alone."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        async with assistant(state) as (running, _):
            ours = await _levels(running, _widget, state / "advisor.sqlite")
        (Path(folder) / "stock").mkdir()
        async with stock_bot(Path(folder) / "stock") as running:
            stock = await _levels(running, _rest, None)
    alone = await dialogue.measure()
    return {"assistant": ours, "stock rasa init": stock, "dialogue alone": alone}


async def _levels(running: Running, talk: Any, transcript: Path | None) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        await _load(session, running.url, talk, 1, 24)  # the first turns load caches
        found: dict[str, Any] = {}
        for count in CONVERSATIONS:
            before = await _parts(session, running.url, transcript)
            level = await _load(session, running.url, talk, count, TURNS)
            after = await _parts(session, running.url, transcript)
            means = {
                f"{part} mean ms": round((after[part] - before[part]) / TURNS * 1000, 1)
                for part in after
            }
            found[f"{count} at once"] = level | means
        return {**found, "memory MB": running.memory()}


async def _load(
    session: aiohttp.ClientSession, url: str, talk: Any, conversations: int, turns: int
) -> dict[str, Any]:
    latencies: list[float] = []

    async def converse() -> None:
        async with talk(session, url) as say:
            for number in range(turns // conversations):
                started = time.perf_counter()
                await say(QUESTIONS[number % len(QUESTIONS)])
                latencies.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(conversations):
            group.create_task(converse())
    seconds = time.perf_counter() - started
    ranked = sorted(latencies)
    return {
        "p50 ms": round(statistics.median(ranked), 1),
        "p95 ms": round(ranked[int(len(ranked) * 0.95)], 1),
        "turns a second": round(len(ranked) / seconds, 1),
    }


async def _parts(
    session: aiohttp.ClientSession, url: str, transcript: Path | None
) -> dict[str, float]:
    """Seconds spent so far in the gateway, in Rasa and in the action's look-up; the stock bot tells
    none of them."""
    if transcript is None:
        return {}
    counted = await _seconds_by_part(session, url)
    looked_up = _seconds_looking_up(transcript)
    return {
        "gateway": counted["gateway"],
        "Rasa": counted["bot"] - looked_up,
        "action": looked_up,
    }


def _seconds_looking_up(transcript: Path) -> float:
    """Sum of what the recorded answers say that they took."""
    query = "SELECT sum(json_extract(answer, '$.milliseconds')) FROM messages"
    with closing(sqlite3.connect(f"file:{transcript}?mode=ro", uri=True)) as database:
        return float(database.execute(query).fetchone()[0] or 0.0) / 1000


@asynccontextmanager
async def _widget(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Say]:
    """One conversation as the widget holds it, over its WebSocket."""
    headers = {"Origin": url}
    async with session.post(f"{url}/chat/session", headers=headers) as answer:
        token = (await answer.json())["token"]
    async with session.ws_connect(f"{url}/chat/socket", headers=headers) as socket:
        await socket.send_json({"type": "hello", "token": token, "after": 0})

        async def say(text: str) -> None:
            await socket.send_json({"type": "message", "id": str(uuid.uuid4()), "text": text})
            answered = False
            while True:  # a turn may have several replies: it ends when nothing more is typed
                frame = await socket.receive_json()
                if frame["type"] == "error":
                    raise RuntimeError(frame["code"])
                if frame["type"] == "message" and frame["author"] == "assistant":
                    if frame["kind"] == "apology":
                        raise RuntimeError("the assistant apologised")
                    answered = True
                if answered and frame["type"] == "typing" and not frame["on"]:
                    return

        yield say


@asynccontextmanager
async def _rest(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Say]:
    """One conversation over Rasa's REST channel."""
    sender = uuid.uuid4().hex

    async def say(text: str) -> None:
        body = {"sender": sender, "message": text}
        async with session.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
            await answer.json()

    yield say


async def _seconds_by_part(session: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """Seconds that the gateway counted so far in itself and while it waited for the bot."""
    async with session.get(f"{url}/metrics") as answer:
        text = await answer.text()
    found = re.findall(r'advisor_turn_seconds_sum\{part="(\w+)"\} (\S+)', text)
    return {part: float(seconds) for part, seconds in found}
