"""Where consent is asked for, nothing that a student writes is kept or understood before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp.test_utils import TestClient
from gateway_parts import Chat, frames_until
from loopback_bot import LoopbackBot
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.gateway import build_app
from channels.privacy.settings import PrivacySettings
from channels.schema import consents, messages
from channels.settings import GatewaySettings, InstitutionSettings

OpenChat = Callable[[TestClient], Awaitable[Chat]]
MakeTestClient = Callable[..., Awaitable[TestClient]]
WORDS = "We keep what you write to answer you."
MARKER = "quartzella"


async def test_nothing_is_kept_before_a_student_agrees(
    aiohttp_client: MakeTestClient,
    engine: AsyncEngine,
    brain: RasaBrain,
    bot: LoopbackBot,
    open_chat: OpenChat,
) -> None:
    """They are told above the chat, asked once more when they write, and heard when they agree."""
    client = await aiohttp_client(
        build_app(
            GatewaySettings(),
            InstitutionSettings(),
            engine=engine,
            brain=brain,
            content=None,  # type: ignore[arg-type]  # nobody reads it here
            privacy=PrivacySettings(consent_text=WORDS, consent_version="2026-11"),
        )
    )
    tab = await (await open_chat(client)).connect()
    ready = await tab.receive_json()
    assert WORDS in ready["privacy"] and "under 13" in ready["privacy"]

    await tab.send_json({"type": "message", "id": "id-1", "text": f"I am {MARKER}"})
    asked = (await frames_until(tab, 2))[-1]
    assert WORDS in asked["text"]
    (agree,) = asked["choices"]
    async with engine.connect() as db:
        assert MARKER not in str((await db.execute(select(messages.c.text))).all())
        assert (await db.execute(select(consents))).all() == []

    said = {"type": "message", "id": "id-2", "text": agree["label"], "payload": agree["payload"]}
    await tab.send_json(said)
    await frames_until(tab, 4)
    await tab.send_json({"type": "message", "id": "id-3", "text": "how much is it"})
    assert (await frames_until(tab, 6))[-1]["text"] == "You said: how much is it"
    assert [turn["text"] for turn in bot.asked] == ["how much is it"]
    async with engine.connect() as db:
        (given,) = (await db.execute(select(consents))).all()
    assert (given.conversation_id, given.version) == (ready["conversation"], "2026-11")
