"""What the support team does: find a conversation, take it over, write, hand back, keep notes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from aiohttp import ClientWebSocketResponse, FormData
from aiohttp.test_utils import TestClient
from colleague import PROGRAM, Colleague, colleague
from gateway_parts import Chat, frames_until, until
from loopback_bot import LoopbackBot, repeat, saying
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.model import Role
from channels.attachments import AttachmentRefused, accepted
from channels.audit import COMMAND
from channels.console.live import ALL_CONVERSATIONS
from channels.delivery import channel as delivered
from channels.gateway import ROOMS
from channels.model import ConversationStatus, InboundMessage, OutboundMessage, TurnStatus
from channels.office_hours import Hours, Stretch, stretches_said
from channels.records import Outcome
from channels.schema import audit_log, conversations, messages
from channels.settings import InstitutionSettings
from channels.storage import Storage
from channels.support import mailing
from channels.support.conversation_forms import LOST
from channels.support.filters import Filters
from channels.support.finding import Finder, Place
from channels.support.learning import learn
from channels.support.mailing import HandoverMails
from channels.support.notebook import Notebook
from channels.support.replies import Reply
from channels.support.reviewing import Becomes, Reviews, Verdict, agreed
from channels.support.settings import SupportSettings
from channels.support.speaking import Agent
from channels.transcript import Transcript
from channels.turns import Turns
from channels.waiting_line import WaitingLine

OpenChat = Callable[[TestClient], Awaitable[Chat]]
HANDOVER = {"type": "handover", "text": "", "reason": "asked"}
UTC_ZONE = ZoneInfo("UTC")


class Student:
    """A student in the web chat, and where staff find them."""

    def __init__(self, tab: ClientWebSocketResponse, conversation: str) -> None:
        self.tab = tab
        self.conversation = conversation
        self._said = 0

    async def write(self, text: str, payload: str | None = None) -> None:
        """Send a message."""
        self._said += 1
        said = {"type": "message", "id": f"id-{self._said}", "text": text, "payload": payload}
        await self.tab.send_json(said)

    async def reads(self, last: int) -> list[tuple[str, str]]:
        """Who wrote what, up to a place."""
        frames = await frames_until(self.tab, last)
        return [(frame["author"], frame["text"]) for frame in frames]


@pytest.fixture
def begin(client: TestClient, open_chat: OpenChat) -> Callable[[], Awaitable[Student]]:
    async def chat() -> Student:
        tab = await (await open_chat(client)).connect()
        return Student(tab, (await tab.receive_json())["conversation"])

    return chat


Begin = Callable[[], Awaitable[Student]]


@pytest.fixture
async def ana(client: TestClient) -> Colleague:
    return await colleague(client, Role.AGENT, "Ana Ruiz")


async def done(who: Colleague, path: str, **form: str) -> dict[str, Any]:
    """What a form answers a script."""
    data = {"csrf_token": who.csrf} | form
    answer = await who._ask("POST", path, {"data": data, "headers": PROGRAM})
    assert answer.status == 200
    return dict(await answer.json())


async def ids(who: Colleague, query: str = "") -> list[str]:
    """Conversations in the inbox, in order."""
    page = await (await who.get(f"/support/rows?{query}")).text()
    return re.findall(r'data-id="(c_\w+)"', page)


async def test_a_person_takes_over_writes_and_hands_back(
    begin: Begin, ana: Colleague, bot: LoopbackBot
) -> None:
    """The student is told who joins and leaves; the assistant is silent between, and goes on."""
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    assert (await done(ana, f"{place}/say", text="too soon"))["done"] is False
    assert (await done(ana, f"{place}/take"))["done"] is True
    assert (await done(ana, f"{place}/take"))["done"] is True
    await student.write("is anybody there")
    assert (await done(ana, f"{place}/say", text="Yes, **I** am."))["done"] is True
    frames = await frames_until(student.tab, 5)
    assert [(frame["author"], frame["kind"], frame["name"]) for frame in frames] == [
        ("person", "joined", "Ana Ruiz"),
        ("student", "text", ""),
        ("person", "text", "Ana Ruiz"),
    ]
    assert "<strong>I</strong>" in frames[-1]["html"]
    bot.behaviour = repeat
    assert (await done(ana, f"{place}/hand-back"))["done"] is True
    await student.write("thanks")
    assert [who for who, _ in await student.reads(8)] == ["person", "student", "assistant"]
    assert [asked["text"] for asked in bot.asked] == ["hello", "thanks"]
    assert (await done(ana, f"{place}/say", text="and"))["done"] is False


async def send_files(who: Colleague, path: str, text: str, *files: tuple[str, bytes]) -> str:
    """What a form with files answers; empty when it was sent."""
    form = FormData({"csrf_token": who.csrf, "text": text}, quote_fields=False)
    for name, content in files:
        form.add_field("file", content, filename=name)
    answer = await who._ask("POST", path, {"data": form, "headers": PROGRAM})
    assert answer.status == 200
    return str((await answer.json())["text"])


async def test_files_go_with_a_message_and_are_erased_with_it(
    begin: Begin, ana: Colleague, client: TestClient
) -> None:
    """The student opens them by the address in the chat, nobody by another, nobody afterwards."""
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    assert await send_files(ana, f"{place}/say", "here", ("a.pdf", b"%PDF-1")) == LOST
    await done(ana, f"{place}/take")
    said = await send_files(ana, f"{place}/say", "", ("../Plan für Sie.pdf", b"%PDF-1 plan"))
    assert said == ""
    (_, frame) = await frames_until(student.tab, 4)
    (file,) = frame["attachments"]
    assert (file["name"], file["size"], frame["text"]) == ("Plan für Sie.pdf", 11, file["name"])
    got = await client.get(file["path"])
    assert (got.status, await got.read()) == (200, b"%PDF-1 plan")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert file["path"] in (await (await ana.get(place)).text()).replace("&#34;", '"')
    forged = file["path"].replace(file["path"].split("/")[4], "0" * 32)
    assert (await client.get(forged)).status == 404
    await student.tab.send_json({"type": "erase"})
    while (await student.tab.receive_json())["type"] != "erased":
        pass
    assert (await client.get(file["path"])).status == 404


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("page.html", b"<script>", "only"),
        ("plan.pdf", b"MZ", "no .pdf file"),
        ("plan.pdf", b"%PDF-" + b"0" * 2000, "must hold"),
        ("empty.txt", b"", "must hold"),
        ("words.txt", b"a\0b", "no text"),
    ],
)
def test_a_file_that_may_not_be_sent_is_refused(name: str, content: bytes, problem: str) -> None:
    """By its end, its beginning and its size, with words for whoever sends it."""
    with pytest.raises(AttachmentRefused, match=problem):
        accepted(name, content, 2000)


async def test_the_page_tells_what_was_found_with_scores(
    begin: Begin, ana: Colleague, bot: LoopbackBot
) -> None:
    """Not only what was quoted: recorded with the answer, shown to staff, kept from the student."""
    cited = {"title": "Fees", "quote": "It is $5.", "document_id": "d_1", "passage_id": "p_1"}
    found = [
        {"passage": "p_1", "document": "d_1", "title": "Fees", "score": 0.8125},
        {"passage": "p_2", "document": "d_2", "title": "Refunds", "score": 0.11},
    ]
    answer = {"type": "answer", "text": "It is $5.", "kind": "quote", "citations": [cited]}
    bot.behaviour = saying({"custom": {**answer, "retrieved": found}})
    student = await begin()
    await student.write("what is the fee")
    frames = await frames_until(student.tab, 2)
    assert "0.8125" not in str(frames)
    page = await (await ana.get(f"/support/{student.conversation}")).text()
    rows = re.findall(r"<tr><td>(\w+) .*?</td><td>(.*?)</td><td>(.*?)</td></tr>", page)
    assert rows == [("Fees", "0.81", "yes"), ("Refunds", "0.11", "no")]


class Postbox:
    """A mail server that is away once, then takes everything."""

    def __init__(self) -> None:
        self.away = True
        self.mails: list[tuple[tuple[str, ...], str, str]] = []

    async def tell(self, recipients: Collection[str], subject: str, text: str) -> delivered.Verdict:
        """Keep a mail."""
        if self.away:
            self.away = False
            return delivered.Later(reason="away")
        self.mails.append((tuple(recipients), subject, text))
        return delivered.Sent()


async def test_staff_are_told_by_mail_once_of_each_wait(
    begin: Begin,
    ana: Colleague,
    client: TestClient,
    bot: LoopbackBot,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When nobody has the inbox open, and when it takes too long; tried again, without words."""
    monkeypatch.setattr(mailing, "PAUSE", timedelta(0))
    live, post = client.app[ROOMS].live, Postbox()
    mails = HandoverMails(storage, post, live, ["desk@example.edu"], "https://a.example")
    assert await mails.look() == 0
    bot.behaviour = saying({"custom": HANDOVER})
    student = await begin()
    await student.write("my cat Zerbinetta is ill, I want a person")
    await student.reads(2)
    inbox = await ana.get("/support/live", headers=PROGRAM)
    assert await mails.look() == 0
    inbox.close()
    await until(lambda: not live.watched(ALL_CONVERSATIONS))
    assert [await mails.look() for _ in range(3)] == [0, 1, 0]
    assert await WaitingLine(storage).escalate(timedelta(0)) == 1
    assert [await mails.look() for _ in range(2)] == [1, 0]
    assert {each[0] for each in post.mails} == {("desk@example.edu",)}
    assert ["too long" in subject for _, subject, _ in post.mails] == [False, True]
    for _, _, words in post.mails:
        assert f"https://a.example/support/{student.conversation}" in words
        assert "Zerbinetta" not in words


async def test_the_other_agent_can_neither_take_nor_write(
    begin: Begin, ana: Colleague, client: TestClient
) -> None:
    """One person holds a conversation; the other sees who, and that both have it open."""
    ben = await colleague(client, Role.AGENT, "Ben Okafor")
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    await ana.get(place)
    await done(ana, f"{place}/take")
    assert (await done(ben, f"{place}/take"))["done"] is False
    assert (await done(ben, f"{place}/say", text="me too"))["done"] is False
    assert (await done(ben, f"{place}/hand-back"))["done"] is False
    page = await (await ben.get(place)).text()
    assert "Ana Ruiz answers." in page and "Ana Ruiz has this open too." in page
    assert 'id="text"' not in page
    assert 'id="text"' in await (await ana.get(place)).text()
    assert (await done(ben, f"{place}/here")) == {"others": ["Ana Ruiz"], "mine": False}


async def test_an_open_page_gets_what_is_new(begin: Begin, ana: Colleague) -> None:
    """What the student writes while a person holds it is shown without a reload, once."""
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    await done(ana, f"{place}/take")
    await student.write("are <b>you</b> real")
    await student.reads(4)
    answer = await ana.get(f"{place}/news?after=3", headers=PROGRAM)
    news = await answer.json()
    assert (news["last"], news["mine"]) == (4, True)
    assert "are &lt;b&gt;you&lt;/b&gt; real" in news["entries"]
    assert "hello" not in news["entries"] and "You answer." in news["panel"]


async def test_the_inbox_is_narrowed(begin: Begin, ana: Colleague, bot: LoopbackBot) -> None:
    """By words, state, topic, tag, assignment and what the student said of an answer."""
    answer = {"type": "answer", "text": "It is **$1,200**.", "kind": "quote", "citations": []}
    bot.behaviour = saying({"custom": answer | {"confidence": 0.4}})
    asker, waiter = await begin(), await begin()
    await asker.write("what does the Crème brûlée course cost")
    await asker.reads(2)
    await asker.write("ok")
    frames = await frames_until(asker.tab, 4)
    rated = {"type": "feedback", "message": frames[-1]["id"], "helpful": False, "reason": "wrong"}
    await asker.tab.send_json(rated)
    while (await asker.tab.receive_json())["type"] != "feedback":
        pass
    bot.behaviour = saying({"custom": HANDOVER})
    await waiter.write("a person please", "/talk_to_person")
    await waiter.reads(2)
    first, second = asker.conversation, waiter.conversation

    assert await ids(ana) == [second, first]
    assert await ids(ana, "q=creme+brul") == [first]
    assert await ids(ana, "q=1%2C200") == [first]
    assert await ids(ana, "q=nothing+like+that") == []
    assert await ids(ana, "q=%22%27*") == []
    assert await ids(ana, "state=waiting") == [second]
    assert await ids(ana, "state=open") == [first]
    assert await ids(ana, "topic=greet") == [first]
    assert await ids(ana, "helpful=no") == [first]
    assert await ids(ana, "channel=web") == [second, first]
    assert await ids(ana, "channel=sms") == []
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert await ids(ana, f"since={tomorrow}") == []
    await ana.post(f"/support/{first}/tag", {"tag": "Late Fees"})
    assert await ids(ana, "tag=late-fees") == [first]
    await ana.post(f"/support/{first}/untag", {"tag": "late-fees"})
    assert await ids(ana, "tag=late-fees") == []
    await ana.post(f"/support/{first}/assign-me")
    assert await ids(ana, "assigned=me") == [first]
    assert await ids(ana, "assigned=nobody") == [second]
    await done(ana, f"/support/{second}/settle")
    assert await ids(ana, "state=waiting") == []


async def test_pages_of_the_inbox_follow_each_other(ana: Colleague, engine: AsyncEngine) -> None:
    """Every conversation stands on one page only, though many moved at the same moment."""
    at = datetime.now(UTC)
    rows = [
        {
            "id": f"c_{number:024x}",
            "channel": "web",
            "address": f"w_{number}",
            "status": "open",
            "last_seq": 1,
            "created_at": at,
            "updated_at": at - timedelta(minutes=number // 20),
        }
        for number in range(60)
    ]
    async with engine.begin() as db:
        await db.execute(conversations.insert(), rows)
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        page = await (await ana.get(f"/support/rows?{query}")).text()
        seen += re.findall(r'data-id="(c_\w+)"', page)
        older = re.search(r'href="/support\?([^"]+)">Older', page)
        query = older[1] if older else None
    assert len(seen) == len(set(seen)) == 60
    for nowhere in ("x", "9" * 40, "2026-01-01"):
        assert len(await ids(ana, f"after={nowhere}")) in (0, 25)


async def test_who_waits_for_too_long_stands_first(
    begin: Begin, ana: Colleague, bot: LoopbackBot, engine: AsyncEngine
) -> None:
    """Within office hours only; a person who takes over ends it."""
    bot.behaviour = saying({"custom": HANDOVER})
    first, second = await begin(), await begin()
    for student in (first, second):
        await student.write("a person please", "/talk_to_person")
        await student.reads(2)
    storage, ago = Storage(engine), datetime.now(UTC) - timedelta(minutes=30)
    async with engine.begin() as db:
        mine = conversations.c.id == second.conversation
        await db.execute(update(conversations).where(mine).values(waiting_since=ago))
    never_open = Hours((), UTC_ZONE)
    after = timedelta(minutes=10)
    assert await WaitingLine(storage, never_open).escalate(after) == 0
    assert (await WaitingLine(storage).standing(first.conversation)).ahead == 1
    assert await WaitingLine(storage).escalate(after) == 1
    assert await WaitingLine(storage).escalate(after) == 0
    assert await ids(ana) == [second.conversation, first.conversation]
    assert "waiting too long" in await (await ana.get("/support")).text()
    await done(ana, f"/support/{second.conversation}/take")
    assert "waiting too long" not in await (await ana.get("/support")).text()


async def test_notes_and_assignment_are_for_colleagues(
    begin: Begin, ana: Colleague, client: TestClient, engine: AsyncEngine
) -> None:
    """The student hears of neither; only a supervisor assigns to others, and it is on record."""
    sam = await colleague(client, Role.SUPERVISOR, "Sam Supervisor")
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    await ana.post(f"{place}/note", {"note": "Called them, <i>no answer</i>."})
    assert (await ana.post(f"{place}/assign", {"assigned": ana.account.id})).status == 403
    await sam.post(f"{place}/assign", {"assigned": ana.account.id})
    page = await (await sam.get(place)).text()
    assert "Called them, &lt;i&gt;no answer&lt;/i&gt;." in page and "selected>Ana Ruiz" in page
    async with engine.connect() as db:
        assert len((await db.execute(select(messages))).all()) == 2
        acts = (await db.execute(select(audit_log.c.action, audit_log.c.actor))).all()
    assert ("assign", "Sam Supervisor") in [tuple(act) for act in acts]


async def test_views_are_kept(ana: Colleague) -> None:
    """Under a name, for oneself; an agent cannot put one before everybody."""
    form = {"name": "Low", "below": "50", "channel": "web", "shared": "yes"}
    await ana.post("/support/views", form)
    page = await (await ana.get("/support?channel=web&below=50")).text()
    assert 'href="/support?channel=web&amp;below=50" aria-current="page">Low' in page


async def test_replies_have_variables(begin: Begin, client: TestClient, ana: Colleague) -> None:
    """They are filled in for whoever writes; one that is unknown is refused with its name."""
    sam = await colleague(client, Role.SUPERVISOR, "Sam Supervisor")
    assert (await ana.get("/support/replies")).status == 403
    wrong = await sam.post("/support/replies", {"name": "Hi", "text": "Hi {{pupil}}"})
    assert wrong.status == 400 and "no variable pupil" in await wrong.text()
    text = "Hello, {{agent}} here. {{student_program}}"
    await sam.post("/support/replies", {"name": "Hi", "text": text})
    assert Reply("", "", text).filled({"agent": "Ana"}) == "Hello, Ana here. {{student_program}}"
    student = await begin()
    await student.write("hello")
    await student.reads(2)
    await done(ana, f"/support/{student.conversation}/take")
    assert (
        "Hello, Ana Ruiz here." in await (await ana.get(f"/support/{student.conversation}")).text()
    )


def test_an_office_says_when_it_opens() -> None:
    """The next hour that it keeps, over days on which it is closed."""
    hours = Hours(
        (Stretch.from_text("Mon-Fri 09:00-17:00"),),
        UTC_ZONE,
        frozenset({datetime(2026, 11, 23, tzinfo=UTC).date()}),
    )
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert hours.next_opening(sunday) == datetime(2026, 11, 24, 9, tzinfo=UTC_ZONE)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("Monday to Friday, 9:00–17:00", ("Mon-Fri 09:00-17:00",)),
        ("Mon - Thu 08:30 to 16:00; Saturday, 10:00-12:00",
         ("Mon-Thu 08:30-16:00", "Sat 10:00-12:00")),
        ("Monday to Friday, 9:00–17:00; most Saturdays", ()),
        ("9 to 5", ()),
        ("Monday to Friday, 9:00–5:00", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_hours_are_read_where_words_say_them_plainly(words: str, hours: tuple[str, ...]) -> None:
    """All of them or none."""
    assert stretches_said(words) == hours


def test_nobody_is_late_on_a_sunday_by_the_sample_s_words() -> None:
    """Settings win over words; those of another institution count only in a zone of its own."""
    sunday, monday = (datetime(2026, 11, day, 15, tzinfo=UTC) for day in (22, 23))
    office = SupportSettings().office(InstitutionSettings())
    assert office is not None
    assert (office.open_at(sunday), office.open_at(monday)) == (False, True)
    other = InstitutionSettings(office_hours="Sunday, 9:00–17:00")
    assert SupportSettings().office(other) is None
    theirs = SupportSettings(timezone="Europe/Dublin").office(other)
    assert theirs is not None and theirs.open_at(sunday)
    set_apart = SupportSettings(hours=("Mon 09:00-17:00",)).office(other)
    assert set_apart is not None and not set_apart.open_at(sunday)


async def test_turns_are_judged(
    begin: Begin, client: TestClient, ana: Colleague, engine: AsyncEngine, tmp_path: Path
) -> None:
    """A judgement of a drawn turn counts for agreement; examples and tests become Rasa's files."""
    sam = await colleague(client, Role.SUPERVISOR, "Sam Supervisor")
    student = await begin()
    await student.write("what is [the] price\nplease")
    await student.reads(2)
    place = f"/support/{student.conversation}"
    turn = (re.findall(r'name="turn" value="(t_\w+)"', await (await ana.get(place)).text()))[0]
    assert (await ana.post("/support/review/draw")).status == 403
    await sam.post("/support/review/draw")
    assert student.conversation in await (await ana.get("/support/review")).text()
    wrong = {"turn": turn, "verdict": "wrong", "becomes": "example", "comment": "<b>"}
    await ana.post(f"{place}/review", wrong)
    reviews = Reviews(Storage(engine))
    me = Agent(ana.account.id, "Ana Ruiz")
    assert await reviews.seen_by(me, student.conversation) == {}  # No topic was named.
    await sam.post(f"{place}/review", wrong | {"meant": "ask_cost"})
    assert await reviews.seen_by(me, student.conversation) == {}  # Sam's is not to be known yet.
    for becomes in ("example", "test"):
        await ana.post(f"{place}/review", wrong | {"meant": "ask_cost", "becomes": becomes})
    assert [each.reviewer for each in (await reviews.seen_by(me, student.conversation))[turn]] == [
        "Sam Supervisor",
        "Ana Ruiz",
    ]
    assert "Nothing is left" in await (await ana.get("/support/review")).text()
    assert (await reviews.agreement()).share == 1.0
    judged = await reviews.wanted((Becomes.EXAMPLE, Becomes.TEST), 9)
    for _ in range(2):
        assert len(learn(judged, tmp_path, {"ask_cost"}).done) == 2
    examples = yaml.safe_load((tmp_path / "data/nlu/reviewed.yml").read_text("utf-8"))
    said = "what is (the) price please"
    assert examples["nlu"] == [{"intent": "ask_cost", "examples": f"- {said}\n"}]
    stories = yaml.safe_load((tmp_path / "tests/reviewed_stories.yml").read_text("utf-8"))
    assert [story["steps"] for story in stories["stories"]] == [
        [{"user": said, "intent": "ask_cost"}]
    ]
    assert len(learn(judged, tmp_path, {"ask_aid"}).unknown) == 2
    await reviews.made(judged, COMMAND)
    assert await reviews.wanted((Becomes.EXAMPLE, Becomes.TEST), 9) == ()


def test_kappa_is_the_agreement_beyond_chance() -> None:
    """The textbook's table: 20 and 15 agreed of 50 gives 0.4; one same word always gives none."""
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    found = agreed(pairs)
    assert found.kappa == pytest.approx(0.4) and found.share == pytest.approx(0.7)
    assert agreed([("a", "a")] * 3).kappa is None


async def test_both_databases_find_and_keep(either_engine: AsyncEngine) -> None:
    """Words, filters, pages, tags, presence, the line and samples, in SQLite and in PostgreSQL."""
    storage = Storage(either_engine)
    transcript, finder, notebook = Transcript(storage), Finder(storage), Notebook(storage)
    me, you = Agent("a_1", "Ana Ruiz"), Agent("a_2", "Ben Okafor")
    told = ("What does the tuition cost?", "Is tuition refunded?", "When does it start?")
    receipts = [
        await transcript.record(InboundMessage("sms", f"+{number}", f"d{number}", words))
        for number, words in enumerate(told)
    ]
    first, second, third = (receipt.conversation for receipt in receipts)

    async def found(after: Place | None = None, **narrowed: str) -> list[str]:
        page = await finder.find(Filters.from_query(narrowed), me.id, after)
        return [line.id for line in (*page.waiting, *page.lines)]

    assert await found() == [third, second, first]
    assert await found(q="TUITION cos") == [first]
    assert await found(q="tuition") == [second, first]
    assert await found(q="'; --") == []
    await notebook.tag(second, me, "money")
    assert await found(tag="money") == [second]
    newest = (await finder.find(Filters(), me.id)).lines[0]
    assert await found(Place(newest.updated_at, newest.id)) == [second, first]
    for agent in (me, you, me):
        await notebook.look(first, agent)
    assert await notebook.others(first, me) == ("Ben Okafor",)
    turns = Turns(storage)
    turn = await turns.claim(third)
    assert turn is not None
    handed = OutboundMessage("Of course.", kind="handover")
    outcome = Outcome(
        TurnStatus.ANSWERED,
        (handed,),
        intent="talk_to_person",
        conversation_status=ConversationStatus.WAITING,
    )
    await turns.finish(turn, outcome)
    assert await found(state="waiting") == [third] and await finder.waiting() == 1
    assert (await WaitingLine(storage).standing(first)).ahead == 1
    assert await WaitingLine(storage).escalate(timedelta(0)) == 1
    reviews = Reviews(storage)
    assert await reviews.draw(5, COMMAND) == 1
    assert [each.question for each in await reviews.queue(me)] == [told[2]]
    for agent in (me, you):
        judged = (third, turn.id, agent, Verdict.RIGHT, Becomes.NOTHING, "", "")
        assert await reviews.judge(*judged) == ""
    assert (await reviews.agreement()).turns == 1
