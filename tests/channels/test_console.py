"""What both consoles share: permissions, form tokens, live events, the audit log, and files."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient
from colleague import BROWSER, PROGRAM, Colleague, colleague
from gateway_parts import PATIENCE, MakeClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels import audit
from channels.accounts.model import Role
from channels.audit import Actor
from channels.console.entrance import PERMISSION
from channels.console.exports import csv_line
from channels.console.permissions import ALLOWED, Permission
from channels.gateway import ROOMS
from channels.schema import audit_log

OPEN = ("/", "/widget", "/chat", "/pages.css", "/sources", "/health", "/ready", "/metrics")
"""What is for students and machines: by its own checks, or for anybody."""
MARA = Actor("Mara", "a_1", "192.0.2.7")


def consoles(client: TestClient) -> list[tuple[str, str, Permission | None]]:
    """Method, path and permission of every route that is not for students or machines."""
    found = []
    for route in client.app.router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        if path == "/" or any(path.startswith(start) for start in OPEN[1:]):
            continue
        assert hasattr(route.handler, PERMISSION), f"{path} declares no permission"
        if route.method != "HEAD":
            found.append((route.method, path, getattr(route.handler, PERMISSION)))
    return found


def filled(path: str) -> str:
    """An address of the route, of a thing that is not there."""
    parts = ("none" if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


async def test_every_role_against_every_route(client: TestClient) -> None:
    """A role comes in where it has the permission, and is refused everywhere else; strangers are
    sent to sign in, and programs told so."""
    staff = {role: await colleague(client, role) for role in Role}
    for method, path, permission in consoles(client):
        if permission is None or path == "/console/sign-out":
            continue
        address = filled(path)
        for headers, status in ((BROWSER, 303), (PROGRAM, 401)):
            stranger = await client.request(method, address, headers=headers, allow_redirects=False)
            assert stranger.status == status, (method, path)
        for role, who in staff.items():
            forged = {"headers": BROWSER | {"Cookie": f"advisor={who.cookie}"}}
            given = {} if method == "GET" else {"data": {"csrf_token": "forged"}}
            response = await client.request(
                method, address, allow_redirects=False, **forged, **given
            )
            words = await response.text() if response.status == 403 else ""
            refused = "no access to this page" in words
            assert refused == (permission not in ALLOWED[role]), (role, method, path)
            if method != "GET" and not refused:
                assert "form has expired" in words, (role, method, path)
            response.close()


async def test_a_token_in_a_form_or_in_a_header_lets_a_change_through(client: TestClient) -> None:
    """A field of any form, or the header; JSON without the header is refused."""
    for send in ("form", "multipart", "header"):
        mara = await colleague(client, name=f"{send} Registrar")
        headers = {"Cookie": f"advisor={mara.cookie}"}
        data: object = {"csrf_token": mara.csrf}
        if send == "multipart":
            data = FormData({"csrf_token": mara.csrf}, default_to_multipart=True)
        elif send == "header":
            headers["X-CSRF-Token"], data = mara.csrf, None
        bare = await client.post(
            "/console/sign-out", headers=PROGRAM | {"Cookie": headers["Cookie"]}, json={}
        )
        assert (bare.status, (await bare.json())["error"]) == (403, 403)
        response = await client.post(
            "/console/sign-out", headers=headers, data=data, allow_redirects=False
        )
        assert (response.status, response.headers["Location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize(
    ("role", "home", "seen", "unseen"),
    [
        (Role.AGENT, "/support", "/support", "/staff"),
        (Role.SUPERVISOR, "/support", "/support", "/console/audit"),
        (Role.EDITOR, "/staff", "/staff", "/support"),
        (Role.REVIEWER, "/staff", "/staff", "/support"),
        (Role.ADMINISTRATOR, "/staff", "/console/audit", "/nothing"),
    ],
)
async def test_the_navigation_shows_what_a_role_may_open(
    client: TestClient, role: Role, home: str, seen: str, unseen: str
) -> None:
    """And signing in leads to its first page."""
    who = await colleague(client, role)
    response = await who.get("/console")
    assert response.headers["Location"] == home
    page = await (await who.get(home)).text()
    assert f'<a href="{seen}"' in page
    assert f'<a href="{unseen}"' not in page


async def events(response: ClientResponse, count: int) -> list[tuple[str, str, dict[str, object]]]:
    """Id, kind and data of so many events."""
    found = []
    async with asyncio.timeout(PATIENCE):
        lines: dict[str, str] = {}
        while len(found) < count:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                lines[name] = value
            elif "event" in lines:
                found.append((lines["id"], lines["event"], json.loads(lines["data"])))
                lines = {}
    return found


async def test_a_page_that_comes_back_gets_what_it_missed(client: TestClient) -> None:
    """After the last event that it saw, only of its topics, each once; from an event that nobody
    knows any more it is told to load anew."""
    who, live = await colleague(client), client.app[ROOMS].live
    stream = await who.get("/support/live", headers={"Accept": "text/event-stream"})
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    ((first, kind, _),) = await events(stream, 1)
    assert kind == "ready"
    live.conversation_moved("c_1", 3)
    live.conversation_moved("c_1", 3)
    live.publish("draft", {"id": 7}, "drafts")
    live.conversation_moved("c_2", 0, typing=True)
    seen = await events(stream, 2)
    assert [data["conversation"] for _, _, data in seen] == ["c_1", "c_2"]
    stream.close()
    back = await who.get("/support/live", headers={"Last-Event-ID": first})
    assert await events(back, 2) == seen
    back.close()
    for unknown in ("gone-3", f"{first.partition('-')[0]}-99"):
        anew = await who.get("/support/live", headers={"Last-Event-ID": unknown})
        assert (await events(anew, 1))[0][1] == "reset"
        anew.close()


async def test_a_stream_ends_with_its_session_and_with_the_gateway(
    make_client: MakeClient,
) -> None:
    """Who is signed out hears nothing more, although the line was open; at an end lines close."""
    client = await make_client()
    who, live = await colleague(client), client.app[ROOMS].live
    live._heartbeat = 0.05
    stream = await who.get("/support/live")
    await events(stream, 1)
    await client.app[ROOMS].sessions.sign_out(who.cookie)
    assert (await events(stream, 1))[0][1] == "signed_out"
    other = await colleague(client, name="Noor Agent")
    stream = await other.get("/support/live")
    await events(stream, 1)
    await live.close_all()
    async with asyncio.timeout(PATIENCE):
        await stream.read()


async def test_the_audit_log_is_only_added_to(either_engine: AsyncEngine) -> None:
    """The database itself refuses to change or delete a row."""
    async with either_engine.begin() as db:
        await audit.record(db, MARA, "publish", "edition", "e1", {"documents": 12})
    for change in (update(audit_log).values(actor="nobody"), delete(audit_log)):
        with pytest.raises(DatabaseError, match="only added to"):
            async with either_engine.begin() as db:
                await db.execute(change)
    async with either_engine.connect() as db:
        (row,) = (await db.execute(select(audit_log))).all()
    assert (row.actor, row.action, row.details) == ("Mara", "publish", {"documents": 12})


async def test_the_audit_log_is_searched_and_taken_out(
    client: TestClient, engine: AsyncEngine
) -> None:
    """By who, on what, action and day; the file holds what the page found and no formula."""
    who = await colleague(client)
    async with engine.begin() as db:
        await audit.record(db, Actor("=cmd|' /C calc'!A0"), "publish", "edition", "e1")
        await audit.record(db, MARA, "erase", "conversation", "c_1", {"messages": 4})
    page = await (await who.get("/console/audit")).text()
    assert "e1" in page and "messages: 4" in page
    for query, hit in (
        ("words=C_1", True),
        ("words=_", True),
        ("words=%25", False),
        ("action=publish", False),
        ("until=2020-01-01", False),
        ("since=nonsense&action=erase", True),
    ):
        page = await (await who.get(f"/console/audit?{query}")).text()
        assert ("messages: 4" in page) == hit, query
    answer = await who.get("/console/audit.csv?words=e1&action=publish")
    rows = list(csv.reader(io.StringIO((await answer.text()).lstrip("\ufeff"))))
    assert rows[0][:2] == ["at", "who"]
    assert [row[1] for row in rows[1:]] == ["'=cmd|' /C calc'!A0"]
    assert "export" in await (await who.get("/console/audit")).text()


async def test_the_audit_log_is_paged(client: TestClient, engine: AsyncEngine) -> None:
    """The way to older rows keeps what was asked for, and the file holds all of them."""
    who = await colleague(client)
    async with engine.begin() as db:
        for number in range(120):
            await audit.record(db, MARA, "assign", "conversation", f"c_{number}")
    page = await (await who.get("/console/audit?action=assign&page=2")).text()
    assert "c_69" in page and "c_70<" not in page
    assert 'href="/console/audit?action=assign&amp;page=3"' in page
    answer = await who.get("/console/audit.csv?action=assign")
    assert len((await answer.text()).splitlines()) == 121


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    """Whatever a spreadsheet would compute stays text; numbers stay numbers."""
    (cell, number) = next(csv.reader(io.StringIO(csv_line([f"{start}1+1", -3]), newline="")))
    assert cell == f"'{start}1+1"
    assert number == "-3"


async def test_what_was_done_is_said_once(client: TestClient) -> None:
    """A redirect's note stands on the next page, as text, and nowhere after."""
    from channels.console.page import see_other  # noqa: PLC0415

    who: Colleague = await colleague(client)
    cookie = see_other("/staff", "<b>Saved.</b>").cookies["advisor-said"].value
    headers = BROWSER | {"Cookie": f"advisor={who.cookie}; advisor-said={cookie}"}
    response = await client.get("/staff", headers=headers)
    assert "&lt;b&gt;Saved.&lt;/b&gt;" in await response.text()
    assert response.cookies["advisor-said"]["max-age"] == "0"
    broken = BROWSER | {"Cookie": f"advisor={who.cookie}; advisor-said=nonsense"}
    assert (await client.get("/staff", headers=broken)).status == 200
