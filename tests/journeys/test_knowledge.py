"""The knowledge console in a real browser, with everything behind it real: from file to answer."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from chat import Chat
from figures import Show
from pictures import picture
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import create_async_engine
from whole_assistant import WholeAssistant

from advisor.sample import MAPPING, PROGRAMS
from channels.accounts.directory import Accounts
from channels.accounts.model import Role
from channels.accounts.passwords import Passwords
from channels.accounts.settings import StaffSettings
from channels.audit import COMMAND
from channels.storage import Storage

pytestmark = pytest.mark.bot

PageFactory = Callable[..., Awaitable[Page]]
PASSWORD = "four unrelated words"
COST = "How much does Data Analytics Foundations cost?"
PUBLISHING_MILLISECONDS = 240_000
"""The child loads its encoder first; on a busy machine that takes a while."""


@pytest_asyncio.fixture(loop_scope="session")
async def staff(whole: WholeAssistant) -> AsyncIterator[dict[Role, str]]:
    """An editor and a reviewer, by email; afterwards the catalog is what it was."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{whole.state / 'advisor.sqlite'}")
    accounts = Accounts(Storage(engine), Passwords(), StaffSettings(), whole.url)
    emails = {}
    for role in (Role.EDITOR, Role.REVIEWER):
        emails[role] = f"{role}@maple-harbor.example"
        await accounts.add(COMMAND, f"The {role}", emails[role], role, PASSWORD)
    await engine.dispose()
    yield emails
    whole.run("import", str(PROGRAMS), "--map", str(MAPPING))
    assert whole.run("publish").returncode == 0


def catalog(*fees: str) -> bytes:
    """The sample's catalog with other tuitions in its first rows."""
    with PROGRAMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, fee in zip(rows, fees, strict=False):
        row["tuition_usd"] = fee
    changed = io.StringIO()
    writer = csv.DictWriter(changed, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return changed.getvalue().encode()


async def sign_in(open_page: PageFactory, url: str, email: str, **options: object) -> Page:
    """A browser of its own in which somebody works."""
    page = await open_page(f"{url}/console/sign-in", **options)
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Content", level=1)).to_be_visible()
    return page


async def upload(page: Page, url: str, content: bytes) -> None:
    """Read the catalog anew and wait for what it would change."""
    await page.goto(f"{url}/staff/sources")
    await page.get_by_role("button", name="Add or update").click()
    file = {"name": "programs.csv", "mimeType": "text/csv", "buffer": content}
    await page.get_by_label("File", exact=True).set_input_files(file)  # type: ignore[arg-type]
    place = await page.locator("#replaces option", has_text="programs.csv").get_attribute("value")
    await page.get_by_label("It is").select_option(place)
    await page.get_by_role("button", name="See what it would change").click()
    await expect(page.get_by_text("Not taken").first).to_be_visible(timeout=60_000)


async def test_a_new_fee_goes_from_a_file_to_the_open_chat(
    whole: WholeAssistant, staff: dict[Role, str], browser_page: PageFactory, show: Show
) -> None:
    """Two bad rows are told and mended, somebody else approves and publishes, and it is said."""
    chat = Chat(await browser_page(f"{whole.url}/"))
    await chat.open()
    await expect(await chat.ask(COST)).to_contain_text("$1,140")

    editor = await sign_in(browser_page, whole.url, staff[Role.EDITOR])
    await upload(editor, whole.url, catalog("1290", "much", "more"))
    rows = editor.get_by_role("region", name="What was not taken").locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("programs.csv line 3")
    await picture(editor, "import-with-errors")
    async with editor.expect_download() as file:
        await editor.get_by_role("link", name="Download as CSV").click()
    errors = await asyncio.to_thread((await (await file.value).path()).read_text, "utf-8")
    assert "much" in errors

    await upload(editor, whole.url, catalog("1290"))
    await expect(editor.get_by_role("region", name="What was not taken")).to_have_count(0)
    facts = editor.get_by_role("region", name="Facts of MHC-DA101")
    await expect(facts).to_contain_text("1290")
    await editor.get_by_role("button", name="Submit for review").click()
    await expect(editor.get_by_text("waits for review")).to_be_visible()
    await expect(editor.get_by_role("button", name="Approve")).to_have_count(0)

    reviewer = await sign_in(browser_page, whole.url, staff[Role.REVIEWER])
    await reviewer.goto(f"{whole.url}/staff/review")
    await reviewer.get_by_role("region", name="Waiting").get_by_role("link").first.click()
    await expect(reviewer.get_by_text("changes a fee")).to_be_visible()
    await picture(reviewer, "import-in-review")
    await reviewer.get_by_label("Reason").fill("As the board decided in October.")
    await reviewer.get_by_role("button", name="Approve").click()
    await expect(reviewer.get_by_text("programs.csv: approved.")).to_be_visible()

    await reviewer.goto(f"{whole.url}/staff/publish")
    await reviewer.get_by_role("button", name="Publish").click()
    await reviewer.get_by_role("dialog").get_by_role("button", name="Publish").click()
    done = reviewer.get_by_role("region", name="Publications").get_by_text("done")
    await expect(done).to_be_visible(timeout=PUBLISHING_MILLISECONDS)
    published = time.monotonic()
    await expect(await chat.ask(COST)).to_contain_text("$1,290")
    show(
        "from published to said in the open chat",
        {"seconds": round(time.monotonic() - published, 1)},
    )
