"""The chat as a student sees it: what a journey does with it and reads from it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, expect

WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


class Chat:
    """The widget on one page. Playwright's selectors see into its shadow root."""

    def __init__(self, page: Page) -> None:
        """`page` embeds the widget."""
        self.page = page
        self.launcher = page.locator("advisor-widget button.launcher")
        self.badge = page.locator("advisor-widget .badge")
        self.panel = page.locator("advisor-widget .panel")
        self.box = self.panel.get_by_role("textbox")
        self.bar = self.panel.locator(".bar")
        self.live = self.panel.locator("[aria-live=polite]")
        self.messages = self.panel.locator(".message")
        self.own = self.panel.locator(".message.from-student")
        self.answers = self.panel.locator(".message:not(.from-student)")

    async def open(self) -> None:
        """Open the panel and wait until it is connected."""
        await self.launcher.click()
        await self.connected()

    async def connected(self) -> None:
        """Wait until the line to the gateway is up."""
        await expect(self.panel).to_have_attribute("data-state", "online")

    async def write(self, text: str) -> None:
        """Type and send, without waiting for anything."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ask(self, text: str) -> Locator:
        """Type, send, and wait for one more answer, which is returned."""
        before = await self.answers.count()
        await self.write(text)
        await expect(self.answers).to_have_count(before + 1)
        return self.answers.nth(before)

    async def texts(self) -> list[str]:
        """The bodies of all messages, as they stand one under the other."""
        return [text.strip() for text in await self.panel.locator(".body").all_inner_texts()]

    async def seqs(self) -> list[int]:
        """The gateway's numbers of all messages, as they stand one under the other."""
        read = "shown => shown.map(one => Number(one.dataset.seq))"
        numbers: list[int] = await self.messages.evaluate_all(read)
        return numbers

    async def focused(self) -> dict[str, Any]:
        """Tag, class and name of what has the focus inside the widget, or on the page."""
        found: dict[str, Any] = await self.page.evaluate(
            """() => {
                 let at = document.activeElement;
                 while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                 return { tag: at.localName, class: at.className, text: at.textContent };
               }"""
        )
        return found

    async def stored(self, name: str) -> str | None:
        """What the widget keeps in this browser under a name."""
        found: str | None = await self.page.evaluate(
            """name => Object.entries(localStorage)
                 .find(([key]) => key.startsWith("advisor:") && key.endsWith(":" + name))?.[1]
                 ?? null""",
            name,
        )
        return found
