"""What must stay out: a student's words out of the logs, torch out of the gateway."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from gateway_parts import Chat, frames_until, until
from loopback_bot import LoopbackBot, refusing
from shelved_content import ShelvedContent
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.gateway import build_app, build_runner
from channels.settings import GatewaySettings, InstitutionSettings

OpenChat = Callable[[TestClient], Awaitable[Chat]]
MARKER = "zebra-marker-4711"


@pytest.fixture
async def served(engine: AsyncEngine, brain: RasaBrain) -> AsyncIterator[TestClient]:
    """The gateway behind its own runner, as it is served for students."""
    settings = GatewaySettings()
    app = build_app(
        settings, InstitutionSettings(), engine=engine, brain=brain, content=ShelvedContent()
    )
    runner = build_runner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
        yield cast(TestClient, session)
    await runner.cleanup()


async def test_no_log_holds_what_a_student_wrote(
    served: TestClient,
    open_chat: OpenChat,
    bot: LoopbackBot,
    engine: AsyncEngine,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not when all is well, nor when bot or database fail, nor when a frame is malformed."""
    caplog.set_level(logging.INFO)
    tab = await (await open_chat(served)).connect()
    await tab.send_json({"type": "message", "id": "a", "text": f"hello {MARKER}"})
    await frames_until(tab, 2)
    bot.behaviour = refusing(200, {"status": "ok", "replies": [{"text": None, "x": MARKER}]})
    await tab.send_json({"type": "message", "id": "b", "text": f"again {MARKER}"})
    await frames_until(tab, 4)
    await tab.send_str(f'{{"type": "message", "text": "{MARKER}"}}')
    await served.get("/sources/policies/aid", params={"quote": f"hello {MARKER}"})
    await served.get(f"/nothing/{MARKER}")
    await served.get(f"/console/setup/{MARKER}")
    async with engine.begin() as db:
        await db.exec_driver_sql("DROP TABLE deliveries")
    await tab.send_json({"type": "message", "id": "c", "text": f"lost {MARKER}"})
    while (await tab.receive_json()).get("code") != "unavailable":
        pass
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    for expected in ("turn_ended", "transcript_unwritable", "/console/setup/{token}"):
        assert expected in logged
    assert MARKER not in logged


def test_the_gateway_imports_nothing_heavy() -> None:
    """Neither torch nor the search libraries are loaded with the gateway."""
    heavy = "torch faiss sentence_transformers transformers rasa_sdk bm25s numpy"
    program = (
        "import sys, channels.gateway\n"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_idle_conversations_cost_nothing(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """A worker ends when its conversation has nothing to do."""
    tab = await (await open_chat(client)).connect()
    await tab.send_json({"type": "message", "id": "a", "text": "hello"})
    await frames_until(tab, 2)

    def workers() -> list[str]:
        names = [task.get_name() for task in asyncio.all_tasks()]
        return [name for name in names if name.startswith("conversation ")]

    await until(lambda: not workers())
