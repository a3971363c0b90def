"""What a provider lends is asked for in time, and not as often as others like."""

from __future__ import annotations

import asyncio

import pytest

from channels.delivery.channel import Ask, Call, Told, Unprepared
from channels.delivery.loan import PAUSE_SECONDS, Lent, Loan

FRESH, VALID = 100.0, 1000.0


class Lender:
    """Lends numbered things, or nothing while it is away."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.away = False

    async def fetch(self, _ask: Ask) -> Lent[int]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unprepared("unreachable")
        return Lent(self.asked, FRESH, VALID)


async def nobody(_call: Call) -> Told:
    raise AssertionError("the lender answers by itself")


@pytest.fixture
def lender() -> Lender:
    return Lender()


@pytest.fixture
def loan(lender: Lender) -> Loan[int]:
    return Loan(lender.fetch, lambda: lender.now)


async def test_many_who_need_it_ask_once(loan: Loan[int], lender: Lender) -> None:
    """And all have it."""
    await asyncio.gather(*(loan.renew(nobody) for _ in range(50)))
    assert (lender.asked, loan.thing) == (1, 1)


async def test_what_is_old_is_renewed(loan: Loan[int], lender: Lender) -> None:
    """Not before."""
    await loan.renew(nobody)
    lender.now = FRESH - 1
    await loan.renew(nobody)
    assert loan.thing == 1
    lender.now = FRESH
    await loan.renew(nobody)
    assert loan.thing == 2


@pytest.mark.parametrize("away", [False, True])
async def test_what_is_not_enough_is_asked_for_a_few_times_a_minute(
    loan: Loan[int], lender: Lender, away: bool
) -> None:
    """However often somebody names a key that nobody has."""
    await loan.renew(nobody)
    lender.away = away
    for second in range(60):
        lender.now = float(second)
        await loan.renew(nobody, lambda _: False)
    assert lender.asked == 60 / PAUSE_SECONDS
    assert loan.thing is not None


async def test_while_the_lender_is_away_it_serves_as_long_as_it_holds(
    loan: Loan[int], lender: Lender
) -> None:
    """After that it is missing."""
    await loan.renew(nobody)
    lender.away = True
    lender.now = VALID - 1
    await loan.renew(nobody)
    assert loan.thing == 1
    lender.now = VALID + PAUSE_SECONDS
    with pytest.raises(Unprepared, match="unreachable"):
        await loan.renew(nobody)
    with pytest.raises(Unprepared, match="asked_lately"):
        await loan.renew(nobody)
    assert loan.thing is None
