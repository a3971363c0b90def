"""Real Rasa behind a gateway, and an action server that dies, hangs, fails or is slow."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing
from random import Random

import pytest
from aiohttp import web
from figures import Show
from student import Student
from whole_assistant import WholeAssistant

from benchmarks.traffic.processes import Part, run_part

pytestmark = pytest.mark.bot

KILLS = int(os.environ.get("ADVISOR_KILLS", "50")) // 2
"""Half of what others get: an action server has to load what it answers from."""
QUESTIONS = ("is there a payment plan", "are there scholarships", "how do I apply")
AFTER_AN_APOLOGY_SECONDS = 0.3
DEADLINE_SECONDS = 4.0
"""Of a turn, so that a hung server costs a test seconds."""
APOLOGISED = ("failed", ("apology",))

Behaviour = Callable[[web.Request], Awaitable[web.Response]]


@pytest.fixture(scope="module")
def started(started_assistant: WholeAssistant) -> Iterator[dict[str, Part]]:
    """The whole assistant's bot and gateway, started one by one; the action server is not."""
    started_assistant.stop()
    ports, folder = started_assistant.ports, started_assistant.folder
    environment = started_assistant.environment | {
        "ADVISOR_GATEWAY__TURN_DEADLINE": str(DEADLINE_SECONDS),
        "ADVISOR_GATEWAY__SESSION_BURST": "100000",
    }
    healths = {
        "bot": f"http://127.0.0.1:{ports['bot']}/webhooks/gateway/health",
        "actions": f"http://127.0.0.1:{ports['actions']}/health",
        "gateway": f"{started_assistant.url}/health",
    }
    parts = {
        name: Part(health, run_part, name, folder, environment) for name, health in healths.items()
    }
    try:
        for name in ("bot", "gateway"):
            asyncio.run(parts[name].start())
        yield parts
    finally:
        for part in reversed(parts.values()):
            asyncio.run(part.stop())


@pytest.fixture
async def apart(started: dict[str, Part]) -> AsyncIterator[dict[str, Part]]:
    """The same, without an action server before and after."""
    yield started
    await started["actions"].stop()


@pytest.mark.timeout(300 + 30 * KILLS)
async def test_an_action_server_that_is_killed_again_and_again(
    apart: dict[str, Part], started_assistant: WholeAssistant, random: Random, show: Show
) -> None:
    """Every message has one answer or one apology, in order, and the dialogue hears it once."""
    await apart["actions"].start()
    async with AsyncExitStack() as chats:
        students = [
            await chats.enter_async_context(Student(started_assistant.url)) for _ in range(3)
        ]
        done = asyncio.Event()
        writing = [asyncio.create_task(_ask_on(student, done)) for student in students]
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.05, 0.5))
            await apart["actions"].kill()
            await asyncio.sleep(random.uniform(0, 0.2))
            await apart["actions"].start()
        done.set()
        said = sum([await one for one in writing])
        recovered = [await student.ask(QUESTIONS[0]) for student in students]
    ends = [
        (turn.status, turn.replies)
        for student in students
        for turn in started_assistant.turns(student.conversation)
    ]
    tried, apologies = said + len(students), ends.count(APOLOGISED)
    figures = {"tried": tried, "answered": len(ends) - apologies, "apologies": apologies}
    show(f"{KILLS} kills of the action server", figures)
    assert len(ends) == tried
    assert {len(replies) for _, replies in ends} == {1}
    assert [end for end in ends if "failed" in end or ("apology",) in end] == (
        [APOLOGISED] * apologies
    )
    assert apologies > 0
    assert "apology" not in {reply["kind"] for reply in recovered}
    for student in students:
        assert [message["seq"] for message in student.seen] == [*range(1, len(student.seen) + 1)]
        asked = len(student.seen) // 2
        assert _own(student) == [True, False] * asked
        assert _heard(started_assistant, student.conversation) == asked


async def _ask_on(student: Student, done: asyncio.Event) -> int:
    asked = 0
    while not done.is_set():
        reply = await student.ask(QUESTIONS[asked % len(QUESTIONS)])
        asked += 1
        await asyncio.sleep(AFTER_AN_APOLOGY_SECONDS if reply["kind"] == "apology" else 0)
    return asked


def _own(student: Student) -> list[bool]:
    """Which messages are the student's own, in their order."""
    return [message["author"] == "student" for message in student.seen]


def _heard(whole: WholeAssistant, conversation: str) -> int:
    """How many messages of a student Rasa has in its record."""
    query = "SELECT count(*) FROM events WHERE sender_id = ? AND type_name = 'user'"
    with closing(sqlite3.connect(whole.state / "tracker.sqlite")) as tracker:
        return int(tracker.execute(query, (conversation,)).fetchone()[0])


async def _fails(_request: web.Request) -> web.Response:
    raise web.HTTPInternalServerError


async def _says_nothing_readable(_request: web.Request) -> web.Response:
    return web.Response(text="<html>bad gateway</html>", content_type="text/html")


async def _hangs(_request: web.Request) -> web.Response:
    await asyncio.sleep(DEADLINE_SECONDS * 10)
    return web.json_response({"events": [], "responses": []})


async def _is_slow(_request: web.Request) -> web.Response:
    await asyncio.sleep(DEADLINE_SECONDS / 4)
    said = {"type": "answer", "text": "Yes.", "kind": "quote", "citations": []}
    return web.json_response({"events": [], "responses": [{"custom": said}]})


async def test_an_action_server_that_does_not_do_its_work(
    apart: dict[str, Part], started_assistant: WholeAssistant, show: Show
) -> None:
    """An apology each time and in order, whatever it does; a slow answer is an answer."""
    bad: list[Behaviour | None] = [None, _fails, _says_nothing_readable, _hangs]
    async with Student(started_assistant.url) as student:
        for behaviour in (*bad, _is_slow):
            async with AsyncExitStack() as served:
                if behaviour is not None:
                    await _serve(served, behaviour, started_assistant.ports["actions"])
                for question in QUESTIONS[:2]:
                    await student.ask(question)
    kinds = [message["kind"] for message in student.seen if message["author"] != "student"]
    show("a failing action server", {"apologies": kinds.count("apology"), "tried": len(kinds)})
    assert kinds == ["apology"] * 2 * len(bad) + ["answer"] * 2
    assert _own(student) == [True, False] * len(kinds)


async def _serve(served: AsyncExitStack, behaviour: Behaviour, port: int) -> None:
    app = web.Application()
    app.router.add_post("/webhook", behaviour)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    served.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
