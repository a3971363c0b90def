"""`kill -9` at random moments: nothing is lost, doubled or out of order, and it works again soon.

`ADVISOR_KILLS` says how often each process is killed, `ADVISOR_FAULTS_SEED` when.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from itertools import chain, groupby
from random import Random

import pytest
from correspondents import VOICE, Caller, Correspondent, Mails
from deploying import SETTLED_SECONDS, Deploy, until
from figures import Show
from mail_servers import ImapServer

from benchmarks.traffic.deployment import Deployment
from benchmarks.traffic.processes import Part
from benchmarks.traffic.students import Crowd

KILLS = int(os.environ.get("ADVISOR_KILLS", "50"))
CALLERS = 4
"""Each waits for an answer before the next question, ten seconds where the gateway was killed."""
RECOVERED_SECONDS = 45.0
"""How soon after a restart every message that waits has its reply: a lease of ten seconds, and what
a machine takes whose every core ten programs wait for (20 seconds were seen)."""


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    """A mailbox."""
    server = ImapServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
async def mails() -> AsyncIterator[Mails]:
    """Where the assistant's mails go to."""
    server = Mails()
    await server.start()
    yield server
    await server.stop()


@pytest.mark.timeout(120 + 6 * KILLS)
@pytest.mark.parametrize(("name", "pause"), [("gateway", 0.2), ("bot", 0)])
async def test_a_process_that_is_killed_again_and_again(
    name: str,
    pause: float,
    deploy: Deploy,
    random: Random,
    show: Show,
    imap: ImapServer,
    mails: Mails,
) -> None:
    """Every acknowledged message has one reply or apology, in order; what a dead gateway may have
    sent is flagged and not sent again, but where it is known again; widgets miss nothing and see
    nothing twice. A mail that is fetched twice and a call's webhook that comes twice are one turn.

    Where there are apologies no two messages are read as one: an apology does not say for which.
    """
    options = {"slowest_bot": 0.08, "slowest_provider": 0.04, "gateway": {"burst_pause": pause}}
    channels = {"email": mails.section(imap), "voice": VOICE}
    site = await deploy(**options, channels=channels)
    mails.ledger = site.ledger
    callers = [Caller(site.url, student) for student in range(1, CALLERS + 1)]
    writers = [Correspondent(imap, student, site.ledger) for student in (1, 2)]
    crowd = Crowd(site, each=2, widgets=4, others=[*callers, *writers])
    await until(lambda: site.query("SELECT * FROM bookmarks"))  # Mails before that are left alone.
    await crowd.begin()
    part: Part = getattr(site, name)
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.05, 0.4))
        await part.kill()
        await asyncio.sleep(random.uniform(0, 0.1))
        await site.restart(part)
    answered = len(site.ledger.waits)
    await until(lambda: len(site.ledger.waits) > answered, RECOVERED_SECONDS)
    await crowd.end()
    await until(lambda: not any(site.ledger.conversations[one.who].waits() for one in writers))
    await site.settled(SETTLED_SECONDS)
    await crowd.leave()
    account = site.account()
    slowest = round(max(site.ledger.waits), 1)
    again = site.loopback.again + mails.again
    calls = _recorded(site)
    figures = account.to_wire() | {
        "slowest reply s": slowest,
        "sent again": again,
        "spoken": sum(map(len, calls.values())),
        "mails": len(mails.bodies),
    }
    show(f"{KILLS} kills of the {name}", figures)
    assert account.sound, figures
    assert account.tried > KILLS
    for call in chain.from_iterable(caller.calls for caller in callers):
        kept = calls.get(call.sid, [])
        assert kept == [words for words in call.asked if words in kept]
        assert set(call.taken) <= set(kept)
    assert [widget.gaps for widget in crowd.widgets] == [0] * len(crowd.widgets)
    assert slowest <= RECOVERED_SECONDS
    assert account.apologies == 0 or name == "bot"
    assert account.uncertain <= (KILLS * 2 if name == "gateway" else 0)


def _recorded(site: Deployment) -> dict[str, list[str]]:
    """What each call is recorded to have asked, once and in order; each turn has one reply."""
    rows = site.query(
        "SELECT c.address, m.turn_id, m.author, m.text FROM messages m"
        " JOIN conversations c ON c.id = m.conversation_id"
        " WHERE c.channel = 'voice' ORDER BY c.id, m.seq"
    )
    calls = {}
    for sid, said in groupby(rows, lambda row: str(row[0])):
        entries = list(said)
        asked = [(turn, text) for _, turn, author, text in entries if author == "student"]
        replied = [turn for _, turn, author, _ in entries if author != "student"]
        assert sorted(replied) == sorted({turn for turn, _ in asked})
        calls[sid] = [text for _, text in asked]
    return calls
