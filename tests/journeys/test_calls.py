"""Journeys through the calls and settings by which a site steers the chat on its pages."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from chat import Chat
from host_site import HostSite
from playwright.async_api import Page, expect
from running_gateway import RunningGateway
from scripted_bot import ScriptedBot

from benchmarks.ports import free_port
from channels.storage import Storage
from channels.transcript import Transcript
from channels.web.identity import seal
from channels.web.settings import WidgetSettings

PageFactory = Callable[..., Awaitable[Page]]
GatewayFactory = Callable[..., Awaitable[RunningGateway]]
SiteFactory = Callable[..., Awaitable[HostSite]]
SECRET = "a-secret-that-the-site-shares-with-us"


async def test_the_launcher_can_be_hidden_and_the_chat_still_be_used(chat: Chat) -> None:
    """A site with a button of its own needs no second one."""
    page = chat.page
    await page.evaluate("advisor('close'); advisor('hide')")
    await expect(chat.launcher).to_be_hidden()
    await page.evaluate("advisor('open')")
    await expect(chat.panel).to_be_visible()
    await page.evaluate("advisor('close'); advisor('show')")
    await expect(chat.launcher).to_be_visible()


async def test_a_message_can_be_sent_without_opening(
    gateway: RunningGateway, browser_page: PageFactory, bot: ScriptedBot
) -> None:
    """The answer waits as an unread message."""
    chat = Chat(await browser_page(f"{gateway.url}/"))
    await expect(chat.launcher).to_be_visible()
    await chat.page.evaluate("advisor('send', 'how much is it')")
    await expect(chat.badge).to_have_text("1")
    await expect(chat.panel).to_be_hidden()
    assert [turn["text"] for turn in bot.turns] == ["how much is it"]


async def test_events_are_told_until_they_are_not_wanted(chat: Chat) -> None:
    """`on` gives a way to stop, as `off` does; a listener that fails harms nobody."""
    page = chat.page
    await page.evaluate(
        """() => {
             window.heard = [];
             const note = name => advisor.on(name, value => heard.push([name, value?.text]));
             ["open", "close", "message"].forEach(note);
             window.stops = advisor("on", "close", () => heard.push(["stopped"]));
             window.listener = () => heard.push(["off"]);
             advisor("on", "close", listener);
             advisor("on", "message", () => { throw new Error("of the site"); });
             advisor("off", "close", listener);
             stops();
             advisor("close");
           }"""
    )
    await expect(chat.panel).to_be_hidden()
    await page.evaluate("advisor('open')")
    await chat.ask("one")
    assert await page.evaluate("heard") == [
        ["close", None],
        ["open", None],
        ["message", "one"],
        ["message", "You said: one"],
    ]


async def test_the_locale_can_change_while_somebody_writes(chat: Chat, bot: ScriptedBot) -> None:
    """All texts change; the conversation, the open panel and the draft stay."""
    await chat.ask("how much is it")
    await chat.box.fill("half a quest")
    await chat.page.evaluate("advisor('setLocale', 'es-MX')")
    await expect(chat.panel).to_have_attribute("lang", "es-MX")
    await expect(chat.answers).to_have_count(1)
    await expect(chat.box).to_have_value("half a quest")
    await expect(chat.box).to_have_accessible_name("Tu pregunta")
    await expect(chat.panel).to_have_count(1)
    await chat.ask("hola")
    assert bot.turns[-1]["language"] == "es-MX"
    await chat.page.evaluate("advisor('close')")
    await expect(chat.launcher).to_have_text("Haz una pregunta")
    await chat.page.evaluate("advisor('setLocale', 'en')")
    await expect(chat.launcher).to_have_text("Ask a question")


async def test_the_page_says_which_program_it_is_about(
    make_gateway: GatewayFactory,
    host_site: SiteFactory,
    browser_page: PageFactory,
    bot: ScriptedBot,
) -> None:
    """By an attribute, or by a call when the site shows another one without a reload."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    site = await host_site(port, gateway.url, attributes='data-program="MHC-DA101"')
    chat = Chat(await browser_page(site.url))
    await chat.open()
    await chat.ask("how much is it")
    await chat.page.evaluate("advisor('context', { program: 'MHC-UX110' })")
    await chat.ask("how much is it")
    await chat.page.evaluate("advisor('context', {})")
    await chat.ask("hello")
    assert [turn["program"] for turn in bot.turns] == ["MHC-DA101", "MHC-UX110", None]


def claim(origin: str, student: str) -> str:
    """Arguments of `identify`, as the site's server makes them."""
    expires = int(time.time()) + 600
    user = {"id": student, "expires": expires}
    return f"{json.dumps(user)}, {json.dumps(seal(SECRET, origin, student, expires))}"


async def test_a_student_who_has_signed_in_is_known_to_staff(
    make_gateway: GatewayFactory, browser_page: PageFactory
) -> None:
    """Before the panel is there or after; another student at this computer begins anew."""
    gateway = await make_gateway(identity_secret=SECRET)
    page = await browser_page(f"{gateway.url}/")
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    await page.evaluate(
        "window.known = []; void advisor('on', 'identified', name => known.push(name))"
    )
    await page.evaluate(f"advisor('identify', {claim(gateway.url, 's-1')})")
    await chat.open()
    await chat.ask("one")
    await page.evaluate(f"advisor('identify', {claim(gateway.url, 's-2')})")
    await expect(chat.messages).to_have_count(0)
    await chat.connected()
    await chat.ask("two")
    await page.evaluate("advisor('identify', { id: 's-3', expires: 9 }, 'forged')")
    await chat.ask("three")
    assert await page.evaluate("known") == ["s-1", "s-2"]
    said = {
        one.student: one.latest
        for one in await Transcript(Storage(gateway.database)).conversations(0, 9)
    }
    assert said == {"s-1": "one", "s-2": "three"}


async def test_nothing_is_left_of_a_chat_that_is_destroyed(chat: Chat) -> None:
    """No element, no line and no call; the script can be embedded again."""
    await chat.ask("one")
    await chat.page.evaluate("advisor('destroy')")
    await expect(chat.page.locator("advisor-widget")).to_have_count(0)
    assert await chat.page.evaluate("window.advisor") is None
    await chat.page.evaluate(
        """() => {
             const script = document.createElement("script");
             script.src = "/widget.js?again";
             script.nonce = document.querySelector("script[nonce]").nonce;
             document.head.append(script);
           }"""
    )
    await chat.connected()
    await expect(chat.answers).to_have_count(1)


async def test_the_operator_sets_colours_and_texts_for_every_page(
    make_gateway: GatewayFactory, browser_page: PageFactory
) -> None:
    """From `advisor.toml`: title, colour, questions to begin with, and words of a language."""
    widget = WidgetSettings(
        accent="#7a1f3d",
        title="Ask </script> us",
        position="left",
        starters=("Where do I begin?",),
        microphone=False,
        texts={"en": {"welcome": "Words of our own."}, "es": {"welcome": "Otras palabras."}},
    )
    gateway = await make_gateway(widget=widget)
    chat = Chat(await browser_page(f"{gateway.url}/"))
    await expect(chat.launcher).to_have_text("Ask </script> us")
    await chat.open()
    await expect(chat.panel).to_contain_text("Words of our own.")
    await expect(chat.panel.get_by_role("button", name="Where do I begin?")).to_be_visible()
    await expect(chat.panel.locator(".speak")).to_be_hidden()
    await chat.box.fill("how much")
    send = chat.panel.get_by_role("button", name="Send")
    colour = await send.evaluate("shown => getComputedStyle(shown).backgroundColor")
    assert colour == "rgb(122, 31, 61)"
    place = await chat.panel.bounding_box()
    assert place is not None
    assert place["x"] < 100
    await chat.page.evaluate("advisor('setLocale', 'es')")
    await expect(chat.panel).to_contain_text("Otras palabras.")
    await expect(chat.box).to_have_accessible_name("Tu pregunta")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#ffd400", "#e8e8e8", "#000000", "#00ff00"])
async def test_every_colour_can_be_read(
    make_gateway: GatewayFactory, browser_page: PageFactory, accent: str, scheme: str
) -> None:
    """Whatever an institution's colour is, axe finds no text that lacks contrast."""
    gateway = await make_gateway(widget=WidgetSettings(accent=accent))
    page = await browser_page(f"{gateway.url}/", color_scheme=scheme)
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    found = await Axe().run(page, context="advisor-widget")
    assert found.violations_count == 0, found.generate_report()
    await chat.open()
    await chat.ask("online data programs")
    found = await Axe().run(page, context="advisor-widget")
    assert found.violations_count == 0, found.generate_report()


ARABIC = {
    "launch": "اطرح سؤالاً",
    "placeholder": "اكتب سؤالك…",
    "welcome_title": "اسأل عن الشهادات المصغرة",
    "welcome": "أنا مساعد آلي ولست إنساناً.",
    "sources_other": "المصادر",
    "was_helpful": "هل كان هذا مفيداً؟",
    "helpful_yes": "نعم",
    "helpful_no": "لا",
}


async def test_a_page_that_runs_from_right_to_left(
    make_gateway: GatewayFactory, host_site: SiteFactory, browser_page: PageFactory
) -> None:
    """The whole panel is mirrored, nothing is cut off, and axe finds nothing."""
    port = free_port()
    gateway = await make_gateway(allowed_origins=(f"http://127.0.0.1:{port}",))
    settings = json.dumps({"locale": "ar", "strings": ARABIC}, ensure_ascii=False)
    site = await host_site(port, gateway.url, before=f"window.advisorSettings = {settings};")
    page = await browser_page(site.url)
    chat = Chat(page)
    await chat.open()
    answer = await chat.ask("online data programs")
    await expect(answer).to_contain_text("هل كان هذا مفيداً؟")

    async def edges(selector: str) -> dict[str, float]:
        found: dict[str, float] = await chat.panel.locator(selector).first.evaluate(
            """shown => { const { left, right } = shown.getBoundingClientRect();
                          return { left, right }; }"""
        )
        return found

    panel, send, close = await edges(".field"), await edges(".send"), await edges(".tool")
    emblem, own = await edges(".emblem"), await edges(".from-student .content")
    assert send["left"] - panel["left"] < 20
    assert close["right"] < emblem["left"]
    assert own["left"] - (await edges(".scroller"))["left"] < 40
    fits = "shown => shown.scrollWidth <= shown.clientWidth"
    assert await chat.panel.locator(".scroller").evaluate(fits)
    found = await Axe().run(page, context="advisor-widget")
    assert found.violations_count == 0, found.generate_report()


async def test_the_panel_keeps_above_a_phone_s_keyboard(
    gateway: RunningGateway, browser_page: PageFactory, browser_context: Callable[..., Any]
) -> None:
    """It takes the part of the page that is seen, also when the browser has moved the page."""
    context = await browser_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    await context.add_init_script(
        """const seen = Object.assign(new EventTarget(), { height: 844, offsetTop: 0 });
           Object.defineProperty(window, "visualViewport", { value: seen });
           window.keyboard = (height, offsetTop) => {
             Object.assign(seen, { height, offsetTop });
             seen.dispatchEvent(new Event("resize"));
           };"""
    )
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.launcher.tap()
    await chat.connected()
    await chat.page.evaluate("keyboard(500, 40)")
    place = await chat.panel.bounding_box()
    assert place == {"x": 0, "y": 40, "width": 390, "height": 500}
    box = await chat.box.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 540
    await chat.page.evaluate("keyboard(844, 0)")
    assert await chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
async def test_nothing_moves_for_who_wants_less_motion(
    gateway: RunningGateway, browser_page: PageFactory, bot: ScriptedBot, motion: str, moves: bool
) -> None:
    """The panel does not rise, the dots stand still, the launcher does not glide."""
    chat = Chat(await browser_page(f"{gateway.url}/", reduced_motion=motion))
    moving = """shown => { const { animationName, transitionDuration } = getComputedStyle(shown);
                           return animationName !== "none" || transitionDuration !== "0s"; }"""
    assert await chat.launcher.evaluate(moving) is moves
    await chat.open()
    assert await chat.panel.evaluate(moving) is moves
    bot.gate.clear()
    await chat.write("one")
    assert await chat.panel.locator(".dot").first.evaluate(moving) is moves
    bot.gate.set()
    await expect(chat.answers).to_have_count(1)
