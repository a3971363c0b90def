"""Pictures of pages, kept where `ADVISOR_PICTURES` says: for guides, and to look at after a run."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page; nothing where no folder is named."""
    folder = os.environ.get("ADVISOR_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
