"""Journeys through the chat widget: a real browser, the real gateway, a scripted bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from chat import Chat
from playwright.async_api import BrowserContext, Page, WebSocketRoute, expect
from running_gateway import RunningGateway
from scripted_bot import HOSTILE_MARKUP, QUOTE, ScriptedBot, said

PageFactory = Callable[..., Awaitable[Page]]
MOST_TABS = 40


async def test_the_chat_can_be_used_with_the_keyboard_alone(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """Tab to the launcher, ask, read back with the arrows, follow a source, close."""
    page = await browser_page(f"{gateway.url}/")
    chat = Chat(page)
    await expect(chat.launcher).to_be_visible()
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if (await chat.focused())["class"] == "launcher":
            break
    await page.keyboard.press("Enter")
    await expect(chat.box).to_be_focused()

    await page.keyboard.type("how much is it")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    await expect(chat.answers).to_have_count(1)
    await expect(chat.box).to_be_focused()

    await page.keyboard.press("Shift+Tab")
    for _ in range(MOST_TABS):
        if "message" in (await chat.focused())["class"].split():
            break
        await page.keyboard.press("Shift+Tab")
    await expect(chat.answers.first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(chat.own.first).to_be_focused()
    await page.keyboard.press("End")
    await expect(chat.answers.first).to_be_focused()

    async with page.context.expect_page() as opened:
        for _ in range(MOST_TABS):
            await page.keyboard.press("Tab")
            if "Data Analytics Foundations" in (await chat.focused())["text"]:
                break
        await page.keyboard.press("Enter")
    source = await opened.value
    await expect(source.locator("mark").first).to_be_visible()

    await page.bring_to_front()
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_an_answer_stands_with_its_sources(chat: Chat) -> None:
    """Table, list, and each source with its dates, its words and a link to a new tab."""
    answer = await chat.ask("how much is it")

    await expect(answer.locator("td", has_text="$1,140")).to_be_visible()
    sources = answer.get_by_role("group", name="Sources").get_by_role("listitem")
    await expect(sources).to_have_count(2)
    first, second = sources.nth(0), sources.nth(1)
    await expect(first).to_contain_text("In force from 1 July 2026")
    await expect(first).to_contain_text("Last checked 12 October 2026")
    await expect(second).to_contain_text("In force from 1 July 2026 to 30 June 2027")
    await expect(first.locator("blockquote")).to_be_hidden()
    await first.locator("summary").click()
    await expect(first.locator("blockquote")).to_have_text(QUOTE)
    await first.locator("summary").click()
    link = second.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://www.maple-harbor.example/tuition")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(chat.live).to_contain_text("$1,200")


async def test_a_source_opens_the_published_page_at_the_quote(chat: Chat) -> None:
    """The link leads to the gateway's own page of the document, with the quote marked."""
    answer = await chat.ask("how much is it")
    async with chat.page.context.expect_page() as opened:
        await answer.get_by_role("link", name="Data Analytics Foundations").click()
    source = await opened.value
    await expect(source.get_by_role("heading", level=1)).to_have_text("Data Analytics Foundations")
    await expect(source.locator("mark").first).to_be_visible()
    assert source.url.endswith("#MHC-DA101%230")


async def test_a_restart_of_the_gateway_loses_and_doubles_nothing(
    chat: Chat, gateway: RunningGateway, bot: ScriptedBot
) -> None:
    """A turn under way and a message written meanwhile are both there afterwards, once."""
    await chat.ask("one")
    bot.gate.clear()
    await chat.write("two")
    await expect(chat.own).to_have_count(2)
    await expect(chat.own.nth(1)).to_have_attribute("data-seq", "3")
    await gateway.stop()
    await expect(chat.panel).to_have_attribute("data-state", "reconnecting")
    await chat.write("three")
    await expect(chat.own.nth(2)).to_have_attribute("data-status", "waiting")
    bot.gate.set()
    await gateway.start()

    await chat.connected()
    await expect(chat.answers).to_have_count(3)
    said_by_bot = ["You said: one", "You said: two", "You said: three"]
    texts = await chat.texts()
    assert sorted(texts) == sorted(["one", "two", "three", *said_by_bot])
    assert [text for text in texts if text in said_by_bot] == said_by_bot
    assert await chat.seqs() == [1, 2, 3, 4, 5, 6]
    assert await chat.stored("read") == "6"


async def test_what_happened_while_offline_is_replayed(chat: Chat, bot: ScriptedBot) -> None:
    """An answer given while the browser was offline appears once it is back, once."""
    bot.gate.clear()
    await chat.write("one")
    await expect(chat.own.first).to_have_attribute("data-seq", "1")
    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline")
    await chat.write("two")
    await expect(chat.own.nth(1)).to_contain_text("Will be sent when you are connected again")
    bot.gate.set()
    await chat.page.context.set_offline(False)

    await expect(chat.answers).to_have_count(2)
    await expect(chat.bar).to_be_hidden()
    assert sorted(await chat.texts()) == ["You said: one", "You said: two", "one", "two"]
    assert [turn["text"] for turn in bot.turns] == ["one", "two"]


async def test_a_message_written_offline_survives_a_reload(
    chat: Chat, gateway: RunningGateway, bot: ScriptedBot
) -> None:
    """What was not sent before the page went away is sent by the next one."""
    await chat.ask("one")
    await chat.page.context.set_offline(True)
    await chat.write("two")
    await expect(chat.own.nth(1)).to_have_attribute("data-status", "waiting")
    await chat.page.context.set_offline(False)
    await gateway.stop()
    await gateway.start()
    await chat.page.reload()

    await expect(chat.answers).to_have_count(2)
    assert await chat.texts() == ["one", "You said: one", "two", "You said: two"]
    assert [turn["text"] for turn in bot.turns] == ["one", "two"]


async def test_a_frame_that_comes_twice_is_shown_once(
    gateway: RunningGateway,
    browser_page: PageFactory,
    browser_context: Callable[..., Awaitable[BrowserContext]],
) -> None:
    """Messages are told apart by their seq, whatever a proxy or a replay repeats."""
    context = await browser_context()

    def repeat_all(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def repeat(frame: str | bytes) -> None:
            line.send(frame)
            line.send(frame)

        server.on_message(repeat)

    await context.route_web_socket("**/chat/socket", repeat_all)
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.open()
    await chat.ask("one")
    await chat.ask("two")
    assert await chat.texts() == ["one", "You said: one", "two", "You said: two"]


async def test_a_message_without_confirmation_fails_and_can_be_sent_again(
    gateway: RunningGateway,
    browser_page: PageFactory,
    browser_context: Callable[..., Awaitable[BrowserContext]],
    bot: ScriptedBot,
) -> None:
    """When nothing comes back it says so; the second try keeps the id of the first."""
    context = await browser_context()
    swallowed: list[str | bytes] = []
    swallows = True

    def lose_messages(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def lose(frame: str | bytes) -> None:
            if swallows and json.loads(frame)["type"] == "message":
                swallowed.append(frame)
            else:
                passed.append(frame)
                server.send(frame)

        line.on_message(lose)

    passed: list[str | bytes] = []
    await context.route_web_socket("**/chat/socket", lose_messages)
    await context.clock.install()
    chat = Chat(await browser_page(f"{gateway.url}/", context=context))
    await chat.open()
    await chat.write("one")
    await expect(chat.own.first).to_have_attribute("data-status", "sending")
    await context.clock.fast_forward(16_000)
    failed = chat.panel.locator("[data-status=failed]")
    await expect(failed).to_contain_text("no answer from the server")
    swallows = False
    await failed.get_by_role("button", name="Try again").click()
    await expect(chat.answers).to_have_count(1)
    assert len(bot.turns) == len(swallowed) == 1
    assert json.loads(swallowed[0]) in [json.loads(frame) for frame in passed]


async def test_two_tabs_show_one_conversation(
    chat: Chat, gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """What is written in one tab, and its answer, appear in the other, once."""
    second = Chat(await browser_page(f"{gateway.url}/", context=chat.page.context))
    await second.connected()
    await chat.ask("from the first")
    await expect(second.answers).to_have_count(1)
    await second.ask("from the second")
    await expect(chat.answers).to_have_count(2)
    assert await chat.texts() == await second.texts()
    assert await chat.seqs() == await second.seqs() == [1, 2, 3, 4]


async def test_tabs_that_open_together_share_one_session(
    gateway: RunningGateway,
    browser_page: PageFactory,
    browser_context: Callable[..., Awaitable[BrowserContext]],
) -> None:
    """Two first visits at the same moment do not become two conversations."""
    context = await browser_context()
    pages = [await browser_page(f"{gateway.url}/", context=context) for _ in range(2)]
    chats = [Chat(page) for page in pages]
    for page in pages:
        await page.evaluate("advisor('open')")
    for one in chats:
        await one.connected()
    await chats[0].ask("hello")
    await expect(chats[1].answers).to_have_count(1)


async def test_history_and_open_state_survive_a_reload(chat: Chat, bot: ScriptedBot) -> None:
    """After a reload the panel is open with the same messages; nothing is read aloud again."""
    await chat.ask("how much is it")
    before = await chat.texts()
    await chat.page.reload()
    await expect(chat.answers).to_have_count(1)
    assert await chat.texts() == before
    await expect(chat.live).to_have_text("")
    assert (await chat.focused())["tag"] == "body"
    assert len(bot.turns) == 1


async def test_a_quick_reply_asks_its_question(chat: Chat, bot: ScriptedBot) -> None:
    """A choice sends the question that it stands for, and the choices go away."""
    answer = await chat.ask("what is the meaning of life")
    await expect(answer).to_contain_text("Not found in the published information")
    choices = chat.panel.get_by_role("group", name="Suggestions").get_by_role("button")
    await expect(choices).to_have_count(2)
    await choices.filter(has_text="Paying in parts").click()
    await expect(chat.answers).to_have_count(2)
    await expect(choices).to_have_count(0)
    await expect(chat.box).to_be_focused()
    assert bot.turns[1]["text"] == "is there a payment plan"


async def test_a_choice_with_a_command_is_sent_as_one(chat: Chat, bot: ScriptedBot) -> None:
    """A payload that was offered reaches the bot; the reader sees the label."""
    offered = {"label": "Compare", "text": "Compare", "payload": "/compare"}
    bot.replies["hello"] = [said("Shall I compare?", offered)]
    await chat.ask("hello")
    await chat.panel.get_by_role("button", name="Compare").click()
    await expect(chat.answers).to_have_count(2)
    assert bot.turns[1]["payload"] == "/compare"
    await expect(chat.own.nth(1).locator(".body")).to_have_text("Compare")


async def test_a_refused_message_can_be_sent_again(
    make_gateway: Callable[..., Awaitable[RunningGateway]],
    browser_page: PageFactory,
    bot: ScriptedBot,
) -> None:
    """A message that came too fast says so and offers another try, which counts once."""
    gateway = await make_gateway(session_burst=1, session_per_minute=60)
    chat = Chat(await browser_page(f"{gateway.url}/"))
    await chat.open()
    await chat.page.evaluate("advisor('ask', 'one'); advisor('ask', 'two');")
    failed = chat.panel.locator("[data-status=failed]")
    await expect(failed).to_contain_text("that was quick")
    while await failed.count():
        await failed.get_by_role("button", name="Try again").click()
        await expect(chat.panel.locator("[data-status=sending]")).to_have_count(0)
    await expect(chat.answers).to_have_count(2)
    assert sorted(turn["text"] for turn in bot.turns) == ["one", "two"]


async def test_files_of_an_answer_are_saved(chat: Chat, bot: ScriptedBot) -> None:
    """A calendar that comes with a plan is saved under its name, letter for letter."""
    text = "BEGIN:VCALENDAR\r\nSUMMARY:50 % off, é & #\r\nEND:VCALENDAR\r\n"
    file = {"name": "plan.ics", "media_type": "text/calendar", "text": text}
    bot.replies["plan it"] = [
        {"custom": {"type": "answer", "text": "A plan", "kind": "plan", "citations": [],
                    "files": [file]}}
    ]  # fmt: skip
    answer = await chat.ask("plan it")
    async with chat.page.expect_download() as saved:
        await answer.get_by_role("link", name="plan.ics").click()
    download = await saved.value
    assert download.suggested_filename == "plan.ics"
    content = await asyncio.to_thread(Path(await download.path()).read_bytes)
    assert content == text.encode()


async def test_hostile_text_stays_text(
    gateway: RunningGateway, browser_page: PageFactory, bot: ScriptedBot
) -> None:
    """Neither an answer, a choice, a source nor the student's own words can run a script.

    The page's content security policy is off, so that nothing but the widget stands in the way.
    """
    chat = Chat(await browser_page(f"{gateway.url}/", bypass_csp=True))
    await chat.open()
    hostile_choice = {"label": HOSTILE_MARKUP, "text": "x", "payload": None}
    bot.replies["attack"] = [said(HOSTILE_MARKUP, hostile_choice)]
    citation = {"title": HOSTILE_MARKUP, "quote": HOSTILE_MARKUP, "url": "javascript:stolen=1"}
    bot.replies["source"] = [
        {"custom": {"type": "answer", "text": "x", "kind": "quote", "citations": [citation]}}
    ]
    await chat.ask("attack")
    await chat.ask("source")
    await chat.ask(HOSTILE_MARKUP)
    forbidden = chat.panel.locator("script, img, iframe, object, [onerror], [onload]")
    await expect(forbidden).to_have_count(0)
    await expect(chat.panel.locator("a[href^='javascript']")).to_have_count(0)
    await expect(chat.own.last.locator(".body")).to_have_text(HOSTILE_MARKUP)
    assert await chat.page.evaluate("window.stolen") is None


async def test_the_widget_does_not_rely_on_the_server_alone(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """HTML that a broken server would send loses everything that could run."""
    page = await browser_page(f"{gateway.url}/", bypass_csp=True)
    copied = await page.evaluate(
        """async () => {
             window.x = () => { window.ran = true; };
             const { fragmentOf } = await import("/widget/markup.js");
             const holder = document.createElement("div");
             holder.append(fragmentOf(
               "<p onclick='x()'>a <b style='color:red'>b</b><img src=x onerror='x()'>" +
               "<a href=' javascript:x()'>c</a><a href='/d' onmouseover='x()'>d</a></p>" +
               "<script>x()<" + "/script><svg><p>e</p></svg><math><mtext>f</mtext></math>" +
               "<form action='//evil'><button>g</button></form>",
               location.origin, "new tab"));
             return holder.innerHTML;
           }"""
    )
    assert await page.evaluate("window.ran") is None
    assert copied == (
        f'<p>a <b>b</b><a>c</a><a href="{gateway.url}/d" target="_blank" '
        'rel="noopener noreferrer" title="new tab">d</a></p><p>e</p>g'
    )


async def test_unread_messages_are_counted_on_the_launcher(chat: Chat, bot: ScriptedBot) -> None:
    """An answer to a closed panel shows as a number, also after a reload, until it is opened."""
    await chat.page.evaluate(
        "window.counts = []; void advisor('on', 'unread', n => counts.push(n))"
    )
    bot.gate.clear()
    await chat.write("one")
    await expect(chat.own.first).to_have_attribute("data-seq", "1")
    await chat.panel.get_by_role("button", name="Close chat").click()
    bot.gate.set()
    await expect(chat.badge).to_have_text("1")
    await expect(chat.launcher).to_have_accessible_name("Ask a question, 1 unread message")
    assert (await chat.page.evaluate("counts"))[-1] == 1

    await chat.page.reload()
    await expect(chat.badge).to_have_text("1")
    await chat.open()
    await chat.panel.get_by_role("button", name="Close chat").click()
    await expect(chat.badge).to_be_hidden()


async def test_an_unknown_session_is_replaced(chat: Chat) -> None:
    """A token that the gateway does not know leads to a new conversation, not to a dead end."""
    await chat.ask("one")
    old = json.loads(await chat.stored("session") or "{}")
    await chat.page.evaluate(
        """() => {
             const key = Object.keys(localStorage).find(name => name.endsWith(":session"));
             localStorage.setItem(key, JSON.stringify({ token: "x".repeat(43) }));
           }"""
    )
    await chat.page.reload()
    await chat.connected()
    await chat.ask("two")
    assert await chat.texts() == ["two", "You said: two"]
    new = json.loads(await chat.stored("session") or "{}")
    assert new["conversation"] != old["conversation"]


async def test_a_new_conversation_forgets_the_old_one_in_every_tab(
    chat: Chat, gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """The menu's restart asks first, then clears this tab and the others."""
    second = Chat(await browser_page(f"{gateway.url}/", context=chat.page.context))
    await chat.page.bring_to_front()
    await chat.ask("one")
    await expect(second.answers).to_have_count(1)
    await chat.panel.get_by_role("button", name="More options").click()
    await chat.panel.get_by_role("menuitem", name="Start a new conversation").click()
    await chat.panel.get_by_role("button", name="Start again").click()
    await expect(chat.messages).to_have_count(0)
    await expect(second.messages).to_have_count(0)
    await chat.connected()
    await chat.ask("two")
    await expect(second.answers).to_have_count(1)
    assert await second.texts() == ["two", "You said: two"]


async def test_the_menu_leads_to_a_person_even_without_the_bot(
    chat: Chat, bot: ScriptedBot
) -> None:
    """With the bot down a question gets an apology, and the menu the institution's contact."""
    bot.failing = True
    await chat.ask("how much is it")
    await expect(chat.panel.locator(".kind-apology")).to_be_visible()
    await chat.panel.get_by_role("button", name="More options").press("Enter")
    await chat.page.keyboard.press("Enter")
    await expect(chat.bar).to_contain_text("A person answers Monday to Friday, 9:00–17:00.")
    await expect(chat.bar).to_contain_text("How long that will be is not known.")
    await chat.page.keyboard.press("Enter")
    handover = chat.panel.locator(".kind-handover")
    await expect(handover).to_contain_text("advising@maple-harbor.example")
    bot.failing = False
    await chat.ask("how much is it")
    await expect(chat.panel.locator(".kind-answer")).to_have_count(1)


async def test_typing_is_shown_while_an_answer_is_made(chat: Chat, bot: ScriptedBot) -> None:
    """The dots appear when the turn begins and go when the answer is there."""
    dots = chat.panel.locator(".typing")
    bot.gate.clear()
    await chat.write("one")
    await expect(dots).to_be_visible()
    bot.gate.set()
    await expect(chat.answers).to_have_count(1)
    await expect(dots).to_be_hidden()


async def test_a_message_over_the_limit_is_told_before_it_is_sent(chat: Chat) -> None:
    """The counter says by how much; Enter sends nothing until it fits."""
    await chat.box.fill("x" * 2003)
    await expect(chat.panel.get_by_text("3 characters over the limit of 2000")).to_have_count(2)
    await chat.box.press("Enter")
    await expect(chat.own).to_have_count(0)
    await chat.box.fill("x" * 1999)
    await expect(chat.panel.locator(".count")).to_have_text("1 characters left")
    await chat.box.press("Enter")
    await expect(chat.own).to_have_count(1)


async def test_a_reader_further_up_is_not_moved(chat: Chat, bot: ScriptedBot) -> None:
    """A message that arrives while somebody reads above offers a way down instead."""
    for _ in range(3):
        await chat.ask("how much is it")
    scroller = chat.panel.locator(".scroller")
    bot.gate.clear()
    await chat.write("one")
    await expect(chat.own.last).to_have_attribute("data-seq", "7")
    await scroller.evaluate("shown => { shown.scrollTop = 0; }")
    bot.gate.set()
    jump = chat.panel.get_by_role("button", name="New messages")
    await expect(jump).to_be_visible()
    assert await scroller.evaluate("shown => shown.scrollTop") == 0
    await jump.click()
    await expect(jump).to_be_hidden()
    assert await scroller.evaluate("shown => shown.scrollTop") > 0


async def test_a_first_visit_is_offered_questions_to_begin_with(
    chat: Chat, bot: ScriptedBot
) -> None:
    """Before the first message stand questions to pick; afterwards they are gone."""
    starters = chat.panel.get_by_role("group", name="Suggestions").get_by_role("button")
    await expect(starters).to_have_count(3)
    await starters.nth(1).click()
    await expect(chat.answers).to_have_count(1)
    await expect(starters).to_have_count(0)
    assert [turn["text"] for turn in bot.turns] == ["Can I get financial aid?"]


async def test_sample_questions_of_the_demo_page_are_asked(
    gateway: RunningGateway, browser_page: PageFactory
) -> None:
    """A button of the page opens the chat and asks its question through the widget's calls."""
    page = await browser_page(f"{gateway.url}/")
    question = "How much does Data Analytics Foundations cost?"
    await page.get_by_role("button", name=question).click()
    chat = Chat(page)
    await expect(chat.answers).to_have_count(1)
    await expect(chat.own.first.locator(".body")).to_have_text(question)
