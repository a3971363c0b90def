"""A supervisor finds a conversation, reads the figures, takes out what is held, and erases it."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable

from chat import Chat
from pictures import picture
from playwright.async_api import BrowserContext, Page, expect
from running_gateway import RunningGateway
from scripted_bot import UNKNOWN_ANSWER, ScriptedBot

from channels.accounts.model import Role
from channels.audit import COMMAND
from channels.gateway import ROOMS

PageFactory = Callable[..., Awaitable[Page]]
MakeContext = Callable[..., Awaitable[BrowserContext]]
MARKER = "Zebrunella"
"""Said in one conversation only."""
SAID = f"my name is {MARKER} and I lost my badge"
OTHER = "how much is it"


async def supervisor(gateway: RunningGateway, browser_context: MakeContext) -> BrowserContext:
    """A browser in which a supervisor has signed in."""
    rooms = gateway.app[ROOMS]
    email, password = "sara@maple-harbor.example", "four unrelated words"
    account = await rooms.accounts.add(COMMAND, "Sara Lind", email, Role.SUPERVISOR, password)
    context = await browser_context()
    token = await rooms.sessions.begin(account.id)
    await context.add_cookies([{"name": "advisor", "value": token, "url": gateway.url}])
    return context


async def downloaded(page: Page, link: str) -> str:
    """The text of a file that a link has the browser save."""
    async with page.expect_download() as started:
        await page.get_by_role("link", name=link).click()
    path = await (await started.value).path()
    return await asyncio.to_thread(path.read_text, "utf-8-sig")


async def test_what_a_supervisor_finds_counts_takes_out_and_erases(
    gateway: RunningGateway,
    bot: ScriptedBot,
    browser_page: PageFactory,
    browser_context: MakeContext,
) -> None:
    """By words and filters, with charts and their files; afterwards no page and no byte has it."""
    bot.replies[SAID] = [{"custom": UNKNOWN_ANSWER}]
    chats = []
    for words in (OTHER, SAID):
        chat = Chat(await browser_page(f"{gateway.url}/"))
        await chat.open()
        await chat.ask(words)
        chats.append(chat)

    page = await browser_page(
        f"{gateway.url}/support", context=await supervisor(gateway, browser_context)
    )
    lines = page.locator("#rows li")
    await expect(lines).to_have_count(2)
    await page.get_by_label("Words in a message").fill(f"badge {MARKER[:5]}")
    await page.get_by_label("Channel").select_option("web")
    await page.get_by_role("button", name="Show").click()
    await expect(lines).to_have_count(1)
    await picture(page, "supervisor-search")
    conversation = str(await page.locator("#rows [data-id]").first.get_attribute("data-id"))

    await page.goto(f"{gateway.url}/analytics")
    await expect(page.locator(".drawn svg").first).to_be_visible()
    figure = page.locator("dt", has_text="No-answer rate").locator("xpath=following-sibling::dd[1]")
    await expect(figure).to_contain_text("50%")
    await picture(page, "supervisor-analytics")
    rows = list(csv.DictReader((await downloaded(page, "Export CSV")).splitlines()))
    counts = {row["dimension"]: (row["turns"], row["unanswered"]) for row in rows}
    assert counts["all"] == counts["channel"] == ("2", "1")

    await page.goto(f"{gateway.url}/privacy?name={conversation}")
    held = json.loads(await downloaded(page, "Export JSON"))["conversations"]
    assert held[0]["messages"][0]["text"] == SAID
    assert gateway.holds(MARKER)
    await picture(page, "supervisor-privacy")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Erase all of it").click()
    await expect(page.get_by_text("Erased: 1 conversation.")).to_be_visible()
    receipt = page.get_by_role("region", name="Latest erasures").locator("tbody tr").first
    await expect(receipt).to_contain_text(conversation)
    await expect(receipt).to_contain_text("messages 2")
    await expect(receipt).to_contain_text("forgotten")
    await picture(page, "supervisor-receipt")

    await page.goto(f"{gateway.url}/support?q={MARKER}")
    await expect(lines).to_have_count(0)
    await page.goto(f"{gateway.url}/support")
    await expect(lines).to_have_count(1)
    assert not gateway.holds(MARKER)
    assert await chats[0].own.count() == 1
