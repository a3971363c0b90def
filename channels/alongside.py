"""What runs for as long as the gateway does, beside its requests, and how each of it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from channels.delivery.caller import CALL_SECONDS
from channels.delivery.sender import Sender

Context = Callable[[web.Application], AsyncIterator[None]]
"""What an application enters when it starts and leaves when it ends."""


def beside(run: Callable[[], Awaitable[None]]) -> Context:
    """What is cancelled with the application."""

    async def keep_running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.ensure_future(run())
        yield
        task.cancel()
        await asyncio.wait((task,))

    return keep_running


def until_sent(sender: Sender) -> Context:
    """Sends until the application ends, and lets the calls that are under way end first."""

    async def keep_sending(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(sender.run())
        yield
        sender.stop()
        await asyncio.wait((task,), timeout=CALL_SECONDS)
        task.cancel()

    return keep_sending
