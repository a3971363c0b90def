"""What tests of faults share: how they deploy, and how patient they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from benchmarks.traffic.deployment import Deployment

SETTLED_SECONDS = 90.0
"""Longer than any lease: what is not settled by then never will be."""

Deploy = Callable[..., Awaitable[Deployment]]
"""`await deploy(slowest_bot=0.1)`"""


async def until(condition: Callable[[], object], seconds: float = SETTLED_SECONDS) -> None:
    """Wait until something holds that other tasks or processes bring about. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is no event of it here
            await asyncio.sleep(0.1)
