"""The chat's line by long polls: what passes over a WebSocket passes here, under the same rules."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from gateway_parts import ORIGIN, Chat, MakeClient, frames_until, settled, until
from loopback_bot import LoopbackBot, waiting_for

from channels.transcript import Transcript
from channels.web import polling

OpenChat = Callable[[TestClient], Awaitable[Chat]]
Frames = list[dict[str, Any]]


def said(text: str, number: int = 1) -> dict[str, Any]:
    return {"type": "message", "id": f"id-{number}", "text": text}


async def post(chat: Chat, door: str, after: int = 0, **body: Any) -> Frames:
    hello = {"type": "hello", "token": chat.token, "after": after}
    headers = {"Origin": ORIGIN}
    response = await chat.client.post(
        f"/chat/{door}", headers=headers, json=body | {"hello": hello}
    )
    assert response.status == 200, await response.text()
    found: Frames = (await response.json())["frames"]
    return found


async def test_a_first_poll_is_greeted_and_gets_what_was_written(
    client: TestClient, open_chat: OpenChat, transcript: Transcript
) -> None:
    """At once: ready, then every message after the watermark, as a WebSocket gives them."""
    chat = await open_chat(client)
    assert await post(chat, "send", frames=[said("one"), said("two", 2)]) == []
    await settled(transcript)
    tab = await chat.connect(after=1)
    over_socket = [await tab.receive_json(), *await frames_until(tab, 4)]
    polled = await post(chat, "poll", after=1)
    assert polled == over_socket
    assert [frame["type"] for frame in polled] == ["ready", *["message"] * 3]


async def test_a_poll_waits_for_what_is_new(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Nothing new keeps it waiting; typing and the answer end it, each message comes once."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    chat = await open_chat(client)
    waiting = asyncio.create_task(post(chat, "poll", greeted=True))
    await post(chat, "send", frames=[said("hello")])
    found = await waiting
    assert found[0]["client_id"] == "id-1"
    seen, typing = 1, any(frame["type"] == "typing" for frame in found)
    while not typing:
        typing = (await post(chat, "poll", after=seen, greeted=True))[-1]["on"]
    waiting = asyncio.create_task(post(chat, "poll", after=seen, greeted=True, typing=True))
    release.set()
    answer, *rest = await waiting
    assert (answer["seq"], answer["author"]) == (2, "assistant")
    assert rest in ([], [{"type": "typing", "on": False}])


async def test_a_poll_without_news_ends_empty(
    client: TestClient, open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time, so that no proxy cuts it; the next one goes on."""
    monkeypatch.setattr(polling, "POLL_SECONDS", 0.05)
    assert await post(await open_chat(client), "poll", greeted=True) == []


@pytest.mark.parametrize("door", ["poll", "send"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:8081"])
async def test_other_sites_are_refused(
    client: TestClient, open_chat: OpenChat, door: str, origin: str | None
) -> None:
    """Without CORS headers, at the door and at its preflight."""
    chat = await open_chat(client)
    body = {"hello": {"type": "hello", "token": chat.token}, "frames": [said("hello")]}
    headers = {} if origin is None else {"Origin": origin}
    for response in (
        await client.post(f"/chat/{door}", headers=headers, json=body),
        await client.options(f"/chat/{door}", headers=headers),
    ):
        assert response.status == 403
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("door", ["poll", "send"])
async def test_a_forged_token_is_no_session(client: TestClient, door: str) -> None:
    """The widget is told to ask for a new session."""
    found = await post(Chat(client, "A" * 43), door, frames=[said("hello")])
    assert [(frame["type"], frame["code"]) for frame in found] == [("error", "session")]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"hello": {"type": "hello", "token": 1}}', b"\xff\xfe", b"null"],
)
@pytest.mark.parametrize("door", ["poll", "send"])
async def test_what_is_no_request_is_refused(client: TestClient, door: str, body: bytes) -> None:
    """400, in words."""
    response = await client.post(f"/chat/{door}", headers={"Origin": ORIGIN}, data=body)
    assert (response.status, (await response.json())["error"]) == (400, "malformed")


async def test_limits_are_those_of_the_websocket(
    make_client: MakeClient, open_chat: OpenChat
) -> None:
    """Two messages too many, one over each line, count together."""
    chat = await open_chat(await make_client(session_burst=2, session_per_minute=1))
    assert await post(chat, "send", frames=[said("one"), said("two", 2)]) == []
    refused = await post(chat, "send", frames=[said("three", 3)])
    assert [(frame["code"], frame["id"]) for frame in refused] == [("too_fast", "id-3")]
    tab = await chat.connect(after=4)
    await tab.send_json(said("four", 4))
    while (frame := await tab.receive_json())["type"] != "error":
        pass
    assert frame["code"] == "too_fast"


async def test_a_poll_holds_a_place_as_a_socket_does(
    make_client: MakeClient, open_chat: OpenChat
) -> None:
    """Tabs of both kinds count toward the most that one chat may have."""
    chat = await open_chat(await make_client(sockets_per_session=1))
    tab = await chat.connect()
    assert (await tab.receive_json())["type"] == "ready"
    assert [frame["code"] for frame in await post(chat, "poll")] == ["too_fast"]


async def test_a_gateway_that_ends_answers_waiting_polls(
    client: TestClient, open_chat: OpenChat
) -> None:
    """Nobody waits for a time-out; the widget comes back by itself."""
    chat = await open_chat(client)
    server = client.server.runner.server
    asked = server.requests_count
    waiting = asyncio.create_task(post(chat, "poll", greeted=True))
    await until(lambda: server.requests_count > asked)
    assert client.app is not None
    await client.app.shutdown()
    assert await waiting == []
