"""A bot that does not answer is left alone, students are told so, and it is asked again later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from gateway_parts import Chat, MakeClient, frames_until, until
from loopback_bot import TOKEN, LoopbackBot, refusing, repeat, waiting_for

from channels.brain import REACH_SECONDS, BrainReply, RasaBrain
from channels.breaker import MOST_FAILURES, NOT_ASKED, PAUSE_SECONDS, SILENCE_SECONDS, Breaker

SILENCE, PAUSE = 0.2, 0.3
Ask = Callable[[str], Awaitable[BrainReply]]


@pytest.fixture
async def brain(bot: LoopbackBot) -> AsyncIterator[RasaBrain]:
    """With a deadline that no test waits for."""
    async with aiohttp.ClientSession() as session:
        yield RasaBrain(bot.url, TOKEN, session, 30)


@pytest.fixture
def breaker(brain: RasaBrain) -> Breaker:
    return Breaker(brain.reachable, silence=SILENCE, pause=PAUSE)


@pytest.fixture
def ask(brain: RasaBrain, breaker: Breaker) -> Ask:
    async def make(text: str) -> BrainReply:
        return await breaker.ask(lambda: brain.turn("c_1", f"t_{text}", text, None))

    return make


async def test_a_bot_that_hangs_is_noticed_within_ten_seconds(bot: LoopbackBot, ask: Ask) -> None:
    """By one turn, when its health page hangs too; those after it are not made to wait."""
    assert SILENCE_SECONDS + REACH_SECONDS <= 10
    bot.healthy = False
    bot.behaviour = waiting_for(asyncio.Event())
    assert (await ask("a")).reason == "timeout"
    assert (await ask("b")).reason == NOT_ASKED
    assert [body["text"] for body in bot.asked] == ["a"]


async def test_several_unanswered_turns_are_silence_though_the_bot_says_it_is_well(
    bot: LoopbackBot, ask: Ask, breaker: Breaker
) -> None:
    """As when the action server hangs and the bot waits for it."""
    bot.behaviour = waiting_for(asyncio.Event())
    replies = await asyncio.gather(ask("a"), ask("b"), ask("c"))
    assert {reply.reason for reply in replies} == {"timeout"}
    assert breaker.state == "open"


async def test_one_slow_turn_of_a_bot_that_is_well_is_waited_for(
    bot: LoopbackBot, ask: Ask, breaker: Breaker
) -> None:
    """A long computation must not shut the bot off for everybody."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    asking = asyncio.ensure_future(ask("a"))
    await asyncio.sleep(3 * SILENCE)
    assert breaker.state == "closed" and not asking.done()
    release.set()
    assert (await asking).reason is None


async def test_slow_turns_beside_answered_ones_are_waited_for(
    bot: LoopbackBot, ask: Ask, breaker: Breaker
) -> None:
    """A bot that answers somebody is not silent."""
    release = asyncio.Event()

    async def slow_for_some(body: dict[str, str]) -> web.StreamResponse:
        return await (waiting_for(release) if body["text"] in "ab" else repeat)(body)

    bot.behaviour = slow_for_some
    slow = [asyncio.ensure_future(ask(text)) for text in "ab"]
    await until(lambda: len(bot.asked) == 2)
    assert (await ask("c")).reason is None
    await asyncio.sleep(2 * SILENCE)
    assert breaker.state == "closed"
    release.set()
    assert [reply.reason for reply in await asyncio.gather(*slow)] == [None, None]


@pytest.mark.parametrize("reason", ["dialogue", "starting"])
async def test_failures_in_a_row_open_it(bot: LoopbackBot, ask: Ask, reason: str) -> None:
    """After them nobody waits for the next failure."""
    bot.behaviour = refusing(503, {"reason": reason})
    for number in range(MOST_FAILURES):
        assert (await ask(str(number))).reason == reason
    assert (await ask("next")).reason == NOT_ASKED
    assert len(bot.asked) == MOST_FAILURES


async def test_failures_of_single_turns_do_not(
    bot: LoopbackBot, ask: Ask, breaker: Breaker
) -> None:
    """An action that fails, or a conversation that is busy, is no illness of the bot."""
    bot.behaviour = refusing(503, {"reason": "busy"})
    for number in range(2 * MOST_FAILURES):
        await ask(str(number))
    assert breaker.state == "closed"


async def test_one_question_tries_whether_the_bot_is_back(
    bot: LoopbackBot, ask: Ask, breaker: Breaker
) -> None:
    """Not before it says that it is well; the first answer lets everybody through again."""
    await bot.stop()
    for number in range(MOST_FAILURES):
        await ask(str(number))
    assert breaker.state == "open"
    await asyncio.sleep(PAUSE)
    assert (await ask("too early")).reason == NOT_ASKED
    await bot.start()
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    await asyncio.sleep(PAUSE)
    trying = asyncio.ensure_future(ask("try"))
    await until(lambda: bot.asked)
    assert breaker.state == "half-open"
    assert (await ask("beside it")).reason == NOT_ASKED
    release.set()
    assert (await trying).reason is None
    assert breaker.state == "closed"
    assert (await ask("after it")).reason is None


async def test_a_limited_number_of_questions_is_under_way(
    bot: LoopbackBot, brain: RasaBrain
) -> None:
    """The rest waits here, where no deadline runs, and is asked in its turn."""
    breaker = Breaker(brain.reachable, at_once=3)
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)

    async def ask(number: int) -> BrainReply:
        return await breaker.ask(lambda: brain.turn(f"c_{number}", f"t_{number}", "hi", None))

    asking = asyncio.gather(*(ask(number) for number in range(8)))
    await until(lambda: len(bot.asked) == 3)
    await asyncio.sleep(0.05)
    assert len(bot.asked) == 3
    release.set()
    assert [reply.reason for reply in await asking] == [None] * 8


async def test_every_student_is_told_while_it_is_open(
    make_client: MakeClient,
    open_chat: Callable[[TestClient], Awaitable[Chat]],
    bot: LoopbackBot,
) -> None:
    """An apology each, at once; health and metrics name the state and what waits."""
    assert PAUSE_SECONDS <= 10
    client = await make_client(session_burst=50)
    tab = await (await open_chat(client)).connect()
    await bot.stop()
    for number in range(MOST_FAILURES + 2):
        await tab.send_json({"type": "message", "id": f"m{number}", "text": "hello"})
    frames = await frames_until(tab, 2 * (MOST_FAILURES + 2))
    assert sum(frame["kind"] == "apology" for frame in frames) == MOST_FAILURES + 2
    health = await (await client.get("/health")).json()
    assert (health["status"], health["breaker"]) == ("ok", "open")
    page = await (await client.get("/metrics")).text()
    assert 'advisor_breaker{advisor_breaker="open"} 1.0' in page
    assert f'advisor_turns_total{{outcome="failed",reason="{NOT_ASKED}"}} 2.0' in page
    assert "advisor_oldest_turn_seconds 0.0" in page
