"""Pictures of pages, kept where `ADVISOR_PICTURES` says: for guides, and to look at after a run."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from chat import PHONE, WIDE
from playwright.async_api import Page


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page; nothing where no folder is named."""
    folder = os.environ.get("ADVISOR_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def check(page: Page, name: str) -> None:
    """Nothing is inaccessible or too wide, in light and dark, on a desk and on a phone."""
    for scheme in ("light", "dark"):
        for size, device in ((WIDE, "desk"), (PHONE, "phone")):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size(size)
            found = (await Axe().run(page)).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"]
            await picture(page, f"{name}-{scheme}-{device}")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(WIDE)
