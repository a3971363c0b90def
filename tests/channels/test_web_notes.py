"""What a chat may say beside messages: whether an answer helped, and who the student is."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from aiohttp.test_utils import TestClient
from gateway_parts import ORIGIN, Chat, MakeClient, frames_until
from loopback_bot import LoopbackBot, saying
from pydantic import ValidationError

from channels.model import Author
from channels.settings import GatewaySettings
from channels.transcript import Transcript
from channels.web.identity import seal

OpenChat = Callable[[TestClient], Awaitable[Chat]]
Forge = Callable[[], dict[str, Any]]
SECRET = "a-secret-that-the-site-shares-with-us"


async def answer_to(tab: ClientWebSocketResponse, text: str, number: int) -> dict[str, Any]:
    await tab.send_json({"type": "message", "id": f"id-{number}", "text": text})
    return (await frames_until(tab, 2 * number))[-1]


async def reply(tab: ClientWebSocketResponse, frame: dict[str, Any]) -> dict[str, Any]:
    await tab.send_json(frame)
    while (answer := await tab.receive_json())["type"] not in ("feedback", "identified", "error"):
        pass
    return dict(answer)


def quoting(bot: LoopbackBot, kind: str) -> None:
    answer = {"type": "answer", "kind": kind, "text": "It costs $500.", "citations": []}
    bot.behaviour = saying({"custom": answer})


async def test_an_answer_is_asked_about_until_it_was_rated(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, transcript: Transcript
) -> None:
    """The rating and its reason stand in the transcript; after a reload nobody asks again."""
    quoting(bot, "quote")
    chat = await open_chat(client)
    tab = await chat.connect()
    answer = await answer_to(tab, "how much?", 1)
    assert answer["asks_feedback"]
    rating = {"type": "feedback", "message": answer["id"], "helpful": False, "reason": "wrong"}
    assert await reply(tab, rating) == {
        "type": "feedback",
        "message": answer["id"],
        "helpful": False,
    }
    again = await chat.connect()
    own, replayed = await frames_until(again, 2)
    assert (own["asks_feedback"], replayed["asks_feedback"]) == (False, False)
    conversation = (await transcript.conversations(0, 1))[0].id
    entry = (await transcript.entries(conversation))[1]
    assert (entry.helpful, entry.helpful_reason) == (False, "wrong")


async def test_a_second_rating_replaces_the_first(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, transcript: Transcript
) -> None:
    """A reason that follows is kept; of an answer that helped after all none is."""
    quoting(bot, "table")
    tab = await (await open_chat(client)).connect()
    answer = await answer_to(tab, "how much?", 1)
    for helpful, reason in ((False, None), (False, "unclear"), (True, "unclear")):
        rating = {"type": "feedback", "message": answer["id"], "helpful": helpful}
        await reply(tab, rating | {"reason": reason})
        conversation = (await transcript.conversations(0, 1))[0].id
        entry = (await transcript.entries(conversation))[1]
        assert (entry.helpful, entry.helpful_reason) == (helpful, None if helpful else reason)


@pytest.mark.parametrize("kind", ["clarify", "unknown"])
async def test_what_is_no_answer_is_not_asked_about(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, kind: str
) -> None:
    """A question back or "not found" says by itself that it did not help."""
    quoting(bot, kind)
    tab = await (await open_chat(client)).connect()
    assert not (await answer_to(tab, "how much?", 1))["asks_feedback"]


async def test_small_talk_is_not_asked_about(client: TestClient, open_chat: OpenChat) -> None:
    """A plain reply cannot be rated at all."""
    tab = await (await open_chat(client)).connect()
    plain = await answer_to(tab, "hello", 1)
    assert not plain["asks_feedback"]
    rating = {"type": "feedback", "message": plain["id"], "helpful": True}
    assert (await reply(tab, rating))["code"] == "malformed"


async def test_another_chat_s_answer_cannot_be_rated(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, transcript: Transcript
) -> None:
    """Who knows a message's id still needs the session of its conversation."""
    quoting(bot, "quote")
    mine, other = [await (await open_chat(client)).connect() for _ in range(2)]
    answer = await answer_to(mine, "how much?", 1)
    rating = {"type": "feedback", "message": answer["id"], "helpful": False}
    assert (await reply(other, rating))["code"] == "malformed"
    conversation = (await transcript.conversations(0, 1))[0].id
    assert [entry.helpful for entry in await transcript.entries(conversation)] == [None, None]


@pytest.mark.parametrize("reason", ["because", "", 1, "wrong "])
async def test_only_known_reasons_are_taken(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot, reason: object
) -> None:
    """No words of the student's own come in here."""
    quoting(bot, "quote")
    tab = await (await open_chat(client)).connect()
    answer = await answer_to(tab, "how much?", 1)
    rating = {"type": "feedback", "message": answer["id"], "helpful": False, "reason": reason}
    assert (await reply(tab, rating))["code"] == "malformed"


def claim(named: str, seconds: float = 600, **changed: Any) -> dict[str, Any]:
    expires = int(time.time() + seconds)
    made = {"origin": ORIGIN, "student": named, "expires": expires, "secret": SECRET} | changed
    hmac = seal(made["secret"], made["origin"], made["student"], made["expires"])
    return {"type": "identify", "student": named, "expires": expires, "hmac": hmac}


async def test_a_student_is_known_by_the_site_s_word(
    make_client: MakeClient, open_chat: OpenChat, transcript: Transcript
) -> None:
    """Staff see the site's id of the student with the conversation; the bot never does."""
    chat = await open_chat(await make_client(identity_secret=SECRET))
    tab = await chat.connect()
    assert await reply(tab, claim("s-123")) == {"type": "identified", "student": "s-123"}
    await answer_to(tab, "hello", 1)
    assert (await transcript.conversations(0, 1))[0].student == "s-123"
    assert (await reply(tab, claim("s-123")))["type"] == "identified"


async def test_a_conversation_never_changes_its_student(
    make_client: MakeClient, open_chat: OpenChat, transcript: Transcript
) -> None:
    """Somebody else at the same computer has to begin another one."""
    tab = await (await open_chat(await make_client(identity_secret=SECRET))).connect()
    await reply(tab, claim("s-123"))
    assert (await reply(tab, claim("s-456")))["code"] == "other_student"
    await answer_to(tab, "hello", 1)
    assert (await transcript.conversations(0, 1))[0].student == "s-123"


@pytest.mark.parametrize(
    "forge",
    [
        lambda: claim("s-123", origin="https://other.example"),
        lambda: claim("s-123", student="s-124"),
        lambda: claim("s-123", expires=int(time.time()) + 999),
        lambda: claim("s-123", secret="another-secret-of-more-than-32-letters"),
        lambda: claim("s-123", seconds=-1),
        lambda: claim("s-123", seconds=24 * 3600 + 60),
        lambda: claim("s-123") | {"hmac": ""},
        lambda: claim("s-123") | {"hmac": "é" * 64},
        lambda: claim("s-123") | {"hmac": "0" * 64},
    ],
    ids="origin student expires secret past far none letters zeros".split(),
)
async def test_a_claim_that_was_changed_is_refused(
    make_client: MakeClient, open_chat: OpenChat, transcript: Transcript, forge: Forge
) -> None:
    """Of another site, student, time or secret, too old, or good for too long."""
    tab = await (await open_chat(await make_client(identity_secret=SECRET))).connect()
    assert (await reply(tab, forge()))["code"] == "identity"
    await answer_to(tab, "hello", 1)
    assert (await transcript.conversations(0, 1))[0].student is None


async def test_without_a_secret_nobody_is_identified(
    client: TestClient, open_chat: OpenChat
) -> None:
    """Not even by a claim that was made with an empty one."""
    tab = await (await open_chat(client)).connect()
    assert (await reply(tab, claim("s-123", secret="")))["code"] == "identity"


def test_a_secret_must_be_long_and_is_not_shown() -> None:
    """A short one ends the start; no representation holds it."""
    with pytest.raises(ValidationError, match="at least 32 characters"):
        GatewaySettings(identity_secret="short")
    assert SECRET not in repr(GatewaySettings(identity_secret=SECRET))


async def test_replies_of_the_gateway_itself_are_not_asked_about(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """An apology is no answer."""
    await bot.stop()
    tab = await (await open_chat(client)).connect()
    apology = await answer_to(tab, "hello", 1)
    assert (apology["author"], apology["asks_feedback"]) == (Author.SYSTEM.value, False)
