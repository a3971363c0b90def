"""Journeys on other people's pages: origins, styles, settings, sizes and accessibility."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from chat import PHONE, WIDE, Chat
from host_site import HostSite
from playwright.async_api import Page, expect
from running_gateway import RunningGateway

from benchmarks.ports import free_port

PageFactory = Callable[..., Awaitable[Page]]
GatewayFactory = Callable[..., Awaitable[RunningGateway]]
SiteFactory = Callable[..., Awaitable[HostSite]]

ENGLISH = Path(__file__).parents[2] / "languages" / "en" / "widget.json"
COMPOSED = ("reason_", "failed_", "unread")
"""Keys that the panel puts together, from a reason or the code of an error."""
STATIC = Path(__file__).parents[2] / "channels" / "web" / "static"
LAUNCHER_BYTES = 15 * 1024
PANEL_BYTES = 90 * 1024
MOST_TABS = 30


async def test_a_site_on_the_list_can_embed_the_chat(
    make_gateway: GatewayFactory, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """One tag on another origin is enough; the site's styles and policy do not break it."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    site = await host_site(port, gateway.url)
    chat = Chat(await browser_page(site.url))
    await chat.open()
    answer = await chat.ask("how much is it")
    await expect(answer.get_by_role("group", name="Sources")).to_be_visible()
    size = await answer.locator(".body").evaluate("shown => getComputedStyle(shown).fontSize")
    assert size == "16px"
    link = answer.get_by_role("link", name="Data Analytics Foundations")
    assert (await link.get_attribute("href") or "").startswith(f"{gateway.url}/sources/MHC-DA101")


async def test_a_site_that_is_not_on_the_list_is_told_so(
    gateway: RunningGateway, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """The panel says in plain words why it does not work, and what the owner can do."""
    site = await host_site(free_port(), gateway.url)
    chat = Chat(await browser_page(site.url))
    await chat.launcher.click()
    await expect(chat.panel).to_have_attribute("data-state", "refused")
    await expect(chat.bar).to_contain_text("This site is not registered with the assistant")
    assert await chat.stored("session") is None


async def test_a_gateway_that_is_away_is_not_mistaken_for_a_refusal(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """A first visit during an outage waits and connects once the gateway is back."""
    page = await browser_page(f"{gateway.url}/")
    await page.evaluate("import('/widget/panel.js').then(() => fetch('/widget/panel.css'))")
    await page.evaluate("fetch('/widget/texts/en.json')")
    await gateway.stop()
    chat = Chat(page)
    await chat.launcher.click()
    await expect(chat.bar).to_contain_text("No connection to the assistant")
    await gateway.start()
    await chat.connected()
    await chat.ask("one")


async def test_a_panel_that_cannot_be_fetched_is_told_and_tried_again(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """With the gateway away the launcher says so; the next press works once it is back."""
    page = await browser_page(f"{gateway.url}/")
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    await gateway.stop()
    await chat.launcher.click()
    trouble = page.locator("advisor-widget").get_by_role("alert")
    await expect(trouble).to_have_text("The assistant could not be loaded. Please try again.")
    await gateway.start()
    await chat.open()
    await expect(trouble).to_be_hidden()
    await chat.ask("one")


async def test_calls_made_before_the_script_has_loaded_are_kept(
    make_gateway: GatewayFactory, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """Listeners and a question queued by the page run once the widget is there."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    queue = """
      window.heard = [];
      window.advisor = window.advisor ||
        function () { (advisor.q = advisor.q || []).push(arguments); };
      advisor("on", "ready", () => heard.push("ready"));
      advisor("on", "message", message => heard.push(message.author + ": " + message.text));
      advisor("ask", "early bird");
    """
    site = await host_site(port, gateway.url, before=queue)
    chat = Chat(await browser_page(site.url))
    await expect(chat.answers).to_have_count(1)
    heard = await chat.page.evaluate("heard")
    assert heard == ["ready", "student: early bird", "assistant: You said: early bird"]


async def test_open_close_toggle_and_reset_can_be_called(chat: Chat) -> None:
    """The page's own buttons can do all that the launcher does."""
    page = chat.page
    await page.evaluate("advisor.close()")
    await expect(chat.panel).to_be_hidden()
    await page.evaluate("advisor.toggle()")
    await expect(chat.panel).to_be_visible()
    await page.evaluate("advisor.toggle()")
    await expect(chat.panel).to_be_hidden()
    await page.evaluate("advisor.open()")
    await chat.ask("one")
    await page.evaluate("advisor.reset()")
    await expect(chat.messages).to_have_count(0)
    with pytest.raises(
        Exception, match='no event "massage"; there are ready, open, close, message'
    ):
        await page.evaluate("advisor.on('massage', () => {})")


async def test_a_page_in_spanish_has_the_chat_in_spanish(
    make_gateway: GatewayFactory, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """Launcher, panel, sources and dates; a reader is told the language, and axe finds nothing."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    site = await host_site(port, gateway.url, attributes='data-locale="es-MX"')
    page = await browser_page(site.url)
    chat = Chat(page)
    await expect(chat.launcher).to_have_text("Haz una pregunta")
    await chat.open()
    await expect(chat.panel).to_have_attribute("lang", "es-MX")
    await expect(chat.panel).to_contain_text("Soy un asistente automático, no una persona.")
    answer = await chat.ask("how much is it")
    sources = answer.get_by_role("group", name="Fuente")
    await expect(sources).to_contain_text(re.compile(r"Vigente desde el \d+ de \w+ de \d{4}"))
    await expect(chat.box).to_have_accessible_name("Tu pregunta")
    found = await Axe().run(page, context="advisor-widget")
    assert found.violations_count == 0, found.generate_report()


async def test_attributes_set_place_language_and_words(
    make_gateway: GatewayFactory, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """data-* attributes choose side, direction, title and an open first visit."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    attributes = 'data-locale="ar" data-title="اسأل الكلية" data-open="true" data-theme="dark"'
    site = await host_site(port, gateway.url, attributes=attributes)
    chat = Chat(await browser_page(site.url))
    await chat.connected()
    await expect(chat.panel).to_have_accessible_name("اسأل الكلية")
    place = await chat.panel.bounding_box()
    assert place is not None
    assert place["x"] < WIDE["width"] / 4
    style = await chat.panel.evaluate(
        "shown => [getComputedStyle(shown).direction, getComputedStyle(shown).backgroundColor]"
    )
    assert style == ["rtl", "rgb(26, 29, 34)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_nothing_to_object_to(
    gateway: RunningGateway, browser_page: PageFactory, scheme: str, viewport: dict[str, int]
) -> None:
    """The launcher, answers, cards, ratings, the menu, every decision, a receipt, and offline."""
    page = await browser_page(f"{gateway.url}/", color_scheme=scheme, viewport=viewport)
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    await _expect_accessible(page)
    await chat.open()
    answer = await chat.ask("how much is it")
    await answer.locator("summary").first.click()
    await chat.ask("what is the meaning of life")
    cards = await chat.ask("online data programs")
    await _expect_accessible(page)
    await cards.get_by_role("button", name="No").click()
    for item in ("Talk to a person", "Erase my data", "Start a new conversation"):
        await chat.panel.get_by_role("button", name="More options").click()
        await _expect_accessible(page)
        await chat.panel.get_by_role("menuitem", name=item).click()
        await _expect_accessible(page)
        await chat.bar.get_by_role("button").last.click()
        if item == "Erase my data":
            await expect(chat.bar).to_contain_text("Your receipt")
            await _expect_accessible(page)
            await chat.bar.get_by_role("button").click()
            await chat.connected()
            await chat.ask("how much is it")
    await page.context.set_offline(True)
    await chat.write("offline")
    await expect(chat.bar).to_be_visible()
    await _expect_accessible(page)


async def _expect_accessible(page: Page) -> None:
    options: dict[str, Any] = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    }
    results = await Axe().run(page, options=options)
    found = [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
async def test_everything_that_is_pressed_is_large_enough(
    gateway: RunningGateway, browser_page: PageFactory, viewport: dict[str, int]
) -> None:
    """Buttons and disclosures of the panel measure at least 24 by 24 pixels (WCAG 2.5.8)."""
    chat = Chat(await browser_page(f"{gateway.url}/", viewport=viewport))
    await chat.open()
    await chat.ask("how much is it")
    await chat.ask("online data programs")
    await chat.ask("what is the meaning of life")
    await chat.panel.get_by_role("button", name="More options").click()
    await chat.panel.get_by_role("menuitem", name="Talk to a person").click()
    pressed = "button:visible, summary, .sources a, .mark, .bar a"
    sizes = await chat.panel.locator(pressed).evaluate_all(
        """shown => shown.map(one => {
             const { width, height } = one.getBoundingClientRect();
             return [one.textContent || one.ariaLabel, width, height];
           })"""
    )
    assert sizes
    assert [size for size in sizes if size[1] < 24 or size[2] < 24] == []


async def test_on_a_phone_the_panel_fills_the_page_and_keeps_the_focus(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """Full screen, modal, and Tab goes round inside it."""
    page = await browser_page(
        f"{gateway.url}/", viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    chat = Chat(page)
    await chat.launcher.tap()
    await chat.connected()
    await chat.ask("how much is it")
    place = await chat.panel.bounding_box()
    assert place == {"x": 0, "y": 0, **PHONE}
    await expect(chat.panel).to_have_attribute("aria-modal", "true")
    seen = set()
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("document.activeElement.localName")
        seen.add(focused)
    assert seen == {"advisor-widget"}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_no_page_scrolls_sideways(
    gateway: RunningGateway, browser_page: PageFactory, width: int
) -> None:
    """The demo page and an answer with a table fit at every width (WCAG 1.4.10)."""
    page = await browser_page(f"{gateway.url}/", viewport={"width": width, "height": 800})
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await chat.open()
    await chat.ask("how much is it")
    fits = "shown => shown.scrollWidth <= shown.clientWidth"
    assert await chat.panel.locator(".scroller").evaluate(fits)
    place = await chat.panel.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= width


async def test_the_launcher_covers_nothing_else_to_press(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """On a phone, before the demo page is scrolled."""
    page = await browser_page(f"{gateway.url}/", viewport=PHONE)
    place = await Chat(page).launcher.bounding_box()
    assert place is not None
    pressed = page.locator("a:visible, body button:visible:not(.launcher)")
    for one in await pressed.all():
        box = await one.bounding_box()
        assert box is not None
        beside = (
            box["x"] + box["width"] <= place["x"] or box["x"] >= place["x"] + place["width"],
            box["y"] + box["height"] <= place["y"] or box["y"] >= place["y"] + place["height"],
        )
        assert any(beside), await one.text_content()


async def test_the_panel_is_fetched_only_when_it_is_needed(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """A visitor who never opens the chat loads the launcher alone."""
    page = await browser_page(f"{gateway.url}/")
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    names = "performance.getEntriesByType('resource').map(one => one.name)"
    assert not [name for name in await page.evaluate(names) if "panel" in name]
    assert await chat.stored("session") is None
    await chat.open()
    assert [name for name in await page.evaluate(names) if name.endswith("/widget/panel.js")]


def test_every_text_that_the_panel_asks_for_is_there() -> None:
    """In English, which every other language's file is compared with; and none that nobody asks."""
    known = set(json.loads(ENGLISH.read_text(encoding="utf-8")))
    modules = [STATIC / "widget.js", *_imported(STATIC / "panel.js", set())]
    scripts = "".join(path.read_text(encoding="utf-8") for path in modules)
    asked = set(re.findall(r'\bsay\("(\w+)"', scripts))
    assert asked
    assert [key for key in asked if not {key, f"{key}_other"} & known] == []
    named = set(re.findall(r"\w+", scripts))
    plain = {re.sub("_(one|other)$", "", key) for key in known}
    assert [key for key in plain if key not in named and not key.startswith(COMPOSED)] == []


def test_launcher_and_panel_stay_within_their_budgets() -> None:
    """15 KB for the launcher, 90 KB for all that a click loads, both compressed."""
    launcher = _compressed(STATIC / "widget.js")
    modules = _imported(STATIC / "panel.js", set())
    panel = sum(_compressed(path) for path in {*modules, STATIC / "panel.css", ENGLISH})
    assert len(modules) > 1
    assert launcher <= LAUNCHER_BYTES
    assert panel <= PANEL_BYTES


def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))


def _imported(path: Path, found: set[Path]) -> set[Path]:
    found.add(path)
    for name in re.findall(r'from "\./([\w.]+)"', path.read_text()):
        if path.with_name(name) not in found:
            _imported(path.with_name(name), found)
    return found
