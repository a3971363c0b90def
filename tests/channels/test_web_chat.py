"""The web chat: sessions, replay, several tabs, and everything that is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient
from gateway_parts import ORIGIN, Chat, MakeClient, frames_until, settled, until, until_asked
from loopback_bot import LoopbackBot, saying, waiting_for
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.transcript import Transcript

OpenChat = Callable[[TestClient], Awaitable[Chat]]


def said(text: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": f"id-{number}", "text": text, **more}


async def frame_of(tab: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while (frame := await tab.receive_json())["type"] != kind:
            pass
    return dict(frame)


async def test_a_question_is_echoed_and_answered(client: TestClient, open_chat: OpenChat) -> None:
    """Ready, the student's own message with its client id, typing, the reply, typing off."""
    tab = await (await open_chat(client)).connect()
    ready = await tab.receive_json()
    assert (ready["type"], ready["last"], ready["limit"]) == ("ready", 0, 2000)
    assert ready["institution"]["name"] == "Maple Harbor College (fictional)"
    assert "fictional" in ready["institution"]["notice"]
    await tab.send_json(said("hello *there*"))
    own, reply = await frames_until(tab, 2)
    assert (own["author"], own["client_id"], own["html"]) == (
        "student",
        "id-1",
        "<p>hello *there*</p>",
    )
    assert (reply["author"], reply["seq"], reply["client_id"]) == ("assistant", 2, None)
    assert reply["html"] == "<p>You said: hello <em>there</em></p>\n"
    assert set(reply) == {
        *("type", "seq", "id", "client_id", "author", "name", "kind", "text", "html"),
        *(
            "choices",
            "citations",
            "files",
            "attachments",
            "abstained",
            "answer_kind",
            "asks_feedback",
            "at",
        ),
    }
    assert reply["at"].endswith("Z")


async def test_the_page_s_language_goes_with_every_message(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """As a hint for the bot, which looks at the words first."""
    tab = await (await open_chat(client)).connect(language="es-MX")
    await tab.receive_json()
    await tab.send_json(said("data analytics"))
    await frames_until(tab, 2)
    assert [asked["language"] for asked in bot.asked] == ["es-MX"]


async def test_typing_is_shown_while_a_turn_runs(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """A tab sees it begin and end, also one that joins in between."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    chat = await open_chat(client)
    tab = await chat.connect()
    await tab.send_json(said("hello"))
    assert (await frame_of(tab, "typing"))["on"] is True
    late = await chat.connect()
    assert (await frame_of(late, "typing"))["on"] is True
    release.set()
    assert (await frame_of(tab, "typing"))["on"] is False
    assert (await frame_of(late, "typing"))["on"] is False


async def test_replay_begins_after_the_watermark(client: TestClient, open_chat: OpenChat) -> None:
    """A tab that comes back gets what it has not seen, nothing else, and nothing twice."""
    chat = await open_chat(client)
    first = await chat.connect()
    for number in range(3):
        await first.send_json(said(f"m{number}", number))
    await frames_until(first, 6)
    await first.close()
    second = await chat.connect(after=4)
    assert (await second.receive_json())["last"] == 6
    assert [frame["seq"] for frame in await frames_until(second, 6)] == [5, 6]
    await second.send_json({"type": "ping"})
    assert (await second.receive_json())["type"] == "pong"


async def test_tabs_of_one_chat_see_the_same(client: TestClient, open_chat: OpenChat) -> None:
    """What one tab sends, and what is answered, reaches every tab in the same order."""
    chat = await open_chat(client)
    tabs = [await chat.connect() for _ in range(3)]
    for number in range(4):
        await tabs[number % 3].send_json(said(f"m{number}", number))
    seen = [[(f["seq"], f["id"], f["text"]) for f in await frames_until(tab, 8)] for tab in tabs]
    assert seen[0] == seen[1] == seen[2]
    assert [seq for seq, _, _ in seen[0]] == list(range(1, 9))


async def test_chats_do_not_see_each_other(
    client: TestClient, open_chat: OpenChat, transcript: Transcript
) -> None:
    """The same client id in two chats is two messages, each seen by its own chat only."""
    mine, other = [await (await open_chat(client)).connect() for _ in range(2)]
    await mine.send_json(said("mine"))
    await other.send_json(said("other"))
    assert [f["text"] for f in await frames_until(mine, 2)] == ["mine", "You said: mine"]
    assert [f["text"] for f in await frames_until(other, 2)] == ["other", "You said: other"]


async def test_a_retried_message_is_answered_once(
    client: TestClient, open_chat: OpenChat, transcript: Transcript, bot: LoopbackBot
) -> None:
    """The same id on a new connection, as after a lost line, changes nothing."""
    chat = await open_chat(client)
    for _ in range(2):
        tab = await chat.connect()
        await tab.send_json(said("hello"))
        assert len(await frames_until(tab, 2)) == 2
        await tab.close()
    await settled(transcript)
    assert len(bot.asked) == 1


async def test_an_apology_reaches_the_widget(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Bot down: an apology with contact links and the choice of a person, which then works."""
    await bot.stop()
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("hello"))
    apology = (await frames_until(tab, 2))[1]
    assert (apology["kind"], apology["author"]) == ("apology", "system")
    assert 'href="mailto:advising@maple-harbor.example"' in apology["html"]
    choice = apology["choices"][0]
    await tab.send_json(said(choice["text"], 2, payload=choice["payload"]))
    assert (await frames_until(tab, 4))[-1]["kind"] == "handover"


async def test_citations_travel_with_the_answer(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Title, quote and dates arrive as the knowledge base wrote them."""
    citation = {"title": "Fees", "quote": "It costs $500.", "effective_from": "2026-08-01"}
    answer = {"type": "answer", "text": "**$500**", "citations": [citation], "abstained": True}
    bot.behaviour = saying({"custom": answer})
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("how much?"))
    reply = (await frames_until(tab, 2))[1]
    assert (reply["kind"], reply["citations"], reply["abstained"]) == ("answer", [citation], True)


async def test_files_travel_with_the_answer(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Name, type and content arrive as they were made."""
    file = {"name": "plan.ics", "media_type": "text/calendar", "text": "BEGIN:VCALENDAR"}
    bot.behaviour = saying(
        {"custom": {"type": "answer", "text": "A plan", "citations": [], "files": [file]}}
    )
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("plan it"))
    assert (await frames_until(tab, 2))[1]["files"] == [file]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://127.0.0.1:8081",
        "https://127.0.0.1:8080",
        "http://127.0.0.1:8080.evil.example",
        "http://127.0.0.1",
    ],
)
async def test_other_sites_get_no_session_and_no_socket(
    client: TestClient, open_chat: OpenChat, origin: str | None
) -> None:
    """An Origin that is not on the list is refused at both doors, without CORS headers."""
    headers = {} if origin is None else {"Origin": origin}
    for response in (
        await client.post("/chat/session", headers=headers),
        await client.options("/chat/session", headers=headers),
    ):
        assert response.status == 403
        assert "Access-Control-Allow-Origin" not in response.headers
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/chat/socket", headers=headers)
    assert refused.value.status == 403


async def test_an_embedding_site_gets_cors(make_client: MakeClient) -> None:
    """A site on the list may ask for a session, and only its own Origin is echoed."""
    client = await make_client(allowed_origins=("https://www.maple-harbor.example/",))
    origin = "https://www.maple-harbor.example"
    for method in (client.options, client.post):
        response = await method("/chat/session", headers={"Origin": origin})
        assert response.status in (200, 204)
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in response.headers["Vary"]


async def test_a_token_works_on_its_own_site_only(make_client: MakeClient) -> None:
    """A token that was given to one site is worthless on another, though both are allowed."""
    client = await make_client(allowed_origins=("https://a.example", "https://b.example"))
    response = await client.post("/chat/session", headers={"Origin": "https://a.example"})
    hello = {"type": "hello", "token": (await response.json())["token"]}
    answers = {}
    for origin in ("https://a.example", "https://b.example"):
        tab = await client.ws_connect("/chat/socket", headers={"Origin": origin})
        await tab.send_json(hello)
        answers[origin] = await tab.receive_json()
    assert answers["https://a.example"]["type"] == "ready"
    assert answers["https://b.example"]["code"] == "session"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "' OR 1=1 --", "\ud83d\ude00"])
async def test_a_forged_token_is_no_session(client: TestClient, token: str) -> None:
    """The widget is told to ask for a new session, and the connection ends."""
    tab = await Chat(client, token).connect()
    error = await tab.receive_json()
    assert (error["type"], error["code"]) == ("error", "session")
    assert (await tab.receive()).type is WSMsgType.CLOSE


async def test_tokens_are_stored_as_hashes(
    client: TestClient, open_chat: OpenChat, engine: AsyncEngine
) -> None:
    """A copy of the database opens no chat."""
    token = (await open_chat(client)).token
    assert len(token) == 43  # 256 bits in base64
    async with engine.connect() as db:
        rows = (await db.execute(text("SELECT * FROM web_sessions"))).all()
    assert len(rows) == 1
    assert token not in repr(rows)


async def test_an_old_session_ends(
    client: TestClient, open_chat: OpenChat, engine: AsyncEngine
) -> None:
    """After the set number of days without a visit the token is not valid."""
    chat = await open_chat(client)
    async with engine.begin() as db:
        await db.execute(text("UPDATE web_sessions SET seen_at = '2020-01-01 00:00:00.000000'"))
    assert (await (await chat.connect()).receive_json())["code"] == "session"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type": "surprise"}',
        '{"type": "message"}',
        '{"type": "message", "id": "", "text": "x"}',
        '{"type": "message", "id": "a/b", "text": "x"}',
        '{"type": "message", "id": "a", "text": 7}',
        '{"type": "message", "id": "a", "text": "x", "payload": {}}',
        '{"type": "hello", "token": "x"}',
        '{"type": "message", "id": "a", "text": "\\ud800"}',
    ],
)
async def test_a_malformed_frame_is_named_and_survived(
    client: TestClient, open_chat: OpenChat, raw: str
) -> None:
    """The sender learns that it was malformed; the chat goes on."""
    tab = await (await open_chat(client)).connect()
    await tab.receive_json()
    await tab.send_str(raw)
    error = await tab.receive_json()
    assert (error["type"], error["code"]) == ("error", "malformed")
    await tab.send_json(said("still here"))
    assert (await frames_until(tab, 2))[1]["text"] == "You said: still here"


async def test_a_stranger_must_say_hello_first(client: TestClient) -> None:
    """Without a hello nothing is taken."""
    tab = await client.ws_connect("/chat/socket", headers={"Origin": ORIGIN})
    await tab.send_json(said("hello"))
    assert (await tab.receive_json())["code"] == "malformed"
    assert (await tab.receive()).type is WSMsgType.CLOSE


async def test_a_long_message_is_refused_with_its_id(
    client: TestClient, open_chat: OpenChat, transcript: Transcript
) -> None:
    """The widget can say which message was too long; nothing is recorded."""
    chat = await open_chat(client)
    tab = await chat.connect()
    conversation = (await tab.receive_json())["conversation"]
    await tab.send_json(said("ü" * 2001))
    error = await tab.receive_json()
    assert (error["code"], error["id"]) == ("too_long", "id-1")
    assert "2000" in error["text"]
    assert await transcript.watermark(conversation) == 0


async def test_an_oversize_frame_ends_the_connection(
    client: TestClient, open_chat: OpenChat
) -> None:
    """More than 64 KB in one frame is not read."""
    tab = await (await open_chat(client)).connect()
    await tab.receive_json()
    await tab.send_json(said("x" * 70_000))
    closed = await tab.receive()
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1009)


async def test_a_forged_choice_is_refused(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """A command that was not offered never reaches the bot."""
    tab = await (await open_chat(client)).connect()
    await tab.receive_json()
    await tab.send_json(said("x", payload="/restart"))
    error = await tab.receive_json()
    assert (error["code"], error["id"]) == ("malformed", "id-1")
    assert bot.asked == []


async def test_one_chat_is_slowed_down(make_client: MakeClient, open_chat: OpenChat) -> None:
    """Beyond its burst a chat is told that it is too fast; another chat is not."""
    client = await make_client(session_burst=3, session_per_minute=0.001)
    tab = await (await open_chat(client)).connect()
    for number in range(5):
        await tab.send_json(said(f"m{number}", number))
    refused = [(await frame_of(tab, "error")) for _ in range(2)]
    assert {(error["code"], error["id"]) for error in refused} == {
        ("too_fast", "id-3"),
        ("too_fast", "id-4"),
    }
    other = await (await open_chat(client)).connect()
    await other.send_json(said("hello"))
    assert len(await frames_until(other, 2)) == 2


async def test_one_address_is_slowed_down(make_client: MakeClient, open_chat: OpenChat) -> None:
    """New chats do not lift the limit of a network address."""
    client = await make_client(address_burst=2, address_per_minute=0.001)
    for number in range(2):
        tab = await (await open_chat(client)).connect()
        await tab.send_json(said("hello", number))
        await frames_until(tab, 2)
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("hello"))
    assert (await frame_of(tab, "error"))["code"] == "too_fast"


async def test_opening_chats_is_limited(make_client: MakeClient) -> None:
    """An address that opens many chats gets 429 and when to come back."""
    client = await make_client(new_sessions_burst=2, new_sessions_per_minute=0.001)
    statuses = []
    for _ in range(3):
        response = await client.post("/chat/session", headers={"Origin": ORIGIN})
        statuses.append(response.status)
    assert statuses == [200, 200, 429]
    assert response.headers["Retry-After"] == "60"


async def test_tabs_are_limited(make_client: MakeClient, open_chat: OpenChat) -> None:
    """A chat holds so many tabs and no more; a closed one makes room."""
    client = await make_client(sockets_per_session=2)
    chat = await open_chat(client)
    tabs = [await chat.connect() for _ in range(2)]
    for tab in tabs:
        await tab.receive_json()
    assert (await (await chat.connect()).receive_json())["code"] == "too_fast"
    await tabs[0].close()

    async def another_gets_in() -> bool:
        return bool((await (await chat.connect()).receive_json())["type"] == "ready")

    await until_asked(another_gets_in)


async def test_a_shutdown_answers_and_then_says_so(
    make_client: MakeClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """The running turn's reply still arrives; then the tab is told to come back (1012)."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    client = await make_client()
    tab = await (await open_chat(client)).connect()
    await tab.send_json(said("hello"))
    await until(lambda: bot.asked)
    closing = asyncio.create_task(client.server.close())
    release.set()
    texts, closed = [], None
    async with asyncio.timeout(10):
        while closed is None:
            received = await tab.receive()
            if received.type is WSMsgType.TEXT:
                texts.append(json.loads(received.data).get("text"))
            else:
                closed = received
    assert "You said: hello" in texts
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1012)
    await closing


async def test_a_restarted_gateway_goes_on(make_client: MakeClient, open_chat: OpenChat) -> None:
    """The token, the history and the watermark survive a restart."""
    before = await make_client()
    chat = await open_chat(before)
    tab = await chat.connect()
    await tab.send_json(said("hello"))
    await frames_until(tab, 2)
    await before.close()
    after = Chat(await make_client(), chat.token)
    tab = await after.connect(after=1)
    assert [frame["seq"] for frame in await frames_until(tab, 2)] == [2]
    await tab.send_json(said("again", 2))
    assert (await frames_until(tab, 4))[-1]["text"] == "You said: again"
