"""Whatever the bot does, the gateway gets replies or a reason word."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from loopback_bot import TOKEN, LoopbackBot, ok, refusing, saying, waiting_for

from channels.brain import REPLY_LIMIT, BrainReply, RasaBrain, read_reply
from channels.model import Choice
from knowledge_base.model import Answer, AnswerKind, Citation, Topic


async def ask(brain: RasaBrain, text: str = "hello") -> BrainReply:
    return await brain.turn("c_1", "t_1", text, None)


async def test_a_turn_brings_replies_and_understanding(bot: LoopbackBot, brain: RasaBrain) -> None:
    """Text, intent and confidence arrive; the request is the one that is documented."""
    reply = await ask(brain)
    assert [message.text for message in reply.replies] == ["You said: hello"]
    assert (reply.status, reply.intent, reply.confidence) == ("ok", "greet", 0.9)
    assert bot.asked == [
        {
            "conversation": "c_1",
            "turn_id": "t_1",
            "text": "hello",
            "payload": None,
            "language": None,
            "program": None,
        }
    ]


async def test_the_bot_is_told_what_to_forget(bot: LoopbackBot, brain: RasaBrain) -> None:
    """Whether it did is known: not when it is away, and not when it refuses."""
    assert await brain.forget("c_1")
    assert bot.forgotten == ["c_1"]
    async with aiohttp.ClientSession() as session:
        assert not await RasaBrain(bot.url, "wrong" * 8, session, 1.0).forget("c_1")
    await bot.stop()
    assert not await brain.forget("c_1")


async def test_an_answer_keeps_its_wire_form_and_offers_what_is_near(
    bot: LoopbackBot, brain: RasaBrain
) -> None:
    """Citations pass through unchanged; nearest topics become choices without a command."""
    answer = Answer(
        "It costs $500.",
        AnswerKind.QUOTE,
        (Citation("Fees", "The fee is $500."),),
        0.8,
        "e1",
        (Topic("Payment plans", "Can I pay in parts?"),),
    ).to_wire()
    bot.behaviour = saying({"custom": answer})
    message = (await ask(brain)).replies[0]
    assert (message.kind, message.text, message.answer) == ("answer", "It costs $500.", answer)
    assert message.choices == (Choice("Payment plans", "Can I pay in parts?"),)


async def test_a_button_with_plain_text_is_no_command(bot: LoopbackBot, brain: RasaBrain) -> None:
    """Only payloads with a leading slash are commands that the gateway vouches for."""
    choices = [{"label": "UX", "text": "UX", "payload": "ux design"}]
    bot.behaviour = saying({"text": "Which?", "choices": choices})
    assert (await ask(brain)).replies[0].choices == (Choice("UX", "ux design"),)


WRONG = [
    (503, {"status": "error", "reason": "tracker_store"}, "tracker_store"),
    (503, {"status": "error", "reason": "Traceback: in line 3"}, "unavailable"),
    (503, None, "unavailable"),
    (502, "bad gateway", "unavailable"),
    (401, {"status": "error", "reason": "unauthorised"}, "unauthorized"),
    (400, {"status": "error", "reason": "malformed"}, "rejected"),
    (404, {}, "rejected"),
    (200, {"status": "no_reply", "replies": []}, "no_reply"),
    (200, {"status": "ok", "replies": []}, "empty"),
    (200, {"status": "ok"}, "malformed"),
    (200, {"status": "ok", "replies": "hello"}, "malformed"),
    (200, {"status": "ok", "replies": [{"text": "  "}]}, "malformed"),
    (200, {"status": "ok", "replies": [{"text": 7}]}, "malformed"),
    (200, {"status": "ok", "replies": [{"custom": {"type": "surprise"}}]}, "malformed"),
    (200, {"status": "ok", "replies": [{"custom": {"type": "answer"}}]}, "malformed"),
    (200, {"status": "ok", "replies": [{"text": "a"}], "intent": {"confidence": "x"}}, "malformed"),
    (200, [], "malformed"),
    (200, "hello", "malformed"),
    (200, {"status": "ok", "replies": [{"custom": {"type": "failure"}}]}, "action_failed"),
    (
        200,
        {
            "status": "ok",
            "replies": [
                {"text": "Let me see."},
                {"custom": {"type": "failure", "reason": "no_edition"}},
            ],
        },
        "no_edition",
    ),
]


@pytest.mark.parametrize(("status", "wire", "reason"), WRONG)
async def test_every_failure_has_its_reason(
    bot: LoopbackBot, brain: RasaBrain, status: int, wire: object, reason: str
) -> None:
    """A failed turn never raises and never passes half a reply on."""
    bot.behaviour = refusing(status, wire)
    reply = await ask(brain)
    assert (reply.status, reply.reason, reply.replies) == ("failed", reason, ())


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"<html>", b"null", b"[[[[", b'"\\ud800"'])
def test_garbage_is_malformed(raw: bytes) -> None:
    """Bytes that are no reply are named malformed."""
    assert read_reply(200, raw).reason == "malformed"


async def test_a_hanging_bot_times_out(bot: LoopbackBot, session: aiohttp.ClientSession) -> None:
    """The deadline ends the wait."""
    bot.behaviour = waiting_for(asyncio.Event())
    assert (await ask(RasaBrain(bot.url, TOKEN, session, 0.1))).reason == "timeout"


async def test_a_bot_that_is_down_is_unreachable(bot: LoopbackBot, brain: RasaBrain) -> None:
    """A refused connection is a reason, and the next turn works once the bot is back."""
    await bot.stop()
    assert (await ask(brain)).reason == "unreachable"
    assert not await brain.reachable()
    await bot.start()
    assert (await ask(brain)).reason is None
    assert await brain.reachable()


async def test_a_bot_without_a_model_is_not_reachable(bot: LoopbackBot, brain: RasaBrain) -> None:
    """A server that answers 503 to its health check cannot take turns."""
    bot.healthy = False
    assert not await brain.reachable()


async def test_a_broken_connection_is_tried_once_more(bot: LoopbackBot, brain: RasaBrain) -> None:
    """The same turn_id is asked again when the line breaks in the middle."""
    breaks = [True]

    async def break_once(body: dict[str, Any]) -> web.StreamResponse:
        if breaks:
            breaks.pop()
            raise asyncio.CancelledError  # aiohttp drops the connection without an answer
        return ok(body)

    bot.behaviour = break_once
    reply = await ask(brain)
    assert reply.reason is None
    assert [body["turn_id"] for body in bot.asked] == ["t_1", "t_1"]


async def test_an_endless_reply_is_cut_off(bot: LoopbackBot, brain: RasaBrain) -> None:
    """More than the limit is malformed, however well it begins."""
    bot.behaviour = saying({"text": "x" * (REPLY_LIMIT + 1)})
    assert (await ask(brain)).reason == "malformed"


async def test_a_wrong_token_is_unauthorized(bot: LoopbackBot) -> None:
    """The reason tells an operator that the two processes do not share a token."""
    async with aiohttp.ClientSession() as session:
        stranger = RasaBrain(bot.url, TOKEN[::-1], session, 1.0)
        assert (await ask(stranger)).reason == "unauthorized"
    assert bot.asked == []
