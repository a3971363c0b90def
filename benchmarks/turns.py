"""What one turn costs: the whole assistant beside a stock `rasa init` bot, same load, same run."""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

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

Say = Callable[[str], Awaitable[dict[str, Any]]]


async def measure() -> dict[str, Any]:
    """Latency and throughput at each level, split by part where parts say it, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        async with assistant(Path(folder) / "state") as (running, _):
            ours = await _levels(running, _widget)
        (Path(folder) / "stock").mkdir()
        async with stock_bot(Path(folder) / "stock") as running:
            stock = await _levels(running, _rest)
    return {"assistant": ours, "stock rasa init": stock}


async def _levels(running: Running, talk: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        await _load(session, running.url, talk, 1, 24)  # the first turns load caches
        found: dict[str, Any] = {}
        for count in CONVERSATIONS:
            before = await _seconds_by_part(session, running.url)
            found[f"{count} at once"] = await _load(session, running.url, talk, count, TURNS)
            after = await _seconds_by_part(session, running.url)
            split = {
                f"{part} ms": round((after[part] - before[part]) / TURNS * 1000, 1)
                for part in after
            }
            found[f"{count} at once"] |= split
        return {**found, "memory MB": running.memory()}


async def _load(
    session: aiohttp.ClientSession, url: str, talk: Any, conversations: int, turns: int
) -> dict[str, Any]:
    latencies: list[float] = []
    inside: list[float] = []

    async def converse() -> None:
        async with talk(session, url) as say:
            for number in range(turns // conversations):
                started = time.perf_counter()
                reply = await say(QUESTIONS[number % len(QUESTIONS)])
                latencies.append((time.perf_counter() - started) * 1000)
                inside.append(reply.get("milliseconds", 0.0))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(conversations):
            group.create_task(converse())
    seconds = time.perf_counter() - started
    ranked = sorted(latencies)
    result = {
        "p50 ms": round(statistics.median(ranked), 1),
        "p95 ms": round(ranked[int(len(ranked) * 0.95)], 1),
        "turns a second": round(len(ranked) / seconds, 1),
    }
    return result | (
        {"knowledge base p50 ms": round(statistics.median(inside), 1)} if any(inside) else {}
    )


@asynccontextmanager
async def _widget(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Say]:
    """One conversation as the widget holds it, over its WebSocket."""
    headers = {"Origin": url}
    async with session.post(f"{url}/chat/session", headers=headers) as answer:
        token = (await answer.json())["token"]
    async with session.ws_connect(f"{url}/chat/socket", headers=headers) as socket:
        await socket.send_json({"type": "hello", "token": token, "after": 0})

        async def say(text: str) -> dict[str, Any]:
            await socket.send_json({"type": "message", "id": str(uuid.uuid4()), "text": text})
            while True:
                frame = await socket.receive_json()
                if frame["type"] == "error":
                    raise RuntimeError(frame["code"])
                if frame["type"] == "message" and frame["author"] == "assistant":
                    if frame["kind"] == "apology":
                        raise RuntimeError("the assistant apologised")
                    return frame

        yield say


@asynccontextmanager
async def _rest(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Say]:
    """One conversation over Rasa's REST channel."""
    sender = uuid.uuid4().hex

    async def say(text: str) -> dict[str, Any]:
        body = {"sender": sender, "message": text}
        async with session.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
            await answer.json()
            return {}

    yield say


async def _seconds_by_part(session: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """Seconds that the gateway counted so far in each part of a turn; nothing for other servers."""
    async with session.get(f"{url}/metrics") as answer:
        text = await answer.text() if answer.status == 200 else ""
    found = re.findall(r'advisor_turn_seconds_sum\{part="(\w+)"\} (\S+)', text)
    return {part: float(seconds) for part, seconds in found}
