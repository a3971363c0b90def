"""Who gets in, who does not, and what they see."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from gateway_parts import ORIGIN, Chat, MakeClient, frames_until
from loopback_bot import LoopbackBot, saying
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.directory import Accounts
from channels.accounts.model import AccountError, InvalidAccountError
from channels.accounts.passwords import Passwords
from channels.accounts.settings import StaffSettings
from channels.gateway import ACCOUNTS
from channels.identifiers import token_hash
from channels.schema import accounts as account_table
from channels.schema import staff_sessions
from channels.storage import Storage
from channels.web.identity import seal

OpenChat = Callable[[TestClient], Awaitable[Chat]]
PASSWORD = "four unrelated words"
EMAIL = "registrar@maple-harbor.example"
BROWSER = {"Accept": "text/html"}
SECRET = "a-secret-that-the-site-shares-with-us"
GUARDED = ("/staff", "/support", "/support/c_none")


@pytest.fixture
def accounts(engine: AsyncEngine) -> Accounts:
    return Accounts(Storage(engine), Passwords(), StaffSettings(), "http://127.0.0.1:8080")


async def form_token(client: TestClient, path: str) -> str:
    page = await (await client.get(path, headers=BROWSER)).text()
    found = re.search(r'name="(?:form|csrf)_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def sign_in(
    client: TestClient, email: str = EMAIL, password: str = PASSWORD
) -> ClientResponse:
    form = {"email": email, "password": password}
    form["form_token"] = await form_token(client, "/console/sign-in")
    return await client.post("/console/sign-in", data=form, allow_redirects=False, headers=BROWSER)


async def make_administrator(client: TestClient) -> None:
    link = await client.app[ACCOUNTS].setup_link()
    assert link is not None
    await client.app[ACCOUNTS].create_first(
        link.rpartition("/")[2], "Mara Registrar", EMAIL, PASSWORD
    )


async def test_the_set_up_link_works_once(client: TestClient, engine: AsyncEngine) -> None:
    """It makes an administrator, signs them in, and is not found afterwards."""
    link = await client.app[ACCOUNTS].setup_link()
    assert link is not None and link.startswith("http://127.0.0.1:8080/console/setup/")
    path = link.removeprefix("http://127.0.0.1:8080")
    async with engine.connect() as db:
        stored = repr((await db.execute(text("SELECT * FROM setup_links"))).all())
    assert path.rpartition("/")[2] not in stored
    form = {"name": "Mara", "email": EMAIL, "password": PASSWORD, "again": PASSWORD}
    form["form_token"] = await form_token(client, path)
    made = await client.post(path, data=form, allow_redirects=False)
    assert (made.status, made.headers["Location"]) == (303, "/console")
    assert (await client.get("/staff")).status == 200
    assert (await client.get(path)).status == 404
    assert (await client.post(path, data=form)).status == 404
    assert await client.app[ACCOUNTS].setup_link() is None
    async with engine.connect() as db:
        hashed = (await db.execute(select(account_table.c.password_hash))).scalar_one()
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_newer_link_ends_the_older(accounts: Accounts) -> None:
    """Only the link that was printed last works."""
    older, newer = await accounts.setup_link(), await accounts.setup_link()
    assert older is not None and newer is not None
    assert not await accounts.setup_open(older.rpartition("/")[2])
    assert await accounts.setup_open(newer.rpartition("/")[2])


async def test_a_link_expires(accounts: Accounts, engine: AsyncEngine) -> None:
    """A link that lay about is worthless."""
    link = await accounts.setup_link()
    assert link is not None
    async with engine.begin() as db:
        await db.execute(text("UPDATE setup_links SET expires_at = '2020-01-01 00:00:00.000000'"))
    with pytest.raises(AccountError, match="used or has expired"):
        await accounts.create_first(link.rpartition("/")[2], "Mara", EMAIL, PASSWORD)


@pytest.mark.parametrize(
    ("name", "email", "password", "named"),
    [
        ("", EMAIL, PASSWORD, "Name"),
        ("Mara", "nobody", PASSWORD, "Email"),
        ("Mara", EMAIL, "x" * 11, "Password"),
        ("Mara", EMAIL, "x" * 1001, "Password"),
    ],
)
async def test_a_bad_entry_is_named_and_the_link_stays(
    accounts: Accounts, name: str, email: str, password: str, named: str
) -> None:
    """The field and its rule are said; the link can be used again."""
    link = await accounts.setup_link()
    assert link is not None
    token = link.rpartition("/")[2]
    with pytest.raises(InvalidAccountError, match=named):
        await accounts.create_first(token, name, email, password)
    assert (await accounts.create_first(token, "Mara", EMAIL, "x" * 12)).email == EMAIL


async def test_signing_in_and_out(client: TestClient, engine: AsyncEngine) -> None:
    """The cookie is for scripts and other sites out of reach; signing out ends it for good."""
    await make_administrator(client)
    response = await sign_in(client, email=" Registrar@Maple-Harbor.example ")
    assert (response.status, response.headers["Location"]) == (303, "/console")
    cookie = response.cookies["advisor"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    async with engine.connect() as db:
        stored = (await db.execute(select(staff_sessions.c.token_hash))).scalar_one()
    assert stored == token_hash(cookie.value)
    csrf = await form_token(client, "/staff")
    out = await client.post("/console/sign-out", data={"csrf_token": csrf}, allow_redirects=False)
    assert out.status == 303
    client.session.cookie_jar.update_cookies({"advisor": cookie.value})
    assert (await client.get("/staff", allow_redirects=False)).status == 303


async def test_over_https_the_cookie_is_bound_to_the_host(make_client: MakeClient) -> None:
    """Browsers accept the prefix only from https, without a domain, for the whole host."""
    client = await make_client(public_url="https://advisor.maple-harbor.example")
    await make_administrator(client)
    page = await client.get("/console/sign-in", headers=BROWSER)
    token = page.cookies["advisor-form"].value
    response = await client.post(
        "/console/sign-in",
        data={"email": EMAIL, "password": PASSWORD, "form_token": token},
        headers={"Cookie": f"advisor-form={token}"},
        allow_redirects=False,
    )
    cookie = response.cookies["__Host-advisor"]
    assert cookie["secure"] and cookie["httponly"] and not cookie["domain"]


async def test_a_wrong_password_does_not_tell_which_part_is_wrong(client: TestClient) -> None:
    """Unknown email and wrong password read the same."""
    await make_administrator(client)
    pages = [
        await (await sign_in(client, password="not the password")).text(),
        await (await sign_in(client, email="nobody@maple-harbor.example")).text(),
    ]
    assert all("Email or password are not right." in page for page in pages)


async def test_tries_are_counted(client: TestClient) -> None:
    """The sixth try within five minutes is refused, even with the right password."""
    await make_administrator(client)
    statuses = [(await sign_in(client, password=f"wrong password {n}")).status for n in range(5)]
    assert statuses == [401] * 5
    assert (await sign_in(client)).status == 429


async def test_a_form_from_elsewhere_is_refused(client: TestClient) -> None:
    """Without the token that this browser was given, nobody is signed in or out."""
    await make_administrator(client)
    form = {"email": EMAIL, "password": PASSWORD}
    for token in ("", "forged", "A" * 43):
        response = await client.post("/console/sign-in", data=form | {"form_token": token})
        assert response.status == 403
    await sign_in(client)
    assert (await client.post("/console/sign-out", data={"csrf_token": "forged"})).status == 403
    assert (await client.get("/staff")).status == 200


async def test_nobody_gets_in_unsigned(client: TestClient) -> None:
    """Every guarded page sends strangers to the sign-in page, with or without a forged cookie."""
    for cookies in ({}, {"advisor": "forged"}):
        client.session.cookie_jar.update_cookies(cookies)
        for path in GUARDED:
            response = await client.get(path, allow_redirects=False)
            assert (response.status, response.headers["Location"]) == (303, "/console/sign-in")
        response = await client.post("/console/sign-out", allow_redirects=False)
        assert response.status == 303


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("administrator", (200, 200, 404)),
        ("editor", (200, 403, 403)),
        ("reviewer", (200, 403, 403)),
        ("agent", (403, 200, 404)),
        ("supervisor", (403, 200, 404)),
    ],
)
async def test_roles_open_their_own_pages(
    client: TestClient, engine: AsyncEngine, role: str, statuses: tuple[int, ...]
) -> None:
    """Every role against every guarded page."""
    await make_administrator(client)
    async with engine.begin() as db:
        await db.execute(update(account_table).values(role=role))
    await sign_in(client)
    got = [(await client.get(path, headers=BROWSER)).status for path in GUARDED]
    assert tuple(got) == statuses


@pytest.mark.parametrize("column", ["created_at", "seen_at"])
async def test_a_session_ends_by_age_and_by_idleness(
    client: TestClient, engine: AsyncEngine, column: str
) -> None:
    """Too old, or too long without a request: sign in again."""
    await make_administrator(client)
    await sign_in(client)
    assert (await client.get("/staff")).status == 200
    async with engine.begin() as db:
        await db.execute(update(staff_sessions).values({column: datetime(2020, 1, 1, tzinfo=UTC)}))
    assert (await client.get("/staff", allow_redirects=False)).status == 303


async def test_staff_see_editions_and_sources(client: TestClient) -> None:
    """What is published, which edition answers, and where content came from."""
    await make_administrator(client)
    await sign_in(client)
    response = await client.get("/staff")
    page = await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    for shown in ("e2", "e1", "answers come from it", "2 Nov 2026, 09:30 UTC"):
        assert shown in page
    sources = await (await client.get("/staff/sources")).text()
    assert "https://maple-harbor.example/aid" in sources


async def test_support_sees_what_was_said_and_why(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Text, intent, confidence, citation, milliseconds, and the reason of a failed turn."""
    citation = {"title": "Aid", "quote": "Ask before you enrol.", "document_id": "policies/aid"}
    answer = {"type": "answer", "text": "Ask **first**.", "citations": [citation]}
    bot.behaviour = saying({"custom": answer})
    tab = await (await open_chat(client)).connect()
    conversation = (await tab.receive_json())["conversation"]
    await tab.send_json({"type": "message", "id": "a", "text": "<b>aid?</b>"})
    await frames_until(tab, 2)
    await bot.stop()
    await tab.send_json({"type": "message", "id": "b", "text": "hello"})
    await frames_until(tab, 4)
    await make_administrator(client)
    await sign_in(client)
    assert f"/support/{conversation}" in await (await client.get("/support")).text()
    page = await (await client.get(f"/support/{conversation}")).text()
    for shown in (
        "&lt;b&gt;aid?&lt;/b&gt;",
        "<strong>first</strong>",
        "greet (0.90)",
        'href="/sources/policies%2Faid?quote=Ask+before+you+enrol."',
        "reason: unreachable",
        " ms, of it the bot ",
    ):
        assert shown in page


async def test_support_sees_what_helped_and_who_asked(
    make_client: MakeClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """The rating of an answer with its reason, and the site's id of the student, as text."""
    client = await make_client(identity_secret=SECRET)
    answer = {"type": "answer", "kind": "quote", "text": "In four parts.", "citations": []}
    bot.behaviour = saying({"custom": answer})
    tab = await (await open_chat(client)).connect()
    conversation = (await tab.receive_json())["conversation"]
    await tab.send_json({"type": "message", "id": "a", "text": "hello"})
    message = (await frames_until(tab, 2))[1]["id"]
    rating = {"type": "feedback", "message": message, "helpful": False, "reason": "off_topic"}
    expires = int(datetime.now(UTC).timestamp()) + 60
    hmac = seal(SECRET, ORIGIN, "<i>s-1", expires)
    claim = {"type": "identify", "student": "<i>s-1", "expires": expires, "hmac": hmac}
    for frame, reply in ((rating, "feedback"), (claim, "identified")):
        await tab.send_json(frame)
        while (await tab.receive_json())["type"] != reply:
            pass
    await make_administrator(client)
    await sign_in(client)
    page = await (await client.get(f"/support/{conversation}")).text()
    assert "not helpful: off topic" in page
    assert "&lt;i&gt;s-1" in page


async def test_support_sees_a_waiting_conversation_in_short(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """What was asked and answered, asked and not answered, and shown; only once a person is
    asked for."""
    citation = {"title": "Payment plans", "quote": "Four parts.", "document_id": "plans"}
    answer = {"type": "answer", "text": "In four parts.", "citations": [citation]}
    unknown = {"type": "answer", "text": "No.", "citations": [], "abstained": True}
    handover = {"type": "handover", "text": "Of course.", "reason": "asked"}
    tab = await (await open_chat(client)).connect()
    conversation = (await tab.receive_json())["conversation"]
    await make_administrator(client)
    await sign_in(client)
    for number, (words, reply) in enumerate(
        [("may i pay <i>later</i>?", answer), ("in shells?", unknown), ("a person", handover)]
    ):
        page = await (await client.get(f"/support/{conversation}")).text()
        assert "In short" not in page
        bot.behaviour = saying({"custom": reply})
        await tab.send_json({"type": "message", "id": f"m{number}", "text": words})
        await frames_until(tab, 2 * number + 2)
    page = await (await client.get(f"/support/{conversation}")).text()
    short = page[page.index("In short") : page.index('id="student"')]
    answered, missed = short.split("Asked and not answered")
    assert "may i pay &lt;i&gt;later&lt;/i&gt;?" in answered
    assert "in shells?" in missed
    assert "Payment plans" in missed
