"""The bot keeps the protocol between gateway and bot that docs/architecture.md fixes."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from pathlib import Path

import aiohttp
import pytest
from libraries import OrderedLibrary
from running_bot import BOT, RunningActions, RunningBot, new_conversation

QUESTION = "how much does the welding course cost"


def body(**changes: object) -> dict[str, object]:
    return {"conversation": "c_1", "turn_id": "t_1", "text": "hi", "payload": None, **changes}


@pytest.mark.parametrize("token", ["", "wrong", "x" * 43])
async def test_a_wrong_token_is_refused(bot: RunningBot, token: str) -> None:
    """Without the token nothing is handled, and the answer is 401."""
    status, answer = await bot.post(body(), token=token)
    assert (status, answer["status"]) == (401, "error")


async def test_a_request_without_a_token_is_refused(bot: RunningBot) -> None:
    """A missing header is a wrong token."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{bot.url}/turn", json=body()) as response,
    ):
        assert response.status == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conversation": None}, "conversation"),
        ({"conversation": ""}, "conversation"),
        ({"conversation": "c 1"}, "conversation"),
        ({"turn_id": 5}, "turn_id"),
        ({"turn_id": "x" * 129}, "turn_id"),
        ({"text": None}, "text"),
        ({"text": "  \n"}, "text"),
        ({"text": ["hi"]}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "half a pair \ud83d"}, "text"),
        ({"payload": "greet"}, "payload"),
        ({"payload": "/no_such_intent"}, "payload"),
        ({"payload": "/restart"}, "payload"),
        ({"payload": "/greet and more"}, "payload"),
        ({"payload": {"intent": "greet"}}, "payload"),
    ],
)
async def test_a_malformed_request_names_the_field(
    bot: RunningBot, changes: dict[str, object], field: str
) -> None:
    """400 says which field is wrong."""
    status, answer = await bot.post(body(**changes))
    assert (status, answer["status"], answer["reason"]) == (400, "error", "malformed")
    assert field in answer["detail"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"hi"', b"null"])
async def test_a_body_that_is_not_an_object_is_malformed(bot: RunningBot, raw: bytes) -> None:
    """Anything but a JSON object is 400, never a stack trace."""
    headers = {"Authorization": f"Bearer {bot.token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{bot.url}/turn", data=raw, headers=headers) as response,
    ):
        assert response.status == 400
        assert (await response.json())["reason"] == "malformed"


async def test_a_greeting_discloses_the_assistant_and_its_readers(bot: RunningBot) -> None:
    """The first reply says that it is automated and that staff can read along."""
    answer = await bot.turn(new_conversation(), "hello")
    assert (answer["status"], answer["form"]) == ("ok", None)
    assert answer["intent"]["name"] == "greet"
    assert answer["intent"]["confidence"] > 0.5
    (reply,) = answer["replies"]
    assert "automated assistant" in reply["text"]
    assert "Staff" in reply["text"]
    assert all(choice["payload"].startswith("/") for choice in reply["choices"])


async def test_an_answer_arrives_whole(bot: RunningBot) -> None:
    """Blank lines do not split an answer."""
    answer = await bot.turn(new_conversation(), QUESTION)
    (reply,) = answer["replies"]
    assert reply["custom"]["type"] == "answer"
    assert reply["custom"]["text"].endswith("first\n\nsecond")
    assert answer["turn_id"].startswith("t_")


async def test_an_erased_conversation_is_forgotten(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """Nothing of it is in the tracker's file, and a turn of it is new again; others stay."""
    mine, other = new_conversation(), new_conversation()
    for conversation in (mine, other):
        await bot.turn(conversation, QUESTION, turn_id="t_1")
    assert await bot.forget(mine) == (200, {"status": "ok"})
    with sqlite3.connect(bot.tracker_db) as tracker:
        kept = {name for (name,) in tracker.execute("SELECT sender_id FROM events")}
    assert (mine in kept, other in kept) == (False, True)
    asked = len(library.asked)
    for conversation in (mine, other):
        await bot.turn(conversation, QUESTION, turn_id="t_1")
    assert len(library.asked) == asked + 1


async def test_an_erasure_waits_for_the_turn_under_way(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """Else the turn would write the conversation down again."""
    conversation = new_conversation()
    turn = asyncio.create_task(bot.turn(conversation, QUESTION))
    await asyncio.sleep(0.02)
    assert (await bot.forget(conversation))[0] == 200
    await turn
    with sqlite3.connect(bot.tracker_db) as tracker:
        kept = {name for (name,) in tracker.execute("SELECT sender_id FROM events")}
    assert conversation not in kept


async def test_only_the_gateway_may_erase(bot: RunningBot) -> None:
    """Without the token, or without a conversation, nothing is."""
    assert (await bot.forget("c_1", token="wrong"))[0] == 401
    assert (await bot.forget("c 1"))[0] == 400


async def test_the_program_of_the_page_reaches_the_action(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """A question that names nothing is asked of it."""
    status, _ = await bot.post(
        body(conversation=new_conversation(), text="how much does it cost", program="MHC-DA101")
    )
    assert status == 200
    assert library.asked[-1][2] == "MHC-DA101"


async def test_a_repeated_turn_gets_the_same_reply_and_moves_nothing(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """The second delivery of a turn is read back, not handled."""
    conversation = new_conversation()
    first = await bot.turn(conversation, QUESTION, turn_id="t_1")
    later = await bot.turn(conversation, "thanks", turn_id="t_2")
    assert await bot.turn(conversation, QUESTION, turn_id="t_1") == first
    assert await bot.turn(conversation, "other words now", turn_id="t_2") == later
    assert len(library.asked) == 1


async def test_repeats_at_the_same_time_are_handled_once(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """Five deliveries of a turn in flight together get one reply."""
    conversation = new_conversation()
    answers = await asyncio.gather(
        *(bot.turn(conversation, QUESTION, turn_id="t_1") for _ in range(5))
    )
    assert all(answer == answers[0] for answer in answers)
    assert len(library.asked) == 1


async def test_the_same_turn_id_of_two_conversations_is_two_turns(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """A turn id belongs to its conversation."""
    await bot.turn(new_conversation(), QUESTION, turn_id="t_1")
    await bot.turn(new_conversation(), QUESTION, turn_id="t_1")
    assert len(library.asked) == 2


async def test_turns_of_one_conversation_wait_for_each_other(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """Turns sent together are handled one after the other, and none is lost."""
    conversation = new_conversation()
    answers = await asyncio.gather(
        *(bot.turn(conversation, f"{QUESTION} {number}") for number in range(6))
    )
    assert [answer["status"] for answer in answers] == ["ok"] * 6
    assert sorted(len(history) for _, history, _ in library.asked) == [0, 2, 4, 4, 4, 4]


@pytest.mark.parametrize("text", ["/talk_to_person", "  /talk_to_person", "\t//talk_to_person"])
async def test_a_typed_slash_is_text(bot: RunningBot, text: str) -> None:
    """A typed command is understood by its words, so it has no certain confidence."""
    answer = await bot.turn(new_conversation(), text)
    assert answer["intent"]["confidence"] < 1.0


@pytest.mark.parametrize("text", ["/session_start", "/back", "/slot{}", "/", "///"])
async def test_a_typed_command_of_rasa_commands_nothing(
    bot: RunningBot, library: OrderedLibrary, text: str
) -> None:
    """The conversation's memory survives what would reset it."""
    conversation = new_conversation()
    await bot.turn(conversation, QUESTION)
    await bot.turn(conversation, text)
    await bot.turn(conversation, "and what about fees for books")
    _, history, _ = library.asked[-1]
    assert history[0].text == QUESTION


async def test_a_typed_restart_is_a_wish_to_start_over(bot: RunningBot) -> None:
    """Read like the word without its slash, with a confidence, and answered."""
    conversation = new_conversation()
    answers = [await bot.turn(conversation, text) for text in ("/restart", "restart")]
    assert [answer["intent"]["name"] for answer in answers] == ["start_over", "start_over"]
    assert all(answer["intent"]["confidence"] < 1.0 and answer["replies"] for answer in answers)


async def test_a_payload_is_a_command_and_its_label_is_what_was_said(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """The vouched payload decides the intent; the question keeps the student's words."""
    answer = await bot.turn(new_conversation(), "bananas on the moon", payload="/ask_cost")
    assert answer["intent"] == {"name": "ask_cost", "confidence": 1.0}
    assert library.asked[-1][0] == "bananas on the moon"


async def test_a_payload_needs_no_text(bot: RunningBot) -> None:
    """A choice without a label still works."""
    answer = await bot.turn(new_conversation(), "", payload="/talk_to_person")
    assert answer["replies"][0]["custom"]["type"] == "handover"


async def test_a_follow_up_brings_history_and_focus(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """The library gets what was said before, and what the last answer was about."""
    conversation = new_conversation()
    first = await bot.turn(conversation, QUESTION)
    await bot.turn(conversation, "and is there a refund if i leave the course")
    assert library.asked[0] == (QUESTION, (), None)
    disclosure, _, answer = first["replies"][0]["custom"]["text"].partition("\n\n")
    assert "automated assistant" in disclosure
    _, history, focus = library.asked[1]
    assert [(u.role, u.text) for u in history] == [
        ("user", QUESTION),
        ("agent", answer),
    ]
    assert focus == first["replies"][0]["custom"]["focus"]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("how much is the broken course", "unexpected"),
        ("how much is the unpublished course", "nothing_published"),
        ("how much is it if i pay slowly", "timeout"),
    ],
)
async def test_a_failing_action_says_so(bot: RunningBot, question: str, reason: str) -> None:
    """Errors and lateness come back as a failure with its reason."""
    answer = await bot.turn(new_conversation(), question)
    assert answer["replies"] == [{"custom": {"type": "failure", "reason": reason}}]


async def test_without_the_action_server_the_status_tells_it(
    bot: RunningBot, ordered_actions: RunningActions
) -> None:
    """Silence is reported as such, and the next turn works again when the server is back."""
    conversation = new_conversation()
    ordered_actions.stop()
    try:
        silent = await bot.turn(conversation, QUESTION)
        small_talk = await bot.turn(conversation, "thank you")
    finally:
        ordered_actions.start()
    assert (silent["status"], silent["replies"]) == ("no_reply", [])
    assert small_talk["status"] == "ok"
    assert (await bot.turn(conversation, QUESTION))["status"] == "ok"


async def test_a_crash_loses_neither_memory_nor_replies(
    bot: RunningBot, library: OrderedLibrary
) -> None:
    """After Rasa is killed it knows the conversation, and a repeat gets the reply it had."""
    conversation = new_conversation()
    first = await bot.turn(conversation, QUESTION, turn_id="t_1")
    bot.kill()
    bot.start()
    assert await bot.turn(conversation, QUESTION, turn_id="t_1") == first
    await bot.turn(conversation, "how much are the books for the course")
    assert next(u.text for u in library.asked[-1][1]) == QUESTION
    assert len(library.asked) == 2


async def test_no_words_of_a_student_are_logged(bot: RunningBot) -> None:
    """Failing, slow, odd and outside messages leave no words in the bot's log."""
    conversation = new_conversation()
    for text in (
        "how much is the broken zanzibar course",
        "/zanzibar{oops",
        'zanzibar "quotes" \\ % {}',
        "what is the weather in zanzibar",
    ):
        await bot.turn(conversation, text)
    assert "zanzibar" not in bot.log.read_text(encoding="utf-8", errors="replace")


async def test_trackers_are_kept_with_write_ahead_logging(bot: RunningBot) -> None:
    """The file's journal mode persists, so that any reader sees it."""
    await bot.turn(new_conversation(), "hello")
    connection = sqlite3.connect(bot.tracker_db)
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ADVISOR_BOT_TOKEN", "short"),
        ("ADVISOR_BOT_TOKEN", ""),
        ("ADVISOR_BOT_TOKEN", None),
        ("ADVISOR_TRACKER_DB", None),
        ("ADVISOR_ACTIONS_URL", None),
    ],
)
def test_the_bot_refuses_to_start_half_configured(
    model: Path, tmp_path: Path, variable: str, value: str | None
) -> None:
    """A short or unset token, or another unset variable, ends the start and is named."""
    unstarted = RunningBot(model, tmp_path, "http://127.0.0.1:9")
    environment = unstarted.environment()
    environment.pop(variable)
    if value is not None:
        environment[variable] = value
    ended = subprocess.run(
        unstarted.command(),
        cwd=BOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode != 0
    assert variable in ended.stdout + ended.stderr
