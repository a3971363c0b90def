"""`advisor channels test`: a gateway as it is wired, a bot on loopback, and no provider at all."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from gateway_parts import until
from loopback_bot import TOKEN, LoopbackBot
from loopback_provider import LoopbackProvider

from advisor.errors import SettingsError
from advisor.migration import migrate
from advisor.settings import Settings
from advisor.trying import Step, sample_of, tried

ACCOUNT = {"account": "AC" + "0" * 32, "auth_token": "0123456789abcdef0123456789abcdef"}
Run = Callable[[Settings], Awaitable[str]]


def sections(provider: str) -> dict[str, dict[str, Any]]:
    """Every channel that we can sign for, with its provider at an address."""
    meta = {"app_secret": "s" * 32, "verify_token": "v" * 32, "access_token": "a" * 32}
    meta["api"] = provider
    return {
        "telegram": {"token": "1:" + "t" * 35, "secret": "s" * 32, "api": provider},
        "whatsapp": {**meta, "phone_number_id": "1122334455667"},
        "messenger": meta,
        "twilio": {**ACCOUNT, "sender": "+15550100142", "api": provider},
        "slack": {"signing_secret": "s" * 32, "bot_token": "xoxb-" + "b" * 30, "api": provider},
        "rest": {"secret": "whsec_" + "QUJD" * 12, "deliver_to": f"{provider}/replies"},
        "voice": ACCOUNT,
    }


@pytest.fixture
async def settings(
    tmp_path: Path, bot: LoopbackBot, provider: LoopbackProvider, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.chdir(tmp_path)
    settings = Settings(
        state=tmp_path / "state",
        bot={"url": bot.url, "token": TOKEN},  # type: ignore[arg-type]
        gateway={"public_url": "https://advisor.example.edu"},  # type: ignore[arg-type]
        channels=sections(provider.url),
    )
    await migrate(settings)
    return settings


async def steps(settings: Settings, name: str, at: str) -> list[Step]:
    """Every step of a trial."""
    return [step async for step in tried(settings, sample_of(settings, name, "how much"), at)]


@pytest.mark.parametrize("name", [*sections("")])
async def test_a_channel_that_works_is_said_so_step_by_step(
    settings: Settings, run: Run, bot: LoopbackBot, provider: LoopbackProvider, name: str
) -> None:
    """Its reply is shown as it would be sent, and no provider is called; also the second time."""
    at = await run(settings)
    for _ in range(2):
        found = await steps(settings, name, at)
        assert [step.name for step in found if not step.good] == [], found
        assert "You said: how much" in found[-1].detail
    assert [body["text"] for body in bot.asked] == ["how much", "how much"]
    assert provider.bodies == []


async def test_what_would_be_sent_is_shown_as_the_provider_takes_it(
    settings: Settings, run: Run
) -> None:
    """A part is JSON without an address or a secret."""
    last = (await steps(settings, "telegram", await run(settings)))[-1]
    assert last.name == "would be sent"
    told, notice = json.loads(last.detail)[0]["text"].split("\n\n", 1)
    assert told == "You said: how much"
    assert notice.startswith("Staff at")


async def test_nobody_listens(settings: Settings) -> None:
    """The first step says so, and nothing follows."""
    found = await steps(settings, "telegram", "http://127.0.0.1:1")
    assert [(step.name, step.good) for step in found] == [("reachable", False)]


async def test_a_gateway_without_the_channel_is_told_from_one_with_another_secret(
    settings: Settings, run: Run, bot: LoopbackBot
) -> None:
    """Both want a restart, for different reasons; nobody is asked."""
    only = {name: settings.channels[name] for name in ("twilio",)}
    at = await run(settings.model_copy(update={"channels": only}))
    failed = (await steps(settings, "telegram", at))[-1]
    assert (failed.name, failed.good) == ("unsigned is refused", False)
    assert "does not have this channel" in failed.detail
    other = {"twilio": {**only["twilio"], "auth_token": "f" * 32}}
    failed = (await steps(settings.model_copy(update={"channels": other}), "twilio", at))[-1]
    assert (failed.name, failed.good) == ("signature is taken", False)
    assert "another secret" in failed.detail
    assert bot.asked == []


async def test_a_bot_that_is_down_is_said(settings: Settings, run: Run, bot: LoopbackBot) -> None:
    """The sample is recorded; its turn failed, with the reason."""
    at = await run(settings)
    await bot.stop()
    found = await steps(settings, "rest", at)
    assert (found[-2].name, found[-2].good) == ("recorded", True)
    assert found[-1] == Step("answered", False, "failed: unreachable")


async def test_a_channel_that_is_off_or_that_only_its_provider_signs(settings: Settings) -> None:
    """Each is said before anything is sent."""
    with pytest.raises(SettingsError, match=r"\[channels.slack\] is not set"):
        sample_of(settings.model_copy(update={"channels": {}}), "slack", "x")
    teams = {"teams": {"app_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "app_secret": "s" * 32}}
    with pytest.raises(SettingsError, match="only its provider can sign"):
        sample_of(settings.model_copy(update={"channels": teams}), "teams", "x")


async def test_real_students_still_get_their_replies(
    settings: Settings, run: Run, provider: LoopbackProvider, bot: LoopbackBot
) -> None:
    """Beside a trial, under the same settings."""
    at = await run(settings)
    await steps(settings, "twilio", at)
    sample = sample_of(settings, "twilio", "and I am real")
    headers = {k: v for k, v in sample.delivery.headers.items() if "Trial" not in k}
    async with aiohttp.ClientSession() as session:
        url = f"{at}/channels/twilio"
        async with session.post(url, data=sample.delivery.body, headers=headers) as response:
            assert response.status == 200
    await until(lambda: len(provider.bodies) == 1)
