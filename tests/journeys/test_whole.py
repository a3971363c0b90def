"""Journeys through the whole assistant: browser, gateway, Rasa, actions, published sample."""

from __future__ import annotations

import csv
import os
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from chat import Chat
from playwright.async_api import Page, expect
from whole_assistant import WholeAssistant

from advisor.sample import PROGRAMS

pytestmark = pytest.mark.bot

PageFactory = Callable[..., Awaitable[Page]]
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "answer.png"
HANDOVER = "talk to a person"


def first_program() -> dict[str, str]:
    """The first row of the sample institution's catalog."""
    with PROGRAMS.open(encoding="utf-8", newline="") as rows:
        return next(csv.DictReader(rows))


def dollars(amount: str) -> str:
    return f"${int(amount):,}"


def written_out(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


async def test_a_question_about_cost_and_what_follows(
    whole: WholeAssistant, browser_page: PageFactory
) -> None:
    """The cited answer, its source in a new tab, a follow-up, a lost line, and the history."""
    program = first_program()
    tuition = dollars(program["tuition_usd"])
    chat = Chat(await browser_page(f"{whole.url}/"))
    await chat.open()

    answer = await chat.ask(f"How much does {program['title']} cost?")
    await expect(answer).to_contain_text(tuition)
    if os.environ.get("ADVISOR_SCREENSHOTS") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        await chat.page.screenshot(path=PICTURE)
    async with chat.page.context.expect_page() as opened:
        await answer.get_by_role("link", name=program["title"]).click()
    source = await opened.value
    await expect(source.get_by_role("heading", level=1)).to_have_text(program["title"])
    await expect(source.locator("mark").first).to_be_visible()
    await expect(source.locator("main")).to_contain_text(tuition)
    for when in (program["effective_from"], program["last_verified"]):
        await expect(source.locator("main")).to_contain_text(written_out(when))
    await source.close()

    answer = await chat.ask("when does it start?")
    starts = program["start_dates"].split(";")
    await expect(answer).to_contain_text(written_out(starts[0]))
    await expect(answer.get_by_role("link", name=program["title"]).first).to_be_visible()

    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline")
    await chat.write("is there a payment plan")
    await chat.page.context.set_offline(False)
    await expect(chat.answers).to_have_count(3)

    before = await chat.texts()
    await chat.page.reload()
    await expect(chat.messages).to_have_count(6)
    assert await chat.texts() == before
    assert await chat.seqs() == [1, 2, 3, 4, 5, 6]
