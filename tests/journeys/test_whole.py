"""Journeys through the whole assistant: browser, gateway, Rasa, actions, published sample."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from chat import Chat
from playwright.async_api import Page, expect
from student import MARKER, Student, until
from whole_assistant import WholeAssistant

from advisor.sample import MAPPING, PROGRAMS

pytestmark = pytest.mark.bot

PageFactory = Callable[..., Awaitable[Page]]
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "answer.png"


def first_program() -> dict[str, str]:
    """The first row of the sample institution's catalog."""
    with PROGRAMS.open(encoding="utf-8", newline="") as rows:
        return next(csv.DictReader(rows))


def dollars(amount: str) -> str:
    return f"${int(amount):,}"


def written_out(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


async def test_a_question_about_cost_and_what_follows(
    whole: WholeAssistant, browser_page: PageFactory
) -> None:
    """The cited answer, its source in a new tab, a follow-up, a lost line, and the history."""
    program = first_program()
    tuition = dollars(program["tuition_usd"])
    chat = Chat(await browser_page(f"{whole.url}/"))
    await chat.open()

    answer = await chat.ask(f"How much does {program['title']} cost?")
    await expect(answer).to_contain_text(tuition)
    if os.environ.get("ADVISOR_SCREENSHOTS") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        await chat.page.screenshot(path=PICTURE)
    async with chat.page.context.expect_page() as opened:
        sources = answer.get_by_role("group", name="Source")
        await sources.get_by_role("link", name=program["title"]).first.click()
    source = await opened.value
    await expect(source.get_by_role("heading", level=1)).to_have_text(program["title"])
    await expect(source.locator("mark").first).to_be_visible()
    await expect(source.locator("main")).to_contain_text(tuition)
    for when in (program["effective_from"], program["last_verified"]):
        await expect(source.locator("main")).to_contain_text(written_out(when))
    await source.close()

    answer = await chat.ask("when does it start?")
    starts = program["start_dates"].split(";")
    await expect(answer).to_contain_text(written_out(starts[0]))
    await expect(answer.get_by_role("link", name=program["title"]).first).to_be_visible()

    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline")
    await chat.write("is there a payment plan")
    await chat.page.context.set_offline(False)
    await expect(chat.answers).to_have_count(3)

    before = await chat.texts()
    await chat.page.reload()
    await expect(chat.messages).to_have_count(6)
    assert await chat.texts() == before
    assert await chat.seqs() == [1, 2, 3, 4, 5, 6]


async def test_a_person_is_offered_and_what_is_unknown_is_said(
    whole: WholeAssistant, browser_page: PageFactory
) -> None:
    """A hand-over, an honest answer without sources, and a slash that is only a character."""
    chat = Chat(await browser_page(f"{whole.url}/"))
    await chat.open()

    answer = await chat.ask("/restart")
    await expect(answer).not_to_be_empty()
    answer = await chat.ask("what is the name of the swimming coach")
    await expect(answer).to_contain_text("I don't have that in the published information")
    await expect(answer.get_by_role("group", name="Sources")).to_have_count(0)
    answer = await chat.ask("i want to talk to a person please")
    await expect(answer).to_contain_text("person")
    await expect(chat.own).to_have_text(
        [re.compile("/restart"), re.compile("swimming coach"), re.compile("person")]
    )

    (conversation,) = whole.query(
        "SELECT conversation_id FROM messages WHERE text = '/restart' ORDER BY at DESC LIMIT 1"
    )
    turns = whole.turns(str(conversation[0]))
    assert [turn.status for turn in turns] == ["answered"] * 3
    assert turns[2].replies == ("handover",)
    status = whole.query("SELECT status FROM conversations WHERE id = ?", str(conversation[0]))
    assert status == [("waiting",)]


@pytest_asyncio.fixture(loop_scope="session")
async def student(whole: WholeAssistant) -> AsyncIterator[Student]:
    """A student at the WebSocket, who misses nothing and whose words stand in no log."""
    async with Student(whole.url) as one:
        yield one
        assert one.refused == []
        seqs = [message["seq"] for message in one.seen]
        assert seqs == list(range(1, len(seqs) + 1))
    logs = whole.logs()
    assert set(logs) >= {"bot.log", "actions.log", "gateway.log"}
    assert [name for name, words in logs.items() if MARKER in words] == []


SECRET_WORD = "zebrunella"
"""Stands in no file, and is said in one conversation only."""


async def test_what_a_student_erases_is_in_no_file(whole: WholeAssistant) -> None:
    """Not in the databases of gateway and bot, what they wrote ahead, an edition, or a log."""

    def files() -> list[str]:
        kept = (path for path in whole.state.rglob("*") if path.is_file())
        return sorted(path.name for path in kept if SECRET_WORD.encode() in path.read_bytes())

    async with Student(whole.url) as one:
        for words in (f"my name is {SECRET_WORD}", f"can {SECRET_WORD} get a payment plan"):
            await one.ask(words)
        assert any(name.startswith("advisor.sqlite") for name in files())
        assert any(name.startswith("tracker.sqlite") for name in files())
        receipt = await one.erase()
    assert (receipt["messages"] >= 4, receipt["forgotten"]) == (True, True)
    assert files() == []
    assert whole.turns(one.conversation) == []


async def under_way(whole: WholeAssistant, conversation: str) -> None:
    """Wait until the newest turn is with the bot, and the bot has called the action."""
    actions = whole.ports["actions"]
    await until(lambda: whole.turns(conversation)[-1].status == "running")
    await until(lambda: actions in whole.reached_by("bot"))


APOLOGY = ("apology",)
ANSWER = ("answer",)
QUESTION = "is there a payment plan"


@pytest.mark.parametrize(
    ("name", "under_way_reason", "idle_reason"),
    [("bot", "unreachable", "unreachable"), ("actions", "no_reply", "no_reply")],
)
async def test_a_killed_part_costs_an_apology_and_comes_back(
    whole: WholeAssistant, student: Student, name: str, under_way_reason: str, idle_reason: str
) -> None:
    """`kill -9` in the middle of a turn and between turns: recorded, nothing doubled, healed."""
    assert (await student.ask(QUESTION))["kind"] == "answer"

    with whole.frozen("actions"):
        sent = await student.say("how does prior learning assessment work")
        await student.recorded(sent)
        await under_way(whole, student.conversation)
        before = whole.kill(name)
    apology = await student.reply_to(sent)
    assert apology["kind"] == "apology"
    assert "advising@maple-harbor.example" in apology["text"]
    assert [choice["payload"] for choice in apology["choices"]] == ["/talk_to_person"]
    await until(lambda: whole.is_back(name, before))
    assert (await student.ask(QUESTION))["kind"] == "answer"

    before = whole.kill(name)
    assert (await student.ask("are there scholarships"))["kind"] == "apology"
    person = await student.ask("Talk to a person", "/talk_to_person")
    assert person["kind"] == "handover"
    await until(lambda: whole.is_back(name, before))
    assert (await student.ask(QUESTION))["kind"] == "answer"

    turns = whole.turns(student.conversation)
    assert [(turn.status, turn.replies) for turn in turns] == [
        ("answered", ANSWER),
        ("failed", APOLOGY),
        ("answered", ANSWER),
        ("failed", APOLOGY),
        ("answered", ("handover",)),
        ("answered", ANSWER),
    ]
    reasons = [turn.reason for turn in turns]
    assert reasons == [None, under_way_reason, None, idle_reason, idle_reason, None]


async def test_a_killed_gateway_answers_what_it_had_accepted(
    whole: WholeAssistant, student: Student
) -> None:
    """The turn under way is answered once after the restart; a message sent twice counts once."""
    assert (await student.ask(QUESTION))["kind"] == "answer"

    with whole.frozen("actions"):
        sent = await student.say("how does prior learning assessment work")
        await student.recorded(sent)
        await under_way(whole, student.conversation)
        whole.kill("gateway")
    assert (await student.reply_to(sent))["kind"] == "answer"

    whole.kill("gateway")
    sent = await student.say("are there scholarships")
    assert (await student.reply_to(sent))["kind"] == "answer"
    await student.repeat(sent)
    assert (await student.ask(QUESTION))["kind"] == "answer"

    turns = whole.turns(student.conversation)
    assert [(turn.status, turn.reason, turn.replies) for turn in turns] == [
        ("answered", None, ANSWER)
    ] * 4
    tracker = sqlite3.connect(whole.state / "tracker.sqlite")
    with contextlib.closing(tracker):
        (heard,) = tracker.execute(
            "SELECT count(*) FROM events WHERE sender_id = ? AND type_name = 'user'",
            (student.conversation,),
        ).fetchone()
    assert heard == len(turns)


def write_catalog(path: Path, tuition: int) -> None:
    """A catalog with one program, a copy of the sample's first under a name of its own."""
    program = first_program() | {
        "code": "MHC-LK900",
        "title": "Lighthouse Keeping",
        "tuition_usd": str(tuition),
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, program)
        rows.writeheader()
        rows.writerow(program)


async def test_a_new_fee_is_in_the_open_chat_at_once(
    whole: WholeAssistant, student: Student, tmp_path: Path
) -> None:
    """Import and publish beside the running assistant, and roll back; no process starts anew."""
    catalog = tmp_path / "catalog.csv"
    editions = []
    pids = [whole.child(name).pid for name in whole.ports]

    for tuition in (1371, 2648):
        write_catalog(catalog, tuition)
        for words in (("import", str(catalog), "--map", str(MAPPING)), ("publish", "--json")):
            done = await asyncio.to_thread(whole.run, *words)
            assert done.returncode == 0, done.stderr
        editions.append(json.loads(done.stdout)["id"])
        answer = await student.ask("how much does Lighthouse Keeping cost")
        assert dollars(str(tuition)) in answer["text"]

    done = await asyncio.to_thread(whole.run, "editions", "roll-back", editions[0])
    assert done.returncode == 0, done.stderr
    answer = await student.ask("how much does Lighthouse Keeping cost")
    assert dollars("1371") in answer["text"]
    assert [whole.child(name).pid for name in whole.ports] == pids
