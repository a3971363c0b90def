"""Invitations, roles, second factors, sessions and single sign-on, as people meet them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from colleague import BROWSER, PASSWORD, Colleague, colleague
from gateway_parts import MakeClient
from joserfc.jwk import RSAKey
from loopback_issuer import CLIENT, SECRET, LoopbackIssuer
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from advisor.command import app
from channels.accounts.model import Role
from channels.accounts.settings import StaffSettings
from channels.console.browsers import browser_name
from channels.gateway import ROOMS
from channels.schema import accounts, audit_log, invitations, recovery_codes, staff_sessions

NOOR = "noor@maple-harbor.example"
NEW = "five quite unrelated words"


async def form_token(client: TestClient, path: str) -> str:
    page = await (await client.get(path, headers=BROWSER)).text()
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


async def fill(client: TestClient, path: str, **fields: str) -> ClientResponse:
    """Send the form of a page that is for those who have not signed in."""
    token = await form_token(client, path)
    return await client.post(
        path, data=fields | {"form_token": token}, allow_redirects=False, headers=BROWSER
    )


async def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> ClientResponse:
    return await fill(client, "/console/sign-in", email=email, password=password)


async def link_of(response: ClientResponse) -> str:
    """The path of the one-time link that a page shows."""
    found = re.search(r'value="http://[^/]+(/console/invitation/[^"]+)"', await response.text())
    assert found is not None
    return found[1]


async def acts(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as db:
        return list((await db.execute(select(audit_log.c.action))).scalars())


async def test_an_invitation_makes_one_account(client: TestClient, engine: AsyncEngine) -> None:
    """The link works once, for the address and the role that were chosen; only its hash is kept."""
    mara = await colleague(client)
    made = await mara.post("/console/accounts/invitations", {"email": NOOR, "role": "agent"})
    path = await link_of(made)
    async with engine.connect() as db:
        stored = repr((await db.execute(text("SELECT * FROM invitations"))).all())
    assert path.rpartition("/")[2] not in stored
    page = await (await client.get(path, headers=BROWSER)).text()
    assert NOOR in page and "agent" in page
    short = await fill(client, path, name="Noor", password="short", again="short")
    differ = await fill(client, path, name="Noor", password=NEW, again=NEW + "x")
    assert (short.status, differ.status) == (400, 400)
    taken = await fill(client, path, name="Noor", password=NEW, again=NEW)
    assert (taken.status, taken.headers["Location"]) == (303, "/console")
    assert (await client.get("/support")).status == 200
    assert (await client.get("/staff")).status == 403
    assert (await client.get(path)).status == 404
    again = await mara.post("/console/accounts/invitations", {"email": NOOR, "role": "editor"})
    assert again.status == 400 and "there is an account" in await again.text()
    assert await acts(engine) == ["create", "invite", "create"]


@pytest.mark.parametrize("how", ["expired", "withdrawn", "replaced"])
async def test_an_invitation_ends(client: TestClient, engine: AsyncEngine, how: str) -> None:
    """By time, by being withdrawn, and by a newer one for the same address."""
    mara = await colleague(client)
    invited = {"email": NOOR, "role": "agent"}
    path = await link_of(await mara.post("/console/accounts/invitations", invited))
    if how == "expired":
        async with engine.begin() as db:
            old = datetime.now(UTC) - timedelta(seconds=1)
            await db.execute(update(invitations).values(expires_at=old))
    elif how == "withdrawn":
        page = await (await mara.get("/console/accounts")).text()
        (address,) = re.findall(r"/console/accounts/invitations/i_\w+/withdraw", page)
        assert (await mara.post(address)).status == 303
    else:
        await mara.post("/console/accounts/invitations", invited)
    assert (await client.get(path, headers=BROWSER)).status == 404


async def test_another_role_ends_what_was_open(client: TestClient, engine: AsyncEngine) -> None:
    """The old session opens nothing any more; the next one opens what the new role may."""
    mara, noor = await colleague(client), await colleague(client, Role.AGENT, "Noor Agent")
    path = f"/console/accounts/{noor.account.id}/role"
    assert (await mara.post(path, {"role": "king"})).status == 400
    assert (await mara.post(path, {"role": "editor"})).status == 303
    assert (await noor.get("/support")).headers["Location"] == "/console/sign-in"
    await sign_in(client, noor.account.email)
    assert (await client.get("/staff")).status == 200
    async with engine.connect() as db:
        row = (await db.execute(select(audit_log).order_by(audit_log.c.id.desc()))).first()
    assert row is not None
    assert (row.actor, row.subject) == ("Mara Registrar", noor.account.id)
    changed = {"email": noor.account.email, "before": "agent", "after": "editor"}
    assert row.details == changed
    assert row.address == "127.0.0.1"


async def test_who_was_let_go_stays_out(client: TestClient) -> None:
    """Signed out at once, not let in with the right password, and let in again when wanted."""
    mara, noor = await colleague(client), await colleague(client, Role.AGENT, "Noor Agent")
    path = f"/console/accounts/{noor.account.id}"
    await mara.post(f"{path}/deactivate")
    assert (await noor.get("/support")).status == 303
    assert (await sign_in(client, noor.account.email)).status == 401
    assert "deactivated" in await (await mara.get("/console/accounts")).text()
    await mara.post(f"{path}/reactivate")
    assert (await sign_in(client, noor.account.email)).status == 303


async def test_the_last_administrator_stays(client: TestClient) -> None:
    """Neither demoted nor let go, until there is another."""
    mara = await colleague(client)
    path = f"/console/accounts/{mara.account.id}"
    for act, given in (("role", {"role": "agent"}), ("deactivate", {})):
        response = await mara.post(f"{path}/{act}", given)
        headers = BROWSER | {
            "Cookie": f"advisor={mara.cookie}; "
            f"advisor-said={response.cookies['advisor-said'].value}"
        }
        page = await client.get("/console/accounts", headers=headers)
        assert "last administrator" in await page.text()
    other = await colleague(client, name="Ada Registrar")
    assert (await other.post(f"{path}/deactivate")).status == 303
    assert (await mara.get("/console/accounts")).status == 303


async def test_a_new_password_by_link(client: TestClient, engine: AsyncEngine) -> None:
    """It ends every session and the second factor, and the old password with them."""
    mara, noor = await colleague(client), await colleague(client, Role.AGENT, "Noor Agent")
    await with_factor(noor)
    path = await link_of(await mara.post(f"/console/accounts/{noor.account.id}/reset"))
    taken = await fill(client, path, password=NEW, again=NEW)
    assert taken.status == 303
    assert (await noor.get("/support")).status == 303
    client.session.cookie_jar.clear()
    assert (await sign_in(client, noor.account.email)).status == 401
    assert (await sign_in(client, noor.account.email, NEW)).headers["Location"] == "/console"
    async with engine.connect() as db:
        assert (await db.execute(select(recovery_codes))).all() == []


@dataclass(frozen=True)
class Factor:
    """The app of somebody, the code that has set it up, and the recovery codes."""

    totp: pyotp.TOTP
    spent: str
    codes: list[str]


async def test_an_operator_opens_the_way_to_an_account(
    client: TestClient, engine: AsyncEngine, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command prints a link that sets a password; for nobody it says so."""
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    monkeypatch.setenv("ADVISOR_DATABASE_URL", f"sqlite+aiosqlite:///{database_file}")
    run = partial(asyncio.to_thread, CliRunner().invoke, app)
    unknown = await run(["password", "nobody@maple-harbor.example"])
    assert unknown.exit_code == 1
    printed = (await run(["password", noor.account.email])).stdout.strip()
    path = printed[printed.index("/console/invitation/") :]
    assert (await fill(client, path, password=NEW, again=NEW)).status == 303
    client.session.cookie_jar.clear()
    assert (await sign_in(client, noor.account.email, NEW)).status == 303


async def test_the_sign_in_page_says_where_the_first_account_comes_from(
    client: TestClient, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a link that a start and the command print, until there is an administrator."""
    monkeypatch.setenv("ADVISOR_DATABASE_URL", f"sqlite+aiosqlite:///{database_file}")
    run = partial(asyncio.to_thread, CliRunner().invoke, app)
    assert "advisor password" in await (await client.get("/console/sign-in")).text()
    printed = (await run(["password"])).stdout.strip()
    path = printed[printed.index("/console/setup/") :]
    first = {"name": "Mara", "email": "mara@maple-harbor.example"}
    assert (await fill(client, path, **first, password=NEW, again=NEW)).status == 303
    client.session.cookie_jar.clear()
    assert "advisor password" not in await (await client.get("/console/sign-in")).text()
    assert (await run(["password"])).exit_code == 1


async def with_factor(who: Colleague) -> Factor:
    """Set up a second factor, as its page asks."""
    page = await (await who.get("/console/profile/second-factor")).text()
    found = re.search(r'<span class="id">([A-Z2-7]{32})</span>', page)
    assert found is not None and "<svg" in page
    totp = pyotp.TOTP(found[1])
    assert page.count("otpauth://totp/") == 1 and found[1] in page
    spent = totp.now()
    done = await who.post("/console/profile/second-factor", {"code": spent})
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", await done.text())
    assert len(set(codes)) == 10
    return Factor(totp, spent, codes)


async def test_a_code_is_asked_for_and_taken_once(client: TestClient, engine: AsyncEngine) -> None:
    """The password alone opens nothing; a code of the app lets in, the same code never again; a
    recovery code does once. Recovery codes are kept as hashes."""
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    factor = await with_factor(noor)
    totp, codes = factor.totp, factor.codes
    async with engine.connect() as db:
        stored = repr((await db.execute(select(recovery_codes))).all())
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    begun = await sign_in(client, noor.account.email)
    assert begun.headers["Location"] == "/console/second-factor"
    half = begun.cookies["advisor"].value
    assert (await client.get("/support", allow_redirects=False)).status == 303
    for wrong in (factor.spent, "000000x", ""):
        assert (await fill(client, "/console/second-factor", code=wrong)).status == 401
    # The step of the code that set it up is spent; the next one is not.
    later = totp.at(datetime.now(UTC) + timedelta(seconds=30))
    came = await fill(client, "/console/second-factor", code=f"{later[:3]} {later[3:]}")
    assert came.status == 303 and came.cookies["advisor"].value != half
    assert (await client.get("/support")).status == 200
    for expected in (303, 401):
        client.session.cookie_jar.clear()
        await sign_in(client, noor.account.email)
        code = codes[0].upper().replace("-", " ")
        assert (await fill(client, "/console/second-factor", code=code)).status == expected


async def test_codes_are_not_to_be_guessed(client: TestClient, engine: AsyncEngine) -> None:
    """The sixth code within five minutes is refused, and the half sign-in ends by itself."""
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    codes = (await with_factor(noor)).codes
    await sign_in(client, noor.account.email)
    for _ in range(5):
        assert (await fill(client, "/console/second-factor", code="123456")).status == 401
    assert (await fill(client, "/console/second-factor", code=codes[0])).status == 429
    async with engine.begin() as db:
        old = datetime.now(UTC) - timedelta(minutes=6)
        await db.execute(update(staff_sessions).values(created_at=old))
    gone = await client.get("/console/second-factor", allow_redirects=False)
    assert gone.headers["Location"] == "/console/sign-in"


async def test_a_second_factor_is_removed_for_a_code_only(client: TestClient) -> None:
    """Whoever finds an open browser cannot take it away; nor make a second one."""
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    factor = await with_factor(noor)
    codes = factor.codes
    assert (await noor.get("/console/profile/second-factor")).status == 303
    path = "/console/profile/second-factor"
    await noor.post(f"{path}/remove", {"code": factor.spent})
    assert "Remove" in await (await noor.get("/console/profile")).text()
    renewed = await noor.post(f"{path}/codes", {"code": codes[3]})
    assert codes[4] not in await renewed.text()
    fresh = re.findall(r"<code>([a-z2-7-]{19})</code>", await renewed.text())
    await noor.post(f"{path}/remove", {"code": codes[4]})
    assert "10 of your recovery codes" in await (await noor.get("/console/profile")).text()
    await noor.post(f"{path}/remove", {"code": fresh[0]})
    assert (await sign_in(client, noor.account.email)).headers["Location"] == "/console"


async def test_where_it_is_required_nothing_else_opens(make_client: MakeClient) -> None:
    """Until it is set up one sees one's own account alone."""
    client = await make_client(staff=StaffSettings(require_second_factor=True))
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    assert (await noor.get("/support")).headers["Location"] == "/console/profile"
    told = await noor.send("/support", {}, "GET")
    assert told.status == 403 and "second factor" in (await told.json())["text"]
    assert "required here" in await (await noor.get("/console/profile")).text()
    await with_factor(noor)
    assert (await noor.get("/support")).status == 200


async def test_sessions_are_listed_and_ended(client: TestClient) -> None:
    """One's own only: the session of a colleague cannot be ended by its id."""
    noor, mara = await colleague(client, Role.AGENT, "Noor Agent"), await colleague(client)
    rooms = client.app[ROOMS]
    other = await rooms.sessions.begin(noor.account.id)
    page = await (await noor.get("/console/profile")).text()
    (path,) = re.findall(r'action="(/console/profile/sessions/ss_\w+/end)"', page)
    await mara.post(path)
    assert await rooms.sessions.find(other) is not None
    await noor.post(path)
    assert await rooms.sessions.find(other) is None
    others = [await rooms.sessions.begin(noor.account.id) for _ in range(2)]
    await noor.post("/console/profile/sessions/end")
    assert [await rooms.sessions.find(one) for one in others] == [None, None]
    assert (await noor.get("/support")).status == 200
    assert (await mara.get("/console/profile")).status == 200


async def test_changing_the_password(client: TestClient) -> None:
    """The one of now is asked for; all sessions end and this browser gets a new one."""
    noor = await colleague(client, Role.AGENT, "Noor Agent")
    path = "/console/profile/password"
    for now, then, again in (("wrong", NEW, NEW), (PASSWORD, "x", "x"), (PASSWORD, NEW, "y")):
        refused = await noor.post(path, {"now": now, "then": then, "again": again})
        assert refused.status == 400
    done = await noor.post(path, {"now": PASSWORD, "then": NEW, "again": NEW})
    assert done.status == 303 and done.cookies["advisor"].value != noor.cookie
    assert (await noor.get("/support")).status == 303
    client.session.cookie_jar.clear()
    assert (await sign_in(client, noor.account.email)).status == 401
    assert (await sign_in(client, noor.account.email, NEW)).status == 303


@pytest.fixture
async def issuer() -> AsyncIterator[LoopbackIssuer]:
    issuer = LoopbackIssuer()
    await issuer.start()
    yield issuer
    await issuer.stop()


@pytest.fixture
async def federated(
    make_client: MakeClient, issuer: LoopbackIssuer, session: aiohttp.ClientSession
) -> TestClient:
    """A gateway whose staff sign in with the issuer."""
    staff = StaffSettings(
        identity_issuer=issuer.url,
        identity_client=CLIENT,
        identity_secret=SECRET,
        identity_name="Maple Harbor sign-in",
        require_second_factor=True,
    )
    return await make_client(staff=staff, client=session)


async def come_back(client: TestClient, issuer: LoopbackIssuer, **bent: str) -> ClientResponse:
    """To the provider and back, as the button on the sign-in page does."""
    left = await client.get("/console/identity", allow_redirects=False)
    assert left.headers["Location"].startswith(f"{issuer.url}/authorize?")
    query = issuer.consent(left.headers["Location"]) | bent
    return await client.get(
        "/console/identity/back", params=query, allow_redirects=False, headers=BROWSER
    )


async def test_an_invited_address_comes_in_by_the_provider(
    federated: TestClient, issuer: LoopbackIssuer, engine: AsyncEngine
) -> None:
    """It gets the invited role, without a code of ours; afterwards the provider's name for the
    person counts, whatever address they have there."""
    page = await (await federated.get("/console/sign-in", headers=BROWSER)).text()
    assert "Continue with Maple Harbor sign-in" in page
    stranger = await come_back(federated, issuer)
    assert stranger.status == 403 and "invited" in await stranger.text()
    rooms = federated.app[ROOMS]
    mara = await colleague(federated)
    await with_factor(mara)
    await mara.post("/console/accounts/invitations", {"email": NOOR, "role": "agent"})
    came = await come_back(federated, issuer)
    assert (came.status, came.headers["Location"]) == (303, "/console")
    assert (await federated.get("/support")).status == 200
    issuer.person["email"] = "married@maple-harbor.example"
    assert (await come_back(federated, issuer)).status == 303
    async with engine.connect() as db:
        rows = (await db.execute(select(accounts).where(accounts.c.email == NOOR))).all()
    assert [(row.name, row.role) for row in rows] == [("Noor Agent", "agent")]
    assert rows[0].identity == f"{issuer.url} u-7"
    assert await rooms.sessions.sign_in(NOOR, "") is None
    assert "bind_identity" in await acts(engine)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another client"},
        {"nonce": "of another sign-in"},
        {"exp": 1},
        {"azp": "another client"},
        {"sub": None},
    ],
    ids=lambda claims: next(iter(claims)),
)
async def test_a_token_that_is_not_for_us_lets_nobody_in(
    federated: TestClient, issuer: LoopbackIssuer, claims: dict[str, Any]
) -> None:
    """Each of the checks of the specification, by itself."""
    await colleague(federated, Role.AGENT, "Noor Agent")
    issuer.person["email"] = "noor.agent@maple-harbor.example"
    issuer.claims = claims
    assert (await come_back(federated, issuer)).status == 403
    issuer.claims = {}
    assert (await come_back(federated, issuer)).status == 303


async def test_an_address_that_is_not_verified_is_nobodys(
    federated: TestClient, issuer: LoopbackIssuer
) -> None:
    """Else anybody could name a colleague's address at the provider and be them."""
    noor = await colleague(federated, Role.AGENT, "Noor Agent")
    issuer.person |= {"email": noor.account.email, "email_verified": "true"}
    assert (await come_back(federated, issuer)).status == 403
    issuer.person["email_verified"] = True
    assert (await come_back(federated, issuer)).status == 303
    issuer.person["sub"] = "u-8"
    assert (await come_back(federated, issuer)).status == 403


async def test_a_sign_in_ends_where_it_began(federated: TestClient, issuer: LoopbackIssuer) -> None:
    """In the same browser, once, with the code that the provider gave, and signed by its keys."""
    noor = await colleague(federated, Role.AGENT, "Noor Agent")
    issuer.person["email"] = noor.account.email
    assert (await come_back(federated, issuer, state="another")).status == 403
    assert (await come_back(federated, issuer, code="")).status == 403
    assert (await come_back(federated, issuer, code="stolen")).status == 403
    issuer.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    assert (await come_back(federated, issuer)).status == 403
    issuer.key = issuer.signs_with  # the provider changes its keys
    left = await federated.get("/console/identity", allow_redirects=False)
    query = issuer.consent(left.headers["Location"])
    for expected in (303, 403):
        back = await federated.get(
            "/console/identity/back",
            params=query,
            headers={"Cookie": f"advisor-identity={query['state']}"},
            allow_redirects=False,
        )
        assert back.status == expected


async def test_a_provider_that_is_away_is_said(
    federated: TestClient, issuer: LoopbackIssuer
) -> None:
    """In words, and the password still lets in."""
    await issuer.stop()
    response = await federated.get("/console/identity", headers=BROWSER, allow_redirects=False)
    assert response.status == 502
    assert "does not answer" in await response.text()
    noor = await colleague(federated, Role.AGENT, "Noor Agent")
    assert (await sign_in(federated, noor.account.email)).status == 303


@pytest.mark.parametrize(
    "given",
    [
        {"identity_issuer": "http://login.example.edu", "identity_client": "a"},
        {"identity_issuer": "https://login.example.edu"},
    ],
)
def test_a_provider_that_cannot_be_is_refused_at_the_start(given: dict[str, str]) -> None:
    """Over plain http anybody between could be the provider; without an id it knows nobody."""
    with pytest.raises(ValidationError):
        StaffSettings(**given)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.0", "Another program"),
    ],
)
def test_browsers_are_named_as_people_know_them(agent: str, name: str) -> None:
    """So that one sees which session is not one's own."""
    assert browser_name(agent) == name
