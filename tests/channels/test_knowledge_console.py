"""The knowledge console over HTTP: sources, entries, review, publishing, gaps."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient
from colleague import PROGRAM, Colleague, colleague
from gateway_parts import PATIENCE, until_asked
from multidict import MultiDict
from shelved_content import ShelvedContent
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.model import Role
from channels.brain import RasaBrain
from channels.gateway import ROOMS, build_app
from channels.model import Author, InboundMessage
from channels.schema import audit_log, conversations, messages
from channels.settings import GatewaySettings, InstitutionSettings
from channels.staff import publisher
from channels.staff.entry_form import OFFERING, entry_typed
from channels.staff.fields import Fields
from channels.staff.outline import OutlineError, outlined, requirement_in
from channels.staff.room import Workshop
from channels.staff.workbench import Workbench, WorkbenchError
from channels.storage import Storage
from channels.transcript import Transcript
from knowledge_base.drafts.proposal import Person
from knowledge_base.drafts.publishing import Publications
from knowledge_base.model import (
    Cost,
    Document,
    Join,
    Offering,
    Program,
    Requirement,
    Span,
    Validity,
)
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry, Store

CATALOG = """code,title,tuition_usd,start_dates
MHC-1,Welding,{fee},2027-01-11
MHC-2,Baking,{second},2027-02-01
"""
MAPPING = """institution = "Maple Harbor College (fictional)"
[fields]
id = "code"
code = "code"
title = "title"
[[costs]]
purpose = "tuition"
amount = "tuition_usd"
[offerings]
starts = "start_dates"
"""
CHILD = Path(__file__).parent / "workbench_child.py"


@pytest.fixture
async def client(
    aiohttp_client: Callable[..., Awaitable[TestClient]],
    engine: AsyncEngine,
    brain: RasaBrain,
    tmp_path: Path,
) -> TestClient:
    """A gateway whose workbench is a child that says what it was asked."""
    workshop = Workshop(tmp_path / "uploads", 1_000_000, command=(sys.executable, str(CHILD)))
    app = build_app(
        GatewaySettings(),
        InstitutionSettings(),
        engine=engine,
        brain=brain,
        content=ShelvedContent(),
        workshop=workshop,
    )
    return await aiohttp_client(app)


@pytest.fixture
async def ana(client: TestClient) -> Colleague:
    return await colleague(client, Role.EDITOR, "Ana Editor")


@pytest.fixture
async def ben(client: TestClient) -> Colleague:
    return await colleague(client, Role.REVIEWER, "Ben Reviewer")


@pytest.fixture
async def store(engine: AsyncEngine) -> Store:
    """A working copy with a program and a page."""
    store = Store(engine)
    page = Document("refunds", "Refunds", "Ask at the desk.\n")
    await store.replace("https://maple-harbor.example", "html", [Entry(page), entry(1140)])
    return store


def entry(tuition: int) -> Entry:
    program = Program("D/1", "Data", costs=(Cost("tuition", Decimal(tuition)),))
    return Entry(program_page(program), program)


async def ended(who: Colleague, response: Any) -> dict[str, Any]:
    """The job that a form led to, once it has ended."""
    assert response.status == 303, await response.text()
    where = response.headers["Location"]
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await who.get(where, headers={"Accept": "application/json"})
            job: dict[str, Any] = await found.json()
            if job["goes_to"] or job["problem"]:
                return job
            await asyncio.sleep(0.01)


async def uploaded(who: Colleague, text: str, **fields: str) -> dict[str, Any]:
    """Upload a catalog with its mapping."""
    form = FormData({"csrf_token": who.csrf, **fields}, default_to_multipart=True)
    form.add_field("file", text.encode(), filename="catalog.csv")
    form.add_field("mapping", MAPPING.encode(), filename="catalog.toml")
    return await ended(who, await who._ask("POST", "/staff/sources/read", {"data": form}))


async def version_of(who: Colleague, path: str) -> str:
    page = await (await who.get(path)).text()
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None, page
    return found[1]


async def test_a_catalog_is_previewed_mended_and_let_in(
    client: TestClient, ana: Colleague, ben: Colleague, engine: AsyncEngine
) -> None:
    """Errors by row, to download; nothing is written before somebody else has approved it."""
    job = await uploaded(ana, CATALOG.format(fee="much", second="500"))
    page = await (await ana.get(job["goes_to"])).text()
    assert "Not taken" in page
    assert "catalog.csv line 2" in page
    errors = await (await ana.get(f"{job['goes_to']}/errors.csv")).text()
    assert "much" in errors
    assert await Store(engine).entries() == []

    job = await uploaded(ana, CATALOG.format(fee="1140", second="500"))
    path = job["goes_to"]
    page = await (await ana.get(path)).text()
    assert "errors.csv" not in page
    assert "MHC-2" in page
    await ana.post(f"{path}/submit", {"version": await version_of(ana, path)})
    version = await version_of(ben, path)
    refused = await ana.post(f"{path}/decide", {"version": version, "decision": "approve"})
    assert refused.status == 403
    decided = {"version": version, "decision": "approve", "reason": "as the registrar sent it"}
    assert (await ben.post(f"{path}/decide", decided)).headers["Location"] == "/staff/review"
    assert {e.document.id for e in await Store(engine).entries()} == {"MHC-1", "MHC-2"}
    history = await (await ana.get("/staff/sources")).text()
    assert history.count("upload:catalog.csv") >= 2

    job = await uploaded(ana, CATALOG.format(fee="1300", second="500"))
    page = await (await ana.get(job["goes_to"])).text()
    assert "<del>" in page
    assert "$1,300 tuition" in page

    async with engine.connect() as db:
        actions = [row.action for row in await db.execute(select(audit_log.c.action))]
    assert {"import", "submit", "approved"} <= set(actions)


async def test_a_file_that_cannot_be_read_is_told_by_its_name(ana: Colleague) -> None:
    """No path of the server stands in the words, and the page of sources shows no draft of it."""
    form = FormData({"csrf_token": ana.csrf}, default_to_multipart=True)
    form.add_field("file", b"\x00\x01", filename="fees.docx")
    job = await ended(ana, await ana._ask("POST", "/staff/sources/read", {"data": form}))
    assert "fees.docx" in job["problem"]
    assert "upload-" not in job["problem"]
    nothing = await ana.post("/staff/sources/read", {"url": "not an address"})
    assert nothing.status == 400


async def test_a_source_gets_its_schedule(ana: Colleague) -> None:
    """In words; what is no interval is refused with what is allowed."""
    place = {"location": "https://maple-harbor.example/aid"}
    assert (await ana.post("/staff/sources/schedule", place | {"every": "daily"})).status == 303
    assert 'value="1d"' in await (await ana.get("/staff/sources")).text()
    refused = await ana.post("/staff/sources/schedule", place | {"every": "often"})
    assert refused.status == 400
    assert "hourly" in await refused.text()


async def test_entries_are_found_and_shown(ana: Colleague, store: Store) -> None:
    """By words of the title or the id, by kind, and one with a slash in its id."""
    found = await (await ana.get("/staff/entries?q=refu&kind=page")).text()
    assert "Refunds" in found
    assert 'href="/staff/entries/D%2F1"' not in found
    shown = await (await ana.get("/staff/entries/D%2F1")).text()
    assert "$1,140 tuition" in shown
    assert (await ana.get("/staff/entries/nothing")).status == 404


async def typed(who: Colleague, path: str) -> MultiDict[str]:
    """The fields of a draft's form as a browser would send them back."""
    page = await (await who.get(path)).text()
    form = page[page.index('id="draft"') :]
    form = form[: form.index("</form>")]
    fields: MultiDict[str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name:
            fields.add(name[1], value[1] if value else "")
    for name, value in re.findall(
        r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        fields.add(name, value)
    return fields


async def silently(who: Colleague, path: str, fields: MultiDict[str]) -> ClientResponse:
    """Send a form as a script does."""
    return await who._ask("POST", path, {"data": fields, "headers": PROGRAM})


async def test_an_entry_is_edited_in_its_form_and_a_second_editor_is_told(
    ana: Colleague, ben: Colleague, store: Store
) -> None:
    """Both are shown; the fee waits for somebody else, who approves it with its reason."""
    begun = await ana.post("/staff/entries/D%2F1/edit")
    path = begun.headers["Location"]
    mine, theirs = await typed(ana, path), await typed(ben, path)
    mine["cost_amount"], theirs["cost_amount"] = "1250", "1350"
    saved = await silently(ana, f"{path}/auto", mine)
    assert (await saved.json())["touches"] == ["fee"]
    refused = await ben._ask("POST", path, {"data": theirs})
    assert refused.status == 409
    both = await refused.text()
    assert "$1,250 tuition" in both
    assert "1350" in both
    silent = await silently(ben, f"{path}/auto", theirs)
    assert silent.status == 409

    mine = await typed(ana, path)
    mine["then"] = "submit"
    mine["questions"] = "how much is data"
    sent = await ana._ask("POST", path, {"data": mine})
    assert sent.status == 303, re.findall(r"small bad.*", await sent.text())
    where = sent.headers["Location"]
    page = await (await ben.get(where)).text()
    assert "changes a fee" in page
    decided = {"version": await version_of(ben, where), "decision": "approve"}
    assert (await ben.post(f"{where}/decide", decided)).status == 409  # No reason.
    await ben.post(f"{where}/decide", decided | {"reason": "checked", "criterion_0": "yes"})
    assert "$1,250" in {e.document.id: e.document.text for e in await store.entries()}["D/1"]
    assert "how much is data" in await (await ana.get("/staff/publish")).text()
    shown = await (await ana.get("/staff/entries/D%2F1")).text()
    assert "Ben Reviewer" in shown
    revision = await (await ana.get("/staff/entries/D%2F1/revisions/2")).text()
    assert "<del>" in revision
    draft = await ana.post("/staff/entries/D%2F1/roll-back", {"number": "1"})
    assert (await typed(ana, draft.headers["Location"]))["cost_amount"] == "1140"


async def test_a_reviewer_modifies_in_the_same_form(
    ana: Colleague, ben: Colleague, store: Store
) -> None:
    """A page's words are approved with modifications at once."""
    path = (await ana.post("/staff/entries/refunds/edit")).headers["Location"]
    fields = await typed(ana, path)
    fields["text"], fields["then"] = "Ask at the countr.", "submit"
    where = (await ana._ask("POST", path, {"data": fields})).headers["Location"]
    fields = await typed(ben, f"{where}/modify")
    fields["text"], fields["decision"], fields["reason"] = "Ask at the counter.", "modify", "typo"
    assert (await ben._ask("POST", f"{where}/decide", {"data": fields})).status == 303
    assert "counter" in {e.document.id: e.document.text for e in await store.entries()}["refunds"]


async def test_what_cannot_be_is_told_beside_its_field(ana: Colleague, store: Store) -> None:
    """And what was typed stands in the form again."""
    path = (await ana.post("/staff/entries/D%2F1/edit")).headers["Location"]
    fields = await typed(ana, path)
    fields["cost_amount"], fields["requirement"] = "a lot", "any of\nC1"
    refused = await ana._ask("POST", path, {"data": fields})
    words = await refused.text()
    assert refused.status == 400
    assert "such as 1140" in words


async def test_a_publication_passes_the_saved_questions_or_says_why_not(
    ana: Colleague, ben: Colleague, store: Store
) -> None:
    """An editor cannot publish; a failing question stops it, and a reason lets it out."""
    assert (await ana.post("/staff/publish", {"when": "now"})).status == 403
    job = await ended(ben, await ben.post("/staff/publish", {"when": "now"}))
    assert job["goes_to"] == "/staff/publish"
    await ana.post("/staff/publish/questions", {"questions": "fails\npasses"})
    job = await ended(ben, await ben.post("/staff/publish", {"when": "now"}))
    assert "1 saved question fails" in job["problem"]
    job = await ended(ben, await ben.post("/staff/publish", {"when": "now", "override": "known"}))
    assert job["goes_to"]
    page = await (await ana.get("/staff/publish")).text()
    assert "known" in page
    await ben.post("/staff/publish", {"when": "later", "at": "2030-01-01T08:00"})
    assert "Cancel" in await (await ben.get("/staff/publish")).text()
    assert (await ben.post("/staff/publish", {"when": "later", "at": "soon"})).status == 400


async def test_a_due_publication_goes_out_by_itself(
    client: TestClient, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Within seconds of its time, in one gateway."""
    monkeypatch.setattr(publisher, "LOOK_SECONDS", 0.01)
    publications = Publications(engine)
    await publications.ask_for(Person("a", "Ana"), datetime.now(UTC) - timedelta(seconds=1))
    running = publisher.Publisher(publications, Workbench((sys.executable, str(CHILD))))
    task = asyncio.create_task(running.run())
    async with asyncio.timeout(PATIENCE):
        while not (found := await publications.listed())[0].edition:  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.01)
    task.cancel()
    assert found[0].edition == "e9"


async def test_what_runs_beside_the_console_ends_together(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that fails is asked again; another fault leaves neither loop behind."""
    faults: list[Exception] = [OperationalError("", {}, Exception()), RuntimeError()]

    async def claim(_self: Publications) -> None:
        raise faults.pop(0)

    def running() -> int:
        names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]
        return names.count("Corrections.run")

    monkeypatch.setattr(publisher, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(Publications, "claim", claim)
    before = running()
    with pytest.raises(ExceptionGroup):
        await client.app[ROOMS].publishing.run()
    assert not faults
    assert running() == before == 1


async def test_contradictions_are_looked_for_on_demand(ana: Colleague, store: Store) -> None:
    """Reading every page takes a while, so that a page is not kept waiting for it."""
    assert "contradict each other" not in await (await ana.get("/staff/publish")).text()
    job = await ended(ana, await ana.post("/staff/publish/conflicts"))
    assert "contradict each other" in await (await ana.get(job["goes_to"])).text()


async def test_the_draft_is_asked(ana: Colleague, store: Store) -> None:
    """As JSON, with the sources; an empty question is refused."""
    told = await ana.send("/staff/publish/ask", {"question": "How much?"})
    assert "draft says: How much?" in (await told.json())["html"]
    assert (await ana.send("/staff/publish/ask", {"question": " "})).status == 400


@pytest.fixture
async def asked(client: TestClient, engine: AsyncEngine) -> AsyncEngine:
    """Two answers from content: one that cites the page of refunds, one that nobody could give."""
    transcript = Transcript(Storage(engine))
    answers = [
        (
            "When do I get my money back?",
            "quote",
            [{"document_id": "refunds", "title": "t", "quote": "q"}],
        ),
        ("Is there a gym?", "unknown", []),
        ("is there a gym", "unknown", []),
    ]
    for place, (question, kind, citations) in enumerate(answers):
        inbound = InboundMessage("web", f"s{place}", f"d{place}", question)
        receipt = await transcript.record(inbound)
        mine = conversations.c.id == receipt.conversation
        async with engine.begin() as db:
            await db.execute(update(conversations).where(mine).values(last_seq=receipt.seq + 1))
            await db.execute(
                insert(messages).values(
                    id=f"m_{place}",
                    conversation_id=receipt.conversation,
                    seq=receipt.seq + 1,
                    turn_id=receipt.turn_id,
                    author=Author.ASSISTANT,
                    kind="answer",
                    text="told",
                    answer={
                        "kind": kind,
                        "text": "It costs $5.",
                        "confidence": 0.9,
                        "citations": citations,
                    },
                    at=datetime.now(UTC),
                )
            )
    return engine


async def test_past_answers_that_would_change_are_shown(ana: Colleague, asked: AsyncEngine) -> None:
    """Each question once, old and new side by side."""
    job = await ended(ana, await ana.post("/staff/publish/compare", {"days": "7"}))
    page = await (await ana.get(job["goes_to"])).text()
    assert "2 of 2 questions" in page
    assert "new words" in page


async def test_who_was_told_a_fact_is_listed(ana: Colleague, asked: AsyncEngine) -> None:
    """By the entry that was cited, and by what was said."""
    page = await (await ana.get("/staff/relied/refunds")).text()
    assert "When do I get my money back?" in page
    narrowed = await (await ana.get("/staff/relied/refunds?value=%247")).text()
    assert "When do I get my money back?" not in narrowed


async def test_a_correction_is_prepared_confirmed_and_said(
    client: TestClient, ana: Colleague, ben: Colleague, asked: AsyncEngine
) -> None:
    """From what is published, by who may publish; and it stands in the student's chat."""
    content = ShelvedContent()
    aid, _ = (await content.published("policies/aid")) or (None, ())
    assert aid is not None
    async with asked.begin() as db:
        cited = {"kind": "quote", "text": "Up to $400.", "citations": [{"document_id": aid.id}]}
        await db.execute(update(messages).where(messages.c.id == "m_0").values(answer=cited))
    before = Entry(replace(aid, text=aid.text.replace("Ask before", "Up to $400. Ask before")))
    store = Store(asked)
    await store.replace("https://maple-harbor.example/aid", "html", [before])
    path = (await ana.post("/staff/entries/policies%2Faid/edit")).headers["Location"]
    fields = await typed(ana, path)
    fields["text"], fields["then"] = aid.text, "submit"
    where = (await ana._ask("POST", path, {"data": fields})).headers["Location"]
    decided = {"version": await version_of(ben, where), "decision": "approve", "reason": "so it is"}
    await ben.post(f"{where}/decide", decided)

    place = "/staff/relied/policies%2Faid"
    page = await (await ben.get(f"{place}?value=%24400")).text()
    assert "Queue the correction" in page
    assert "Queue the correction" not in await (await ana.get(f"{place}?value=%24400")).text()
    words = re.search(r'name="text_en"[^>]*>([^<]*)<', page)
    assert words is not None
    assert "you were told “$400”" in words[1]
    form = {"value": "$400", "days": "30", "text_en": words[1]}
    assert (await ana.post(place, form)).status == 403
    assert (await ben.post(place, form | {"value": ""})).status == 400
    assert (await ben.post(place, form | {"text_en": ""})).status == 400
    assert (await ben.post(place, form | {"text_en": "Now […]"})).status == 400
    assert (await ben.post(place, form | {"text_en": "Now there is none. [1]"})).status == 303

    async def is_said() -> bool:
        return "in the chat" in await (await ben.get(place)).text()

    await until_asked(is_said)
    async with asked.connect() as db:
        said = (await db.execute(select(messages).where(messages.c.kind == "correction"))).one()
    assert said.text == "Now there is none. [1]"
    assert said.answer["citations"][0]["title"] == aid.title


async def test_gaps_are_grouped_and_one_click_drafts_an_entry(
    ana: Colleague, asked: AsyncEngine
) -> None:
    """With the questions as its test set."""
    job = await ended(ana, await ana.post("/staff/gaps", {"days": "7"}))
    page = await (await ana.get(job["goes_to"])).text()
    assert "2 times" in page
    made = await ana.post("/staff/entries", {"title": "Gym", "questions": "Is there a gym?"})
    draft = await (await ana.get(made.headers["Location"])).text()
    assert "Is there a gym?" in draft


async def test_a_child_that_dies_is_told_and_started_again(tmp_path: Path) -> None:
    """The next request finds a new one."""
    workbench = Workbench((sys.executable, str(CHILD)))
    with pytest.raises(WorkbenchError, match="died"):
        await workbench.ask("die")
    assert (await workbench.ask("publish"))["id"] == "e9"
    await workbench.close()
    with pytest.raises(WorkbenchError):
        await Workbench(()).ask("publish")


async def test_every_page_is_shown_to_who_may_see_it(client: TestClient, store: Store) -> None:
    """None of the navigation fails, whatever it holds."""
    mara = await colleague(client)
    for path in ("", "/entries", "/sources", "/review", "/stale", "/publish", "/gaps"):
        response = await mara.get(f"/staff{path}")
        assert response.status == 200, (path, await response.text())


def test_an_outline_is_the_tree_that_it_was() -> None:
    """Programs, words and joins, however deep; what cannot be read names its line."""
    tree = Requirement(
        parts=(
            Requirement("Be 18."),
            Requirement(
                "One of these",
                join=Join.ANY,
                parts=(Requirement(program="D1"), Requirement("A test", "D2")),
            ),
        )
    )
    assert requirement_in(outlined(tree)) == tree
    assert requirement_in("@D1") == Requirement(program="D1")
    assert requirement_in(" \n") is None
    for broken, line in (
        ("A\n  B", "Line 1"),
        ("any of:\n  A\n B", "Line 3"),
        ("  A\nB", "Line 2"),
    ):
        with pytest.raises(OutlineError, match=line):
            requirement_in(broken)


def test_a_form_gives_back_the_program_that_it_showed() -> None:
    """Nothing that the form does not change is lost: unknown stays unknown."""
    program = Program(
        "D1",
        "Data",
        costs=(
            Cost("fee", Decimal("60.50"), "EUR", "once", "in-state", Validity(date(2027, 1, 1))),
        ),
        duration=Span(Decimal(8), Decimal(10), "weeks"),
        offerings=(
            Offering(date(2027, 1, 11), apply_terms="rolling admission"),
            Offering(start_terms="Autumn 2027"),
        ),
        skills=("SQL", "Python"),
    )
    fields: MultiDict[str] = MultiDict(
        {
            "title": "Data",
            "offering_start_terms": "",
            "cost_purpose": "fee",
            "cost_amount": "60.50",
            "cost_currency": "eur",
            "cost_residency": "in-state",
            "cost_condition": "once",
            "cost_from": "2027-01-01",
            "cost_to": "",
            "cost_verified": "",
            "duration_low": "8",
            "duration_high": "10",
            "duration_unit": "weeks",
            "offering_starts": "2027-01-11",
            "offering_ends": "",
            "offering_apply_by": "",
            "offering_apply_terms": "rolling admission",
            "offering_delivery": "",
            "offering_location": "",
            "skills": "SQL\r\n\r\nPython",
        }
    )
    second = dict.fromkeys((f"offering_{name}" for name in OFFERING), "")
    fields.extend(second | {"offering_start_terms": "Autumn 2027"})
    made, problems = entry_typed(fields, Entry(program_page(program), program), {})
    assert problems == {}
    assert made.program == program
    fields["effective_from"], fields["effective_to"] = "2027-02-01", "2027-01-01"
    fields["duration_high"] = "7"
    _, problems = entry_typed(fields, Entry(program_page(program), program), {})
    assert set(problems) == {"effective_to", "duration_high"}


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("$1,140.50", Decimal("1140.50")), ("1.125", Decimal("1.125")), ("", None)],
)
def test_a_number_is_read_as_typed(typed: str, amount: Decimal | None) -> None:
    """A comma parts thousands only where it can."""
    fields = Fields(MultiDict({"credits": typed}))
    assert (fields.number("credits"), fields.problems) == (amount, {})


@pytest.mark.parametrize("typed", ["1,5", "1.350,00", "-1", "many"])
def test_a_number_that_is_none_is_told(typed: str) -> None:
    """A comma before a fraction never becomes a larger amount, nor a full stop a smaller one."""
    fields = Fields(MultiDict({"credits": typed}))
    assert fields.number("credits") is None
    assert fields.problems == {"credits": "Type a number, such as 1140 or 1140.50."}
