"""What the gateway bears: many open widgets, a spike, webhooks of all channels, a reconnect storm.

    python -m benchmarks.load widgets --count 2000 --seconds 600 --rate 8
    python -m benchmarks.load webhooks --messages 100000 --seconds 600
    python -m benchmarks.load storm --count 5000 --seconds 600

The gateway is a real process over SQLite; students, providers and the bot are played on the same
machine, and the bot only repeats what it is told, so that it is the gateway that is measured.
Nobody begins to write after so many seconds; then what was accepted is answered and counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import psutil

from benchmarks.traffic.deployment import Deployment
from benchmarks.traffic.students import AGAIN_SECONDS, Widget, Writer

SEED = 1
TURNS_A_SECOND = 8.0
"""What all widgets together ask in the steady state."""
SPIKE = 10
"""How much more often during the spike, which is the fifth of six parts of the time."""
AT_ONCE = 32
"""Students who write at the same time, each one delivery after another, as providers deliver."""
REPEATED, SHUFFLED = 0.3, 0.2
"""Shares of deliveries that come again later, and that come out of their order."""
MESSAGES_A_STUDENT = 20
"""On the heels of each other: what comes within the gateway's pause is read as one turn."""
OPENED_AT_ONCE = 100
"""Widgets that open a chat at the same time, before any time is taken."""
UNDER_WAY_SECONDS = 1.0
"""How long a turn takes at most in the storm, so that replies are due when the sockets drop."""
BACK_SECONDS = 10.0
"""Within this time everybody is back after the storm."""
SETTLED_SECONDS = 900.0


async def measure() -> dict[str, Any]:
    """All three, in sizes that take some minutes."""
    return {
        "widgets": await widgets(200, 60.0, 4.0),
        "webhooks": await webhooks(10_000, SETTLED_SECONDS),
        "storm": await storm(1_000),
    }


async def widgets(number: int, seconds: float, rate: float) -> dict[str, Any]:
    """Steady turns of open widgets, ``rate`` a second in all, with a spike among them."""
    async with _site() as site, _session() as session:
        students = [Widget(site.url, student, site.ledger) for student in range(1, number + 1)]
        held = await _opened(students, session)
        marks, random = count(1), Random(SEED)
        began = time.monotonic()
        spike = (began + seconds * 4 / 6, began + seconds * 5 / 6)
        waits: dict[bool, list[float]] = {False: [], True: []}

        async def write(student: Widget) -> None:
            await asyncio.sleep(random.random())
            while (now := time.monotonic()) < began + seconds:
                await asyncio.sleep(1.0)
                in_spike = spike[0] <= now < spike[1]
                if random.random() > (SPIKE if in_spike else 1) * rate / number:
                    continue
                said = time.monotonic()
                await student.say(session, next(marks), random)
                await student.answered()
                waits[in_spike].append(time.monotonic() - said)

        await asyncio.gather(*map(write, students))
        await site.settled(SETTLED_SECONDS)
        found = _found(site, began) | {
            "widgets": number,
            "seconds of writing": seconds,
            "asked a second, steady": round(len(waits[False]) / (seconds * 5 / 6), 1),
            "asked a second, spike": round(len(waits[True]) / (seconds / 6), 1),
            "steady": _spread(waits[False]),
            "spike": _spread(waits[True]),
            "gaps": sum(student.gaps for student in students),
        }
        await _ended(held)
    return found


async def webhooks(number: int, seconds: float, pause: float = 1.2) -> dict[str, Any]:
    """Deliveries of all channels; repeated and shuffled within each conversation."""
    async with _site(burst_pause=pause) as site, _session() as session:
        random, marks = Random(SEED), count(1)
        names = sorted(site.providers)
        students = iter(range(max(1, number // MESSAGES_A_STUDENT)))
        taken: list[float] = []

        async def deliver(writer: Writer) -> None:
            known: set[int] = set()
            for mark in _deliveries(random, [next(marks) for _ in range(MESSAGES_A_STUDENT)]):
                posted = time.monotonic()
                while not await writer.deliver(session, mark):
                    await asyncio.sleep(AGAIN_SECONDS)
                taken.append(time.monotonic() - posted)
                if mark not in known:
                    known.add(mark)
                    site.ledger.acknowledge(writer.who, mark)

        async def write() -> None:
            for student in students:
                if time.monotonic() > began + seconds:
                    return
                provider = site.providers[names[student % len(names)]]
                await deliver(Writer(site.url, provider, student + 1, site.ledger))

        began = time.monotonic()
        await asyncio.gather(*(write() for _ in range(AT_ONCE)))
        written = time.monotonic() - began
        await site.settled(SETTLED_SECONDS)
        found = _found(site, began)
        return found | {
            "messages asked for": number,
            "deliveries": len(taken),
            "conversations": len(site.ledger.conversations),
            "deliveries a second": round(len(taken) / written, 1),
            "messages a turn": round(found["messages"] / found["turns"], 1),
            "acknowledged": _spread(taken),
            "from there to the reply": _spread(site.ledger.waits),
        }


async def storm(number: int, seconds: float = SETTLED_SECONDS) -> dict[str, Any]:
    """All sockets drop at once while replies are due, and come back within some seconds."""
    async with _site(slowest_bot=UNDER_WAY_SECONDS) as site:
        students = [Widget(site.url, student, site.ledger) for student in range(1, number + 1)]
        random, marks = Random(SEED), count(1)
        async with _session() as session:
            began_at = time.monotonic()
            held = await _opened(students, session)
            await asyncio.gather(*(one.say(session, next(marks), random) for one in students))
        await _ended(held)
        dropped = sum(student.answered_all() for student in students)
        async with _session() as session:
            back: list[float] = []

            async def come_back(student: Widget) -> None:
                await asyncio.sleep(random.uniform(0, BACK_SECONDS))
                at = time.monotonic()
                held.append(asyncio.create_task(student.stay(session)))
                await student.say(session, next(marks), random)
                await student.answered()
                back.append(time.monotonic() - at)

            async with asyncio.timeout(seconds):
                await asyncio.gather(*map(come_back, students))
            await site.settled(SETTLED_SECONDS)
            found = _found(site, began_at) | {
                "sockets": number,
                "had their reply before the drop": dropped,
                "back and answered": _spread(back),
                "gaps": sum(student.gaps for student in students),
            }
            await _ended(held)
    return found


def _deliveries(random: Random, marks: Sequence[int]) -> list[int]:
    """The marks of a conversation as they are delivered: some late, some more than once."""
    order = list(marks)
    for place in range(len(order) - 1):
        if random.random() < SHUFFLED:
            other = random.randrange(len(order))
            order[place], order[other] = order[other], order[place]
    again = [mark for mark in order if random.random() < REPEATED]
    for mark in again:
        order.insert(random.randrange(order.index(mark) + 1, len(order) + 1), mark)
    return order


async def _opened(
    students: Sequence[Widget], session: aiohttp.ClientSession
) -> list[asyncio.Task[None]]:
    """All widgets, open; some at a time, since it is not the opening that is measured."""
    held, places = [], asyncio.Semaphore(OPENED_AT_ONCE)

    async def opened(student: Widget) -> None:
        async with places:
            held.append(asyncio.create_task(student.stay(session)))
            await student.opened.wait()

    await asyncio.gather(*map(opened, students))
    return held


def _found(site: Deployment, began: float) -> dict[str, Any]:
    """What became of all messages, and what it took."""
    account = site.account().to_wire()
    gateway = psutil.Process(site.gateway.pid)
    used = gateway.cpu_times()
    ((turns,),) = site.query("SELECT count(*) FROM turns")
    return account | {
        "messages": account["tried"],
        "turns": turns,
        "seconds in all": round(time.monotonic() - began),
        "gateway MB": gateway.memory_info().rss // 1_000_000,
        "gateway's processor seconds": round(used.user + used.system),
        "machine's load": [round(each, 1) for each in psutil.getloadavg()],
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ranked = sorted(seconds) or [float("nan")]
    return {
        "number": len(seconds),
        "p50 ms": round(ranked[len(ranked) // 2] * 1000, 1),
        "p95 ms": round(ranked[int(len(ranked) * 0.95)] * 1000, 1),
    }


@asynccontextmanager
async def _site(slowest_bot: float = 0.0, **settings: Any) -> AsyncIterator[Deployment]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # before the processes start
    with tempfile.TemporaryDirectory() as folder:
        site = Deployment(Path(folder), seed=SEED, slowest_bot=slowest_bot, gateway=settings)
        await site.start()
        try:
            yield site
        finally:
            await site.stop()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """One of the three, in the size that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="what", required=True)
    of = {name: kinds.add_parser(name) for name in ("widgets", "webhooks", "storm")}
    for name, one in of.items():
        size = "--messages" if name == "webhooks" else "--count"
        one.add_argument(size, dest="count", type=int, required=True)
        one.add_argument("--seconds", type=float, default=600.0)
    of["widgets"].add_argument("--rate", type=float, default=TURNS_A_SECOND, help="turns a second")
    of["webhooks"].add_argument("--pause", type=float, default=1.2, help="gateway.burst_pause")
    asked = vars(parser.parse_args())
    runs: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "widgets": widgets,
        "webhooks": webhooks,
        "storm": storm,
    }

    async def run() -> dict[str, Any]:
        return await runs[asked.pop("what")](asked.pop("count"), **asked)

    print(json.dumps(asyncio.run(run()), indent=1))


if __name__ == "__main__":
    main()
