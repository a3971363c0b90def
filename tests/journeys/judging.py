"""What an agent does to judge a turn, wherever a journey needs a judged one."""

from __future__ import annotations

from playwright.async_api import Page, expect


async def judge_wrong(agent: Page, words: str) -> None:
    """Say in an open conversation that a turn was wrong, and that an entry should answer it."""
    turn = agent.locator("#timeline > li", has_text=words).first
    await turn.get_by_text("What the assistant made of it").click()
    await turn.get_by_label("This turn was").select_option("wrong")
    await turn.get_by_label("Make of it").select_option("entry")
    await turn.get_by_role("button", name="Judge").click()
    await expect(agent.get_by_text("Your judgement is kept.")).to_be_visible()
