"""What understanding and dialogue cost without any look-up, beside a bot as `rasa init` makes it.

Both bots are told what both answer with one ready reply, each over its own HTTP channel. They run
side by side and are measured in turn, a few turns each, so that whatever else the machine does
meets all of them.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.processes import Running, bot_alone, make_stock_bot, serve_stock_bot

CONVERSATIONS = (1, 8)
"""At once."""
LENGTH = 12
"""Turns of a conversation: every one makes the next a little dearer."""
ROUNDS = 4
SAYINGS = ("hello there", "are you a bot", "good bye")
"""A rule or a story answers each with one `utter_`, in both bots."""

Send = Callable[[str, str], Awaitable[None]]


@dataclass(slots=True)
class Measured:
    """What the turns of one bot at one level took, over all rounds."""

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def figures(self) -> dict[str, float]:
        """Latency, throughput, and the processor's time, which other work disturbs least."""
        ranked, turns = sorted(self.milliseconds), len(self.milliseconds)
        return {
            "p50 ms": round(statistics.median(ranked), 1),
            "p95 ms": round(ranked[int(turns * 0.95)], 1),
            "turns a second": round(turns / self.seconds, 1),
            "processor ms a turn": round(self.cpu_seconds / turns * 1000, 1),
        }


async def measure() -> dict[str, Any]:
    """Figures of each bot at each level, and its memory."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        bots = await _bots(stack, session, folder)
        spelled = {text: _spellings(text) for text in SAYINGS}
        for _, send in bots.values():
            await _round(send, 1, spelled, Measured())  # the first turns load caches
        found = {name: {count: Measured() for count in CONVERSATIONS} for name in bots}
        for _ in range(ROUNDS):
            for count in CONVERSATIONS:
                for name, (running, send) in bots.items():
                    used = running.cpu_seconds()
                    await _round(send, count, spelled, found[name][count])
                    found[name][count].cpu_seconds += running.cpu_seconds() - used
        return {
            name: {f"{count} at once": levels[count].figures() for count in levels}
            | {"memory MB": next(iter(bots[name][0].memory().values()))}
            for name, levels in found.items()
        }


async def _bots(
    stack: AsyncExitStack, session: aiohttp.ClientSession, folder: Path
) -> dict[str, tuple[Running, Send]]:
    """Ours on its store; the stock bot on its own in memory, on Rasa's in SQLite, and on ours."""
    token = secrets.token_urlsafe(32)
    stock = folder / "stock"
    stock.mkdir()
    make_stock_bot(stock)
    stores = {
        "memory": None,
        "SQLite": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "rasa.sqlite")},
        "our store": {
            "type": "components.stores.WriteAheadTrackerStore",
            "db": str(folder / "write-ahead.sqlite"),
        },
    }
    ours = await stack.enter_async_context(bot_alone(folder / "state", token))
    bots = {"assistant's dialogue, our store": (ours, _turn(session, ours.url, token))}
    for name, store in stores.items():
        running = await stack.enter_async_context(serve_stock_bot(stock, store))
        bots[f"stock rasa init, {name}"] = (running, _rest(session, running.url))
    return bots


async def _round(
    send: Send, conversations: int, spelled: dict[str, Iterator[str]], measured: Measured
) -> None:
    async def converse() -> None:
        conversation = uuid.uuid4().hex
        for number in range(LENGTH):
            text = next(spelled[SAYINGS[number % len(SAYINGS)]])
            started = time.perf_counter()
            await send(conversation, text)
            measured.milliseconds.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    for _ in range(-(-max(CONVERSATIONS) // conversations)):
        async with asyncio.TaskGroup() as group:
            for _ in range(conversations):
                group.create_task(converse())
    measured.seconds += time.perf_counter() - started


def _spellings(text: str) -> Iterator[str]:
    """The text in ever other capitals: to the bots the same words, but never a text seen before,
    so that no vector comes from a cache."""
    choices = [sorted({letter, letter.upper()}) for letter in text]
    return itertools.cycle("".join(letters) for letters in itertools.product(*choices))


def _turn(session: aiohttp.ClientSession, url: str, token: str) -> Send:
    async def send(conversation: str, text: str) -> None:
        body = {"conversation": conversation, "turn_id": uuid.uuid4().hex, "text": text}
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{url}/turn", json=body, headers=headers) as answer:
            replies = (await answer.json())["replies"]
        if len(replies) != 1 or "text" not in replies[0]:
            raise RuntimeError(f"not one ready reply to {text!r}: {replies}")

    return send


def _rest(session: aiohttp.ClientSession, url: str) -> Send:
    async def send(conversation: str, text: str) -> None:
        body = {"sender": conversation, "message": text}
        async with session.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
            replies = await answer.json()
        if len(replies) != 1 or "text" not in replies[0]:
            raise RuntimeError(f"not one ready reply to {text!r}: {replies}")

    return send
