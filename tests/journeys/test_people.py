"""A student is stuck and asks for a person, who answers in another browser and hands back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chat import Chat
from judging import judge_wrong
from pictures import check, picture
from playwright.async_api import BrowserContext, Page, expect
from running_gateway import RunningGateway
from scripted_bot import UNKNOWN_ANSWER, ScriptedBot

from channels.accounts.model import Role
from channels.audit import COMMAND
from channels.gateway import ROOMS

PageFactory = Callable[..., Awaitable[Page]]
MakeContext = Callable[..., Awaitable[BrowserContext]]
STUCK = "can I pay after my employer refunds me"
WANTS_PERSON = "I want to talk to a person"


async def signed_in(
    gateway: RunningGateway, browser_context: MakeContext, **options: object
) -> BrowserContext:
    """A browser in which an agent has signed in."""
    rooms = gateway.app[ROOMS]
    email, password = "ana@maple-harbor.example", "four unrelated words"
    account = await rooms.accounts.add(COMMAND, "Ana Ruiz", email, Role.AGENT, password)
    context = await browser_context(**options)
    token = await rooms.sessions.begin(account.id)
    await context.add_cookies([{"name": "advisor", "value": token, "url": gateway.url}])
    return context


async def test_a_person_answers_and_hands_back(
    gateway: RunningGateway,
    bot: ScriptedBot,
    browser_page: PageFactory,
    browser_context: MakeContext,
) -> None:
    """Asked for, seen live, taken over by key, answered, handed back, and the turn is judged."""
    bot.replies[STUCK] = [{"custom": UNKNOWN_ANSWER}]
    handover = {"type": "handover", "text": "I have told our advisors.", "reason": "asked"}
    bot.replies[WANTS_PERSON] = [{"custom": handover}]
    desk = await signed_in(gateway, browser_context)
    agent = await browser_page(f"{gateway.url}/support", context=desk)
    await expect(agent.get_by_text("Nobody has written yet.")).to_be_visible()

    chat = Chat(await browser_page(f"{gateway.url}/"))
    await chat.open()
    await chat.ask(STUCK)
    await chat.ask(WANTS_PERSON)
    await expect(agent.get_by_role("heading", name="Waiting for a person (1)")).to_be_visible()
    await check(agent, "inbox")
    await agent.keyboard.press("j")
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_role("heading", name=WANTS_PERSON)).to_be_visible()
    in_short = agent.get_by_role("region", name="In short")
    await expect(in_short).to_contain_text(STUCK)

    await agent.get_by_role("button", name="Take over").click()
    box = agent.get_by_role("textbox", name="Your message to the student")
    await expect(box).to_be_focused()
    await expect(chat.messages.last).to_contain_text("Ana Ruiz from Maple Harbor College")
    await chat.write("is anybody there")
    await expect(agent.locator("#timeline > li").last).to_contain_text("is anybody there")
    await box.fill("Yes. You can pay **after** the refund.")
    await agent.keyboard.press("Control+Enter")
    await expect(chat.messages.last).to_contain_text("You can pay after the refund.")
    await expect(chat.messages.last).to_contain_text("Ana Ruiz, a person")
    await expect(box).to_have_value("")
    await check(agent, "conversation")
    await picture(chat.page, "chat-with-a-person")

    await agent.get_by_role("button", name="Hand back").click()
    await expect(chat.messages.last).to_contain_text("Ana Ruiz has left.")
    await expect(box).to_have_count(0)
    await chat.ask("how much is it")
    await expect(chat.messages.last).to_contain_text("Data Analytics Foundations")
    assert [turn["text"] for turn in bot.turns] == [STUCK, WANTS_PERSON, "how much is it"]

    await judge_wrong(agent, STUCK)
    await agent.goto(f"{gateway.url}/support/review")
    await expect(agent.get_by_role("region", name="To be written")).to_contain_text(STUCK)
    await check(agent, "review")
    await agent.get_by_role("button", name="Done").click()
    await expect(agent.get_by_role("region", name="To be written")).to_have_count(0)
