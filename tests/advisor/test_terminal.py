"""The terminal's chat: a gateway as it is wired, and a bot on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from loopback_bot import TOKEN, LoopbackBot, saying, waiting_for

from advisor.errors import SetupError
from advisor.migration import migrate
from advisor.settings import Settings
from advisor.terminal import terminal
from advisor.wiring import database
from channels.storage import Storage
from channels.transcript import Transcript

URL = "https://advisor.example.edu"
CHOICES = [{"label": "Costs"}, {"label": "Talk to a person", "payload": "/talk_to_person"}]
Run = Callable[[Settings], Awaitable[str]]


@pytest.fixture
async def settings(tmp_path: Path, bot: LoopbackBot, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    settings = Settings(
        state=tmp_path / "state",
        bot={"url": bot.url, "token": TOKEN},  # type: ignore[arg-type]
        gateway={"public_url": URL},  # type: ignore[arg-type]
    )
    await migrate(settings)
    return settings


async def test_a_chat_is_recorded_like_any_other(
    settings: Settings, run: Run, bot: LoopbackBot
) -> None:
    """It goes through Reception: staff find what was said and answered."""
    async with terminal(await run(settings), URL, "es", 10) as tab:
        assert [f["text"] for f in await tab.say("hola")] == ["You said: hola"]
        assert [f["text"] for f in await tab.say("adios")] == ["You said: adios"]
    assert {body["language"] for body in bot.asked} == {"es"}
    async with database(settings) as engine:
        transcript = Transcript(Storage(engine))
        (summary,) = await transcript.conversations(0, 10)
        said = [e.message.text for e in await transcript.entries(summary.id)]
    assert said == ["hola", "You said: hola", "adios", "You said: adios"]


@pytest.mark.parametrize("typed", ["2", "talk to person"])
async def test_a_choice_is_picked_by_number_or_nearly_its_words(
    settings: Settings, run: Run, bot: LoopbackBot, typed: str
) -> None:
    """As in channels without buttons; other words stay words."""
    bot.behaviour = saying({"text": "Which?", "choices": CHOICES})
    async with terminal(await run(settings), URL, None, 10) as tab:
        await tab.say("what can I ask")
        await tab.say(typed)
        await tab.say("7")
    assert [body["payload"] for body in bot.asked] == [None, "/talk_to_person", None]


async def test_a_refusal_is_shown(settings: Settings, run: Run, bot: LoopbackBot) -> None:
    """And the chat goes on."""
    async with terminal(await run(settings), URL, None, 10) as tab:
        (refused,) = await tab.say("x" * 3000)
        assert (refused["type"], refused["code"]) == ("error", "too_long")
        assert [f["text"] for f in await tab.say("hello")] == ["You said: hello"]


async def test_nobody_waits_for_ever(settings: Settings, run: Run, bot: LoopbackBot) -> None:
    """A reply that comes late is shown before the next one."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    async with terminal(await run(settings), URL, None, 0.3) as tab:
        assert await tab.say("hello") == []
        release.set()
        told: list[str] = []
        async with asyncio.timeout(10):
            while "You said: and?" not in told:
                told += [frame["text"] for frame in await tab.say("and?")]
    assert told[:2] == ["You said: hello", "You said: and?"]


async def test_no_gateway_is_said(settings: Settings) -> None:
    """With what starts one."""
    with pytest.raises(SetupError, match="make serve"):
        async with terminal("http://127.0.0.1:1", URL, None, 1):
            pass
