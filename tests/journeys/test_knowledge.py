"""The knowledge console in a real browser, with everything behind it real: from file to answer."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from chat import Chat
from figures import Show
from judging import judge_wrong
from pictures import check, picture
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
STUCK = "Where can I lock my bicycle?"
RACKS = "You can lock your bicycle at the covered racks beside the Harbor Building."
NEEDS = "age is at least 18 | you are at least 18\nany of\n  household_income is at most 60000"
COST = "How much does Data Analytics Foundations cost?"
PUBLISHING_MILLISECONDS = 240_000
"""The child loads its encoder first; on a busy machine that takes a while."""


@pytest_asyncio.fixture(loop_scope="session")
async def staff(whole: WholeAssistant) -> AsyncIterator[dict[Role, str]]:
    """An agent, an editor and a reviewer, by email; afterwards the catalog is what it was."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{whole.state / 'advisor.sqlite'}")
    accounts = Accounts(Storage(engine), Passwords(), StaffSettings(), whole.url)
    emails = {}
    for role in (Role.AGENT, Role.EDITOR, Role.REVIEWER):
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


async def sign_in(open_page: PageFactory, url: str, email: str, sees: str = "Content") -> Page:
    """A browser of its own in which somebody works, and what they see first."""
    page = await open_page(f"{url}/console/sign-in")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name=sees, level=1)).to_be_visible()
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


async def judge(agent: Page, url: str) -> None:
    """Say that what a student was told should have come from an entry, and draft it."""
    await agent.locator("a", has_text=STUCK).first.click()
    await judge_wrong(agent, STUCK)
    await agent.goto(f"{url}/support/review")
    wanted = agent.get_by_role("region", name="To be written")
    await wanted.get_by_role("button", name="Draft an entry").click()
    await expect(agent.get_by_text("The draft is made")).to_be_visible()


async def write_entry(editor: Page, url: str) -> None:
    """Go on with the draft that was made of a student's question; it is saved while one types."""
    await editor.goto(f"{url}/staff/review")
    await editor.get_by_role("region", name="Drafts").get_by_role("link", name=STUCK).click()
    await editor.get_by_role("link", name="Edit", exact=True).click()
    await expect(editor.get_by_label("Questions it is to answer")).to_have_value(STUCK)
    await editor.get_by_label("Title").fill("Bicycles")
    await editor.get_by_label("Text (Markdown)").fill(f"# Bicycles\n\n{RACKS}\n")
    await expect(editor.locator("#saved")).to_have_text("saved")
    await expect(editor.locator("#preview")).to_contain_text(RACKS)
    await picture(editor, "entry-draft")
    await editor.get_by_role("button", name="Submit for review").click()
    await expect(editor.get_by_text("waits for review")).to_be_visible()


async def write_rule(editor: Page, url: str) -> None:
    """A new rule of aid in its form; what cannot be read is told beside its field."""
    await editor.goto(f"{url}/staff/rules")
    await picture(editor, "rules")
    await editor.get_by_role("button", name="New rule").click()
    await editor.get_by_role("dialog").get_by_label("Id").fill("harbor-start")
    await editor.get_by_role("button", name="Begin a draft").click()
    await editor.get_by_label("Name", exact=True).fill("Harbor Start")
    await editor.get_by_label("What it gives").fill("$100 for books")
    await editor.get_by_label("Page that it stands on").fill("scholarships-and-awards")
    await editor.get_by_label("The page's words").fill("You may receive it at most twice.")
    await editor.get_by_label("Last verified").fill("2026-11-01")
    await editor.get_by_label("What must be so").fill("age")
    await expect(editor.locator("#saved")).to_contain_text("Line 1")
    await editor.get_by_label("What must be so").fill(NEEDS)
    await expect(editor.locator("#saved")).to_have_text("saved")
    await check(editor, "rule-form")
    await editor.get_by_role("button", name="Submit for review").click()
    await expect(editor.get_by_text("changes aid")).to_be_visible()
    await picture(editor, "rule-in-review")
    await editor.get_by_role("button", name="Take back").click()
    await expect(editor.get_by_text("It is a draft again.")).to_be_visible()


async def approve(reviewer: Page, url: str, title: str, reason: str) -> None:
    """Let in what waits under a title."""
    await reviewer.goto(f"{url}/staff/review")
    waiting = reviewer.get_by_role("region", name="Waiting")
    await waiting.get_by_role("link", name=title).click()
    await picture(reviewer, f"{title}-in-review")
    await reviewer.get_by_label("Reason").fill(reason)
    await reviewer.get_by_role("button", name="Approve").click()
    await expect(reviewer.get_by_text(f"{title}: approved.")).to_be_visible()


async def correct(reviewer: Page, url: str) -> None:
    """Tell those who were told the old fee; the words are prepared."""
    await reviewer.goto(f"{url}/staff/entries/MHC-DA101")
    await reviewer.get_by_role("link", name="Who was told this").click()
    await reviewer.get_by_label("That say").fill("$1,140")
    await reviewer.get_by_role("button", name="Show").click()
    words = reviewer.get_by_label("What they are told")
    await expect(words).to_have_value(re.compile("told “\\$1,140”.*\\$1,290", re.S))
    await check(reviewer, "correction")
    await reviewer.get_by_role("button", name="Queue the correction").click()
    await expect(reviewer.get_by_text("Queued for")).to_be_visible()


async def test_a_new_fee_and_an_answer_go_to_the_open_chat(
    whole: WholeAssistant, staff: dict[Role, str], browser_page: PageFactory, show: Show
) -> None:
    """Two bad rows are mended, a judged turn becomes an entry, somebody else approves, and both are
    said; who was told the old fee is corrected."""
    chat = Chat(await browser_page(f"{whole.url}/"))
    await chat.open()
    await expect(await chat.ask(COST)).to_contain_text("$1,140")
    await expect(await chat.ask(STUCK)).not_to_contain_text(RACKS)
    await judge(await sign_in(browser_page, whole.url, staff[Role.AGENT], "Inbox"), whole.url)

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
    await expect(facts).to_contain_text("$1,290")
    await editor.get_by_role("button", name="Submit for review").click()
    await expect(editor.get_by_text("waits for review")).to_be_visible()
    await expect(editor.get_by_role("button", name="Approve")).to_have_count(0)

    await write_entry(editor, whole.url)
    await write_rule(editor, whole.url)

    reviewer = await sign_in(browser_page, whole.url, staff[Role.REVIEWER])
    await approve(reviewer, whole.url, "programs.csv", "As the board decided in October.")
    await approve(reviewer, whole.url, "Bicycles", "It is so.")

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
    await expect(await chat.ask(STUCK)).to_contain_text(RACKS)
    await correct(reviewer, whole.url)
    await expect(chat.messages.last).to_contain_text("A correction from Maple Harbor College")
    await expect(chat.messages.last).to_contain_text("$1,290")
    await picture(chat.page, "chat-with-a-correction")
    await reviewer.reload()
    told = reviewer.get_by_role("region", name="Corrections")
    await expect(told.get_by_text("in the chat").first).to_be_visible()
