"""Where many wait to write, who ends work goes before who brings more."""

from __future__ import annotations

import asyncio

import pytest

from channels.storage import Line, Rank


async def test_work_is_ended_before_more_is_brought() -> None:
    """And among equals whoever came first goes first."""
    line, order = Line(1), []

    async def write(name: str, rank: Rank) -> None:
        await line.enter(rank)
        order.append(name)
        line.leave()

    await line.enter(Rank.WORKING)
    comers = [
        ("a message", Rank.BRINGING),
        ("another message", Rank.BRINGING),
        ("a turn begins", Rank.WORKING),
        ("a turn ends", Rank.ENDING),
        ("another turn ends", Rank.ENDING),
    ]
    waiting = [asyncio.create_task(write(*comer)) for comer in comers]
    await asyncio.sleep(0)
    line.leave()
    await asyncio.gather(*waiting)
    assert order == [
        *("a turn ends", "another turn ends", "a turn begins"),
        *("a message", "another message"),
    ]


@pytest.mark.parametrize("given", [False, True])
async def test_who_gives_up_keeps_nobody_out(given: bool) -> None:
    """Whether the place had been given already or not."""
    line = Line(1)
    await line.enter(Rank.WORKING)
    waiting = asyncio.create_task(line.enter(Rank.WORKING))
    await asyncio.sleep(0)
    if given:
        line.leave()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    if not given:
        line.leave()
    async with asyncio.timeout(1):
        await line.enter(Rank.WORKING)
