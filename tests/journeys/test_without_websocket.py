"""Journeys where a proxy lets no WebSocket pass: the chat goes on by long polls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from chat import Chat
from host_site import HostSite
from playwright.async_api import BrowserContext, Page, Route, WebSocketRoute, expect
from running_gateway import RunningGateway
from scripted_bot import ScriptedBot

from benchmarks.ports import free_port

PageFactory = Callable[..., Awaitable[Page]]
ContextFactory = Callable[..., Awaitable[BrowserContext]]

pytestmark = pytest.mark.browser


class Proxy:
    """Lets no WebSocket pass until ``passes`` is set; ``tried`` counts what came."""

    def __init__(self) -> None:
        self.passes = False
        self.tried = 0

    async def take(self, line: WebSocketRoute) -> None:
        """Let it through, or end it."""
        self.tried += 1
        if self.passes:
            line.connect_to_server()
        else:
            await line.close()


@pytest.fixture
def proxy() -> Proxy:
    return Proxy()


@pytest_asyncio.fixture(loop_scope="session")
async def cut_context(browser_context: ContextFactory, proxy: Proxy) -> BrowserContext:
    """A browser behind such a proxy."""
    context = await browser_context()
    await context.route_web_socket("**/chat/socket", proxy.take)
    return context


@pytest_asyncio.fixture(loop_scope="session")
async def polled(
    gateway: RunningGateway, browser_page: PageFactory, cut_context: BrowserContext
) -> Chat:
    """The demo page behind such a proxy, connected."""
    chat = Chat(await browser_page(f"{gateway.url}/", context=cut_context))
    await chat.open()
    return chat


async def test_the_chat_works_without_a_websocket(polled: Chat, bot: ScriptedBot) -> None:
    """Typing, answers in order, a rating and a reload: as over a WebSocket."""
    bot.gate.clear()
    await polled.write("one")
    await expect(polled.panel.locator(".typing")).to_be_visible()
    bot.gate.set()
    await expect(polled.answers).to_have_count(1)
    await expect(polled.panel.locator(".typing")).to_be_hidden()
    answer = await polled.ask("how much is it")
    await answer.get_by_role("button", name="Yes").click()
    await expect(answer).to_contain_text("Thank you")
    assert await polled.seqs() == [1, 2, 3, 4]
    await polled.page.reload()
    await expect(polled.answers).to_have_count(2)
    await expect(polled.panel.get_by_role("group", name="Was this helpful?")).to_have_count(0)


async def test_a_restart_loses_and_doubles_nothing(
    polled: Chat, gateway: RunningGateway, bot: ScriptedBot
) -> None:
    """A message that is written while the gateway is away is sent once when it is back."""
    await polled.ask("one")
    await gateway.stop()
    await expect(polled.panel).to_have_attribute("data-state", "reconnecting")
    await polled.write("two")
    await expect(polled.own.nth(1)).to_have_attribute("data-status", "waiting")
    await gateway.start()
    await expect(polled.answers).to_have_count(2)
    assert await polled.texts() == ["one", "You said: one", "two", "You said: two"]
    assert [turn["text"] for turn in bot.turns] == ["one", "two"]


async def test_an_answer_to_a_lost_request_does_not_double_the_message(
    polled: Chat, bot: ScriptedBot
) -> None:
    """The gateway took it, the answer got lost: the repeat keeps its id and counts once."""
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()
        lost += 1
        await route.abort()

    await polled.page.context.route("**/chat/send", lose, times=1)
    await polled.write("one")
    await expect(polled.answers).to_have_count(1)
    await polled.connected()
    await polled.ask("two")
    assert lost == 1
    assert await polled.texts() == ["one", "You said: one", "two", "You said: two"]
    assert [turn["text"] for turn in bot.turns] == ["one", "two"]


async def test_tabs_with_and_without_a_websocket_show_the_same(
    polled: Chat, gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """What one writes the other sees, and erasing ends both."""
    second = Chat(await browser_page(f"{gateway.url}/", context=polled.page.context))
    await second.connected()
    await polled.page.bring_to_front()
    await polled.ask("one")
    await expect(second.answers).to_have_count(1)
    await polled.panel.get_by_role("button", name="More options").click()
    await polled.panel.get_by_role("menuitem", name="Erase my data").click()
    await polled.bar.get_by_role("button", name="Erase it").click()
    await expect(polled.bar).to_contain_text("2 messages were erased")
    await expect(second.messages).to_have_count(0)
    await second.connected()


async def test_another_site_s_page_polls_too(
    make_gateway: Callable[..., Awaitable[RunningGateway]],
    host_site: Callable[..., Awaitable[HostSite]],
    browser_page: PageFactory,
    cut_context: BrowserContext,
) -> None:
    """With a preflight, under its own content security policy."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    site = await host_site(port, gateway.url)
    chat = Chat(await browser_page(site.url, context=cut_context))
    await chat.open()
    await chat.ask("one")


async def test_a_line_that_is_lost_tries_the_websocket_first(
    polled: Chat, gateway: RunningGateway, proxy: Proxy
) -> None:
    """Where one passes again, it is used again, and no poll is made any more."""
    await polled.ask("one")
    assert proxy.tried == 1
    await gateway.stop()
    await expect(polled.panel).to_have_attribute("data-state", "reconnecting")
    proxy.passes = True
    await gateway.start()
    await polled.connected()
    polls: list[str] = []
    polled.page.on("request", lambda request: polls.append(request.url))
    await polled.ask("two")
    assert proxy.tried > 1
    assert [url for url in polls if "/chat/" in url] == []
