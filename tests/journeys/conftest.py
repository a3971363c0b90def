"""A real Chromium, a real gateway, and a bot on loopback that says what a test tells it to."""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from chat import WIDE, Chat
from host_site import HostSite
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)
from running_gateway import DRAIN_SECONDS, RunningGateway
from scripted_bot import COST_ANSWER, PROGRAMS_ANSWER, UNKNOWN_ANSWER, ScriptedBot

from benchmarks.ports import free_port
from channels.settings import GatewaySettings, InstitutionSettings
from channels.web.settings import WidgetSettings

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# A shared machine can be slow; a journey that works does not wait for it.
expect.set_options(timeout=15_000)

PageFactory = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys share one browser, so they share one event loop."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; skips without it, except in CI, where it has to be there."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    reason = "Chromium is not installed; on Debian: apt-get install chromium"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One Chromium for all journeys."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser_context(
    browser: Browser,
) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """A factory of fresh browser profiles: ``await browser_context(color_scheme="dark")``."""
    opened: list[BrowserContext] = []

    async def open_context(**options: Any) -> BrowserContext:
        options.setdefault("viewport", WIDE)
        options.setdefault("locale", "en-US")
        options.setdefault("timezone_id", "UTC")
        options.setdefault("reduced_motion", "reduce")
        context = await browser.new_context(**options)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser_page(
    browser_context: Callable[..., Awaitable[BrowserContext]],
) -> AsyncIterator[PageFactory]:
    """A factory of pages: ``await browser_page(url, color_scheme="dark", viewport=PHONE)``.

    Each page has a fresh profile unless ``context`` names one. A test fails when a page raised
    an exception that nothing caught, or broke its content security policy.
    """
    raised: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            raised.append(message.text)

    async def open_page(url: str, *, context: BrowserContext | None = None, **options: Any) -> Page:
        page = await (context or await browser_context(**options)).new_page()
        page.on("pageerror", lambda error: raised.append(str(error)))
        page.on("console", listen)
        await page.goto(url)
        return page

    yield open_page
    assert raised == []


@pytest_asyncio.fixture(loop_scope="session")
async def bot() -> AsyncIterator[ScriptedBot]:
    """A scripted bot that knows what a program costs."""
    running = ScriptedBot(free_port())
    running.replies = {
        "how much is it": [{"custom": COST_ANSWER}],
        "How much does Data Analytics Foundations cost?": [{"custom": COST_ANSWER}],
        "online data programs": [{"custom": PROGRAMS_ANSWER}],
        "what is the meaning of life": [{"custom": UNKNOWN_ANSWER}],
        "/talk_to_person": [
            {"custom": {"type": "handover", "text": "I have told our advisors.", "reason": "asked"}}
        ],
    }
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def make_gateway(
    tmp_path: Path, bot: ScriptedBot
) -> AsyncIterator[Callable[..., Awaitable[RunningGateway]]]:
    """A factory of running gateways: ``await make_gateway(session_burst=1)``."""
    made: list[RunningGateway] = []

    async def make(
        *,
        widget: WidgetSettings | None = None,
        institution: InstitutionSettings | None = None,
        **settings: Any,
    ) -> RunningGateway:
        settings = {"drain_seconds": DRAIN_SECONDS, "turn_deadline": 10, **settings}
        running = RunningGateway(
            tmp_path,
            bot.url,
            GatewaySettings(port=free_port(), **settings),
            widget or WidgetSettings(),
            institution or InstitutionSettings(),
        )
        await running.start()
        made.append(running)
        return running

    yield make
    for running in made:
        await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(
    make_gateway: Callable[..., Awaitable[RunningGateway]],
) -> RunningGateway:
    """The real gateway over a fresh database; ``stop`` and ``start`` keep address and data."""
    return await make_gateway()


@pytest_asyncio.fixture(loop_scope="session")
async def host_site() -> AsyncIterator[Callable[..., Awaitable[HostSite]]]:
    """A factory of foreign sites: ``await host_site(port, server, attributes=...)``."""
    made: list[HostSite] = []

    async def make(port: int, server: str, *, attributes: str = "", before: str = "") -> HostSite:
        site = HostSite(port, server, attributes, before)
        await site.start()
        made.append(site)
        return site

    yield make
    for site in made:
        await site.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def chat(gateway: RunningGateway, browser_page: PageFactory) -> Chat:
    """The demo page in a fresh browser, with the panel open and connected."""
    opened = Chat(await browser_page(f"{gateway.url}/"))
    await opened.open()
    return opened
