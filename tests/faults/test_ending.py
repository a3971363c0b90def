"""SIGTERM under load: what was accepted is answered before the end or after the next start."""

from __future__ import annotations

import asyncio

import pytest
from deploying import SETTLED_SECONDS, Deploy, until
from figures import Show

from benchmarks.traffic.students import Crowd

OUT_SECONDS = 60.0
"""What a supervisor waits for before it kills."""


@pytest.mark.timeout(OUT_SECONDS + 200)
async def test_a_gateway_that_is_told_to_stop_in_the_middle_of_its_work(
    deploy: Deploy, show: Show
) -> None:
    """It is out in time, leaves nothing uncertain, and its widgets come back by themselves."""
    site = await deploy(slowest_bot=1.0, slowest_provider=0.3)
    crowd = Crowd(site, each=3, widgets=10)
    await crowd.begin()
    await until(lambda: site.ledger.waits)
    async with asyncio.timeout(OUT_SECONDS):
        code = await site.gateway.stop()
    await site.restart(site.gateway)
    await asyncio.sleep(1)
    await crowd.end()
    await site.settled(SETTLED_SECONDS)
    await crowd.leave()
    account = site.account()
    show("SIGTERM under load", account.to_wire())
    assert code == 0
    assert account.sound, account
    assert account.uncertain == 0
    assert all(widget.returns for widget in crowd.widgets)
