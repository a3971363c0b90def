"""The server-rendered pages in a real browser: readable, operable, and without a script."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pyotp
import pytest
from aiohttp.test_utils import TestClient
from axe_playwright_python.async_playwright import Axe
from gateway_parts import Chat, frames_until
from loopback_bot import LoopbackBot, saying
from playwright.async_api import Browser, Page, async_playwright

from channels.gateway import ACCOUNTS

OpenChat = Callable[[TestClient], Awaitable[Chat]]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PASSWORD = "four unrelated words"

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is not installed; on Debian: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        await running.close()


async def set_up(page: Page, client: TestClient) -> None:
    """Follow the one-time link and make the first administrator, as an operator does."""
    link = await client.app[ACCOUNTS].setup_link()
    assert link is not None
    await page.goto(str(client.make_url("/console/setup/" + link.rpartition("/")[2])))
    for label, value in (
        ("Name", "Mara Registrar"),
        ("Email", "mara@maple-harbor.example"),
        ("Password", PASSWORD),
        ("Password again", PASSWORD),
    ):
        await page.get_by_label(label, exact=True).fill(value)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Published editions").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_pages_are_accessible_and_fit(
    client: TestClient,
    open_chat: OpenChat,
    bot: LoopbackBot,
    browser: Browser,
    scheme: str,
    width: int,
) -> None:
    """No rule of axe is broken, nothing scrolls sideways, and the browser logs no complaint."""
    citation = {"title": "Aid", "quote": "Ask before you enrol.", "document_id": "policies/aid"}
    bot.behaviour = saying({"custom": {"type": "answer", "text": "Ask.", "citations": [citation]}})
    tab = await (await open_chat(client)).connect()
    await tab.send_json({"type": "message", "id": "a", "text": "Any aid?" + "x" * 200})
    await frames_until(tab, 2)
    viewport = {"width": width, "height": 844}
    page = await browser.new_page(color_scheme=scheme, viewport=viewport)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(str(client.make_url("/console/sign-in")))
    await judge(page)
    await set_up(page, client)
    await judge(page)
    if width < 960:
        await page.get_by_role("button", name="Menu").click()
        await judge(page)
    await page.get_by_role("link", name="Inbox").click()
    await judge(page)
    await page.locator('main a[href^="/support/c_"]').first.click()
    await judge(page)
    await page.get_by_role("link", name="Aid").click()
    assert await page.locator("mark").inner_text() == "Ask before you enrol."
    await judge(page)
    assert complaints == []


async def test_a_colleague_is_invited_and_signs_in_with_a_code(
    client: TestClient, browser: Browser
) -> None:
    """From the administrator's dialog to the colleague's telephone: every page on the way is
    accessible and fits, wide and light for one, narrow and dark for the other."""
    mara = await browser.new_page(viewport={"width": 1280, "height": 844})
    noor = await browser.new_page(color_scheme="dark", viewport={"width": 390, "height": 844})
    complaints: list[str] = []
    for page in (mara, noor):
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: dialog.accept())
    await set_up(mara, client)
    await mara.get_by_role("link", name="Accounts").click()
    await mara.get_by_role("button", name="Invite").click()
    await judge(mara)
    await mara.get_by_label("Email").fill("noor@maple-harbor.example")
    await mara.keyboard.press("Enter")
    link = await mara.get_by_label("The link", exact=True).input_value()
    await judge(mara)
    await noor.goto(str(client.make_url("/")).rstrip("/") + link[link.index("/console") :])
    await judge(noor)
    await noor.get_by_label("Name", exact=True).fill("Noor Agent")
    for label in ("Password", "Password again"):
        await noor.get_by_label(label, exact=True).fill(PASSWORD)
    await noor.keyboard.press("Enter")
    await noor.get_by_role("button", name="Menu").click()
    await noor.get_by_role("link", name="Noor Agent").click()
    await judge(noor)
    await noor.get_by_role("link", name="Set up").click()
    await judge(noor)
    totp = pyotp.TOTP(await noor.locator("main .id").inner_text())
    await noor.get_by_label("Type the code").fill(totp.now())
    await noor.keyboard.press("Enter")
    code = await noor.locator("main code").first.inner_text()
    await judge(noor)
    await noor.get_by_role("button", name="Menu").click()
    await noor.get_by_role("button", name="Sign out").click()
    for label, value in (("Email", "noor@maple-harbor.example"), ("Password", PASSWORD)):
        await noor.get_by_label(label).fill(value)
    await noor.keyboard.press("Enter")
    await noor.get_by_label("Code").fill(code)
    await judge(noor)
    await noor.keyboard.press("Enter")
    await noor.get_by_role("button", name="Menu").wait_for()
    await mara.get_by_role("link", name="Accounts").click()
    await mara.get_by_label("Role of Noor Agent", exact=True).select_option("editor")
    await mara.get_by_role("button", name="Set the role of Noor Agent").click()
    await mara.get_by_text("The account is editor now").wait_for()
    await judge(mara)
    await mara.get_by_role("button", name="Deactivate Noor Agent").click()
    await mara.get_by_text("deactivated", exact=True).wait_for()
    await noor.reload()
    await noor.get_by_role("heading", name="Sign in").wait_for()
    await mara.get_by_role("link", name="Audit log").click()
    await mara.get_by_role("cell", name="change role").wait_for()
    await judge(mara)
    assert complaints == []


async def judge(page: Page) -> None:
    """What must hold on every page."""
    found = await Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_script_in_a_transcript_does_not_run(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, browser: Browser
) -> None:
    """Neither a student's words nor a reply's Markdown become code on the support page."""
    attack = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
    bot.behaviour = saying({"text": attack + "\n\n[x](javascript:document.title='ran')"})
    tab = await (await open_chat(client)).connect()
    await tab.send_json({"type": "message", "id": "a", "text": attack})
    await frames_until(tab, 2)
    page = await browser.new_page()
    await set_up(page, client)
    await page.get_by_role("link", name="Inbox").click()
    await page.locator('main a[href^="/support/c_"]').first.click()
    await page.get_by_text("<script>").first.wait_for()
    assert await page.title() == "Conversation · Maple Harbor College (fictional)"
    assert await page.locator("main img, main script, main a[href^=javascript]").count() == 0
