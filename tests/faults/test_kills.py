"""`kill -9` at random moments: nothing is lost, doubled or out of order, and it works again soon.

`ADVISOR_KILLS` says how often each process is killed, `ADVISOR_FAULTS_SEED` when.
"""

from __future__ import annotations

import asyncio
import os
from random import Random

import pytest
from deploying import SETTLED_SECONDS, Deploy
from figures import Show

from benchmarks.traffic.processes import Part
from benchmarks.traffic.students import Crowd

KILLS = int(os.environ.get("ADVISOR_KILLS", "50"))
RECOVERED_SECONDS = 15.0
"""How soon after a restart every message that waits has its reply."""


@pytest.mark.timeout(60 + 6 * KILLS)
@pytest.mark.parametrize(("name", "pause"), [("gateway", 0.2), ("bot", 0)])
async def test_a_process_that_is_killed_again_and_again(
    name: str, pause: float, deploy: Deploy, random: Random, show: Show
) -> None:
    """Every acknowledged message has one reply or apology, in order; what a dead gateway may have
    sent is flagged and not sent again; widgets miss nothing and see nothing twice.

    Where there are apologies no two messages are read as one: an apology does not say for which.
    """
    options = {"slowest_bot": 0.08, "slowest_provider": 0.04, "gateway": {"burst_pause": pause}}
    site = await deploy(**options)
    crowd = Crowd(site, each=2, widgets=4)
    await crowd.begin()
    part: Part = getattr(site, name)
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.05, 0.4))
        await part.kill()
        await asyncio.sleep(random.uniform(0, 0.1))
        await site.restart(part)
    answered = len(site.ledger.waits)
    async with asyncio.timeout(RECOVERED_SECONDS):
        while len(site.ledger.waits) == answered:  # noqa: ASYNC110 - in other tasks' state
            await asyncio.sleep(0.1)
    await crowd.end()
    await site.settled(SETTLED_SECONDS)
    await crowd.leave()
    account = site.account()
    slowest = round(max(site.ledger.waits), 1)
    figures = account.to_wire() | {"slowest reply s": slowest}
    show(f"{KILLS} kills of the {name}", figures)
    assert account.sound, figures
    assert account.tried > KILLS
    assert [widget.gaps for widget in crowd.widgets] == [0] * len(crowd.widgets)
    assert slowest <= RECOVERED_SECONDS
    assert account.apologies == 0 or name == "bot"
    assert account.uncertain <= (KILLS * 2 if name == "gateway" else 0)
