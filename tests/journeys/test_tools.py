"""Journeys with what stands beside the messages: rating, a person, keeping, erasing, speech."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from chat import PHONE, Chat
from playwright.async_api import BrowserContext, Page, expect
from running_gateway import RunningGateway
from scripted_bot import QUOTE, ScriptedBot

from channels.settings import InstitutionSettings

PageFactory = Callable[..., Awaitable[Page]]
GatewayFactory = Callable[..., Awaitable[RunningGateway]]
ContextFactory = Callable[..., Awaitable[BrowserContext]]


MOST_TABS = 40


async def choose(chat: Chat, item: str) -> None:
    """Press an item of the menu."""
    await chat.panel.get_by_role("button", name="More options").click()
    await chat.panel.get_by_role("menuitem", name=item).click()


async def test_an_answer_that_did_not_help_is_rated_with_a_reason(
    chat: Chat, gateway: RunningGateway, tmp_path: Path
) -> None:
    """No, then why: both with the keyboard; it stands in the transcript and is not asked again."""
    answer = await chat.ask("how much is it")
    question = answer.get_by_role("group", name="Was this helpful?")
    await question.get_by_role("button", name="No").press("Enter")
    why = answer.get_by_role("group", name="What was wrong?")
    await expect(why.get_by_role("button").first).to_be_focused()
    await why.get_by_role("button", name="Something is missing").press("Enter")
    await expect(answer).to_contain_text("Thank you for telling us.")
    await expect(chat.live).to_contain_text("Thank you for telling us.")
    await chat.page.reload()
    await expect(chat.answers).to_have_count(1)
    await expect(chat.panel.get_by_role("group", name="Was this helpful?")).to_have_count(0)
    with sqlite3.connect(tmp_path / "gateway.sqlite") as database:
        rated = database.execute("SELECT helpful, helpful_reason FROM messages WHERE seq = 2")
        assert rated.fetchall() == [(0, "incomplete")]


async def test_a_rating_in_one_tab_is_not_asked_for_in_another(
    chat: Chat, gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """The question goes away in every tab that shows the answer."""
    second = Chat(await browser_page(f"{gateway.url}/", context=chat.page.context))
    await chat.page.bring_to_front()
    answer = await chat.ask("how much is it")
    question = second.panel.get_by_role("group", name="Was this helpful?")
    await expect(question).to_have_count(1)
    await answer.get_by_role("button", name="Yes").click()
    await expect(question).to_have_count(0)


async def test_small_talk_is_not_asked_about(chat: Chat) -> None:
    """Neither a plain reply nor an honest "not found" can be rated."""
    await chat.ask("hello")
    await chat.ask("what is the meaning of life")
    await expect(chat.panel.get_by_role("group", name="Was this helpful?")).to_have_count(0)


async def test_a_person_is_asked_for_with_the_wait_in_view(
    make_gateway: GatewayFactory, browser_page: PageFactory, bot: ScriptedBot
) -> None:
    """Hours, usual wait and the other ways first; then the head says who is waited for."""
    place = InstitutionSettings(expected_wait="about 10 minutes")
    gateway = await make_gateway(institution=place)
    chat = Chat(await browser_page(f"{gateway.url}/"))
    await chat.open()
    await choose(chat, "Talk to a person")
    await expect(chat.bar).to_contain_text("A person answers Monday to Friday, 9:00–17:00.")
    await expect(chat.bar).to_contain_text("The usual wait is about 10 minutes.")
    link = chat.bar.get_by_role("link", name=place.email)
    await expect(link).to_have_attribute("href", f"mailto:{place.email}")
    await chat.bar.get_by_role("button", name="Not now").click()
    await expect(chat.bar).to_be_hidden()
    assert bot.turns == []
    await choose(chat, "Talk to a person")
    await chat.bar.get_by_role("button", name="Ask for a person").click()
    await expect(chat.panel.locator(".kind-handover")).to_be_visible()
    await expect(chat.panel.locator(".disclosure")).to_have_text("You have asked for a person")
    assert [turn["payload"] for turn in bot.turns] == ["/talk_to_person"]


async def test_the_conversation_is_kept_as_a_text_with_its_sources(
    chat: Chat, gateway: RunningGateway
) -> None:
    """Who said what and when, and under an answer each source with dates, address and words."""
    await chat.ask("how much is it")
    async with chat.page.expect_download() as saved:
        await choose(chat, "Download this conversation")
    download = await saved.value
    assert download.suggested_filename == "conversation.txt"
    text = await asyncio.to_thread(Path(await download.path()).read_text, "utf-8")
    for words in (
        "Maple Harbor College (fictional)",
        "You, ",
        "how much is it",
        "| Tuition, 6 credits | $1,140 |",
        "[1] Data Analytics Foundations",
        "In force from 1 July 2026. Last checked 12 October 2026",
        f"{gateway.url}/sources/MHC-DA101",
        f"“{QUOTE}”",
        "https://www.maple-harbor.example/tuition",
    ):
        assert words in text, words
    assert text.index("how much is it") < text.index("[1] Data Analytics Foundations")


async def test_a_student_erases_everything_and_gets_a_receipt(
    chat: Chat, gateway: RunningGateway, bot: ScriptedBot, tmp_path: Path
) -> None:
    """After asking once more: nothing is left here, at the gateway, or with the bot."""
    await chat.ask("my name is quartzella")
    before = await chat.page.evaluate("JSON.stringify(localStorage)")
    await choose(chat, "Erase my data")
    await expect(chat.bar.get_by_role("button", name="Keep it")).to_be_focused()
    await chat.bar.get_by_role("button", name="Keep it").click()
    await expect(chat.answers).to_have_count(1)
    await choose(chat, "Erase my data")
    await chat.bar.get_by_role("button", name="Erase it").click()
    await expect(chat.bar).to_contain_text("2 messages were erased. Your receipt: e_")
    await expect(chat.messages).to_have_count(0)
    receipt = ((await chat.bar.inner_text()).split("receipt: ")[1]).split()[0]
    await chat.bar.get_by_role("button", name="All right").click()
    await chat.connected()
    assert len(bot.forgotten) == 1
    assert bot.forgotten[0] in before
    with sqlite3.connect(tmp_path / "gateway.sqlite") as database:
        kept = database.execute("SELECT id, conversation_id FROM erasures").fetchall()
        words = database.execute("SELECT text FROM messages").fetchall()
    assert (kept, words) == ([(receipt, bot.forgotten[0])], [])
    await chat.ask("a new beginning")
    assert await chat.texts() == ["a new beginning", "You said: a new beginning"]


async def test_nothing_is_said_to_be_erased_without_a_line(chat: Chat) -> None:
    """Offline the wish is not kept for later: it is told that nothing happened."""
    await chat.ask("one")
    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline")
    await choose(chat, "Erase my data")
    await chat.bar.get_by_role("button", name="Erase it").click()
    await expect(chat.bar).to_contain_text("Nothing was erased")
    await expect(chat.answers).to_have_count(1)


SPEECH = """
  window.spoken = [];
  const voice = { lang: "en-US", localService: true, name: "A voice" };
  const synthesis = new EventTarget();
  Object.assign(synthesis, {
    voices: [],
    getVoices() { return this.voices; },
    speak(said) { spoken.push(said.text); this.said = said; },
    cancel() { this.said?.onend?.(); this.said = null; },
  });
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  window.giveVoice = () => {
    synthesis.voices = [voice];
    synthesis.dispatchEvent(new Event("voiceschanged"));
  };
  window.SpeechRecognition = class {
    start() { window.ear = this; }
    stop() { this.onend(); }
  };
  window.hear = words => ear.onresult({ results: [[{ transcript: words }]] });
"""


async def test_answers_are_read_aloud_where_the_browser_has_a_voice(
    gateway: RunningGateway, browser_page: PageFactory, browser_context: ContextFactory
) -> None:
    """Without a voice nothing is offered; with one an answer is read, and stops when pressed."""
    context = await browser_context()
    await context.add_init_script(SPEECH)
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.open()
    answer = await chat.ask("how much is it")
    button = answer.get_by_role("button", name="Read aloud")
    await expect(button).to_be_hidden()
    await chat.page.evaluate("giveVoice()")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    assert "$1,200" in (await chat.page.evaluate("spoken"))[0]
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_a_question_can_be_spoken_after_agreeing(
    gateway: RunningGateway, browser_page: PageFactory, browser_context: ContextFactory
) -> None:
    """It is told once where the sound may go; what was heard stands in the box, to be sent."""
    context = await browser_context()
    await context.add_init_script(SPEECH)
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.open()
    speak = chat.panel.get_by_role("button", name="Speak your question")
    await speak.click()
    await expect(chat.bar).to_contain_text("may send the sound to its maker")
    await chat.bar.get_by_role("button", name="Speak").click()
    await expect(speak).to_have_attribute("aria-pressed", "true")
    await chat.page.evaluate("hear('how much')")
    await chat.page.evaluate("hear('how much is it')")
    await expect(chat.box).to_have_value("how much is it")
    await speak.click()
    await expect(speak).to_have_attribute("aria-pressed", "false")
    await chat.box.press("Enter")
    await expect(chat.answers).to_have_count(1)
    await speak.click()
    await expect(chat.bar).to_be_hidden()
    await chat.page.evaluate("ear.onerror({ error: 'not-allowed' }); ear.onend()")
    await expect(chat.bar).to_contain_text("Your browser could not listen")


async def test_nobody_is_offered_to_speak_where_the_browser_cannot_listen(
    gateway: RunningGateway, browser_page: PageFactory, browser_context: ContextFactory
) -> None:
    """The button is not there, rather than there and useless."""
    context = await browser_context()
    await context.add_init_script(
        "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"
    )
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.open()
    await expect(chat.panel.locator(".speak")).to_be_hidden()


async def test_programs_are_shown_as_cards(chat: Chat) -> None:
    """Each with its facts as terms; the number of a source in the text leads to that source."""
    answer = await chat.ask("online data programs")
    cards = answer.locator(".card")
    await expect(cards).to_have_count(2)
    first = answer.get_by_role("group", name="1. Data Analytics Foundations")
    await expect(first.locator("dt")).to_have_text(["Cost", "Length", "Next start", "Delivery"])
    await expect(first.locator("dd").first).to_have_text("$1,200")
    await expect(first).to_contain_text("Fits: online; about data")
    await expect(answer.locator(".body > p").last).to_contain_text("in force from 1 July 2026")
    mark = first.get_by_role("link", name="Source 1: Data Analytics Foundations. In force from")
    async with chat.page.context.expect_page() as opened:
        await mark.click()
    source = await opened.value
    await expect(source.locator("mark").first).to_be_visible()
    await expect(source.locator("body")).to_contain_text("1 July 2026")


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_cards_and_their_facts_fit_at_every_width(
    gateway: RunningGateway, browser_page: PageFactory, width: int
) -> None:
    """Nothing of them scrolls sideways (WCAG 1.4.10)."""
    chat = Chat(await browser_page(f"{gateway.url}/", viewport={"width": width, "height": 800}))
    await chat.open()
    await chat.ask("online data programs")
    fits = "shown => shown.scrollWidth <= shown.clientWidth"
    assert await chat.panel.locator(".scroller").evaluate(fits)


async def test_the_chat_can_be_made_larger_for_tables(chat: Chat) -> None:
    """And small again; a phone has no use for it."""
    small = await chat.panel.bounding_box()
    button = chat.panel.get_by_role("button", name="Make the chat larger")
    await button.click()
    large = await chat.panel.bounding_box()
    assert small is not None
    assert large is not None
    assert large["width"] > small["width"] * 1.5
    await button.click()
    assert await chat.panel.bounding_box() == small
    await chat.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict will do
    await expect(button).to_be_hidden()


async def test_all_that_stands_beside_messages_can_be_used_with_the_keyboard_alone(
    chat: Chat, bot: ScriptedBot
) -> None:
    """Rate, make larger, ask for a person and think better of it, erase: Tab, arrows and Enter."""
    keyboard = chat.page.keyboard

    async def tab_to(words: str, *, back: bool = False) -> None:
        for _ in range(MOST_TABS):
            await keyboard.press("Shift+Tab" if back else "Tab")
            found = await chat.page.evaluate(
                """() => { let at = document.activeElement;
                           while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                           return at.ariaLabel || at.textContent; }"""
            )
            if words in found:
                return
        pytest.fail(f"no way to {words}")

    async def pick(downs: int) -> None:
        await tab_to("More options", back=True)
        await keyboard.press("Enter")
        for _ in range(downs):
            await keyboard.press("ArrowDown")
        await keyboard.press("Enter")

    answer = await chat.ask("how much is it")
    await tab_to("Yes", back=True)
    await keyboard.press("Enter")
    await expect(answer).to_contain_text("Thank you for telling us.")
    await tab_to("Make the chat larger", back=True)
    await keyboard.press("Enter")
    await expect(chat.panel).to_have_class("panel is-larger")
    await chat.box.focus()
    await pick(0)
    await tab_to("Not now")
    await keyboard.press("Enter")
    await expect(chat.box).to_be_focused()
    await pick(2)
    await tab_to("Erase it")
    await keyboard.press("Enter")
    await expect(chat.bar).to_contain_text("Your receipt: e_")
    await expect(chat.bar.get_by_role("button", name="All right")).to_be_focused()
    await keyboard.press("Enter")
    await expect(chat.box).to_be_focused()
    assert [turn["text"] for turn in bot.turns] == ["how much is it"]


async def test_a_whole_visit_on_a_phone(
    gateway: RunningGateway, browser_page: PageFactory, bot: ScriptedBot
) -> None:
    """By touch: a starter, cards, a source and back, a rating, a person, and close."""
    page = await browser_page(
        f"{gateway.url}/", viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    chat = Chat(page)
    await chat.launcher.tap()
    await chat.connected()
    bot.replies["How do I apply?"] = bot.replies["online data programs"]
    await chat.panel.get_by_role("button", name="How do I apply?").tap()
    answer = chat.answers.first
    await expect(answer.locator(".card")).to_have_count(2)
    async with page.context.expect_page() as opened:
        await answer.locator(".mark").first.tap()
    source = await opened.value
    await expect(source.locator("mark").first).to_be_visible()
    await source.close()
    await answer.get_by_role("button", name="No").tap()
    await answer.get_by_role("button", name="I asked something else").tap()
    await expect(answer).to_contain_text("Thank you for telling us.")
    await chat.panel.get_by_role("button", name="More options").tap()
    await chat.panel.get_by_role("menuitem", name="Talk to a person").tap()
    await chat.bar.get_by_role("button", name="Ask for a person").tap()
    await expect(chat.panel.locator(".kind-handover")).to_be_visible()
    await chat.panel.get_by_role("button", name="Close chat").tap()
    await expect(chat.launcher).to_be_visible()


async def test_the_head_says_who_is_expected_to_speak(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """A person is waited for, then answers; the assistant's next words take it back."""
    page = await browser_page(f"{gateway.url}/")
    shown = await page.evaluate(
        """async () => {
             const { Speaker } = await import("/widget/standing.js");
             const shown = [];
             const speaker = new Speaker(key => key, words => shown.push(words));
             for (const [author, kind] of [
               ["assistant", "answer"], ["assistant", "handover"], ["student", "text"],
               ["assistant", "answer"], ["person", "text"], ["student", "text"],
               ["assistant", "text"], ["system", "handover"],
             ]) speaker.heard({ author, kind });
             speaker.reset();
             return shown;
           }"""
    )
    assert shown == ["waiting_for_person", "with_person", "", "waiting_for_person", ""]
