"""Rules of aid and credit are edited in forms, and let in by a second person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient
from colleague import PROGRAM, Colleague, colleague
from multidict import MultiDict
from shelved_content import ShelvedContent
from sqlalchemy.ext.asyncio import AsyncEngine

from advisor.sample import POLICIES
from channels.accounts.model import Role
from channels.brain import RasaBrain
from channels.gateway import build_app
from channels.settings import GatewaySettings, InstitutionSettings
from channels.staff.conditions import conditions_in
from channels.staff.outline import OutlineError
from channels.staff.rule_form import KINDS, fields_of, rule_typed
from knowledge_base.model import Document
from knowledge_base.record import Record
from knowledge_base.rules import read_rules
from knowledge_base.store import Entry, Store

SAMPLE = POLICIES.parent
FILES = {"aid_rules": SAMPLE / "aid-rules.toml", "equivalencies": SAMPLE / "equivalencies.csv"}
QUOTE = "You need a household income of at most $60,000."
RULE = "aid_rule:harbor"
PATH = "/staff/rules/aid_rule%3Aharbor"
NEEDS = """household_income is at most 60000 | your income is at most $60,000
any of
  age is at least 18
  not
    county is one of Kent; Sussex"""
FORM = {
    "name": "Harbor Scholarship",
    "gives": "$300",
    "needs": NEEDS,
    "document_id": "aid",
    "quote": QUOTE,
    "effective_from": "2026-07-01",
    "last_verified": "2026-10-23",
}


def records() -> list[Record]:
    return [
        record
        for name, path in FILES.items()
        for record in read_rules(path, name)
        if isinstance(record, Record)
    ]


def test_a_form_gives_back_the_rule_that_it_showed() -> None:
    """Every rule of the sample, conditions, tables and quotes with bars in them included."""
    every = records()
    assert len({record.kind for record in every}) == len(KINDS)
    for record in every:
        typed = rule_typed(record.kind, record.id, MultiDict(fields_of(record)))
        assert (typed.record, typed.problems) == (record, {})


@pytest.mark.parametrize(
    ("outline", "told"),
    [
        ("age", "Line 1: say a fact"),
        ("any of", "Line 1"),
        ("not\n  a is yes\n  b is yes", "“not” stands over one line"),
        ("age is at least 18\n  b is yes", "stands over other lines"),
        ("a is yes\nb is at most by c: 1", "Line 2: say the other fact"),
    ],
)
def test_a_condition_that_cannot_be_read_names_its_line(outline: str, told: str) -> None:
    """With what may stand there."""
    with pytest.raises(OutlineError, match=told):
        conditions_in(outline)


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("aid_rule", {"needs": "age"}, "needs"),
        ("aid_rule", {"needs": ""}, "needs"),
        ("aid_rule", {"last_verified": ""}, "last_verified"),
        ("aid_rule", {"effective_to": "2020-01-01"}, "effective_to"),
        ("aid_rule", {"effective_from": "soon"}, "effective_from"),
        ("equivalency", {"credits": "many"}, "credits"),
        ("equivalency", {"source": "A AND ("}, "source"),
        ("credit_limit", {"target": "certificate"}, "target"),
        ("credit_limit", {"kind": "exam"}, "kind"),
        ("equivalency", {"kind": "limit"}, "kind"),
        ("aid_fact", {"said": "earn much"}, ""),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    kind: str, change: dict[str, str], field: str
) -> None:
    """As an import of a file of rules would."""
    record = next(each for each in records() if each.kind == kind)
    told = fields_of(record) | {"answer": "number"} | change
    typed = rule_typed(kind, record.id, MultiDict(told))
    assert typed.record is None
    assert field in typed.problems


@pytest.fixture
async def store(engine: AsyncEngine) -> Store:
    """A working copy with the page that a rule stands on."""
    store = Store(engine)
    wrapped = QUOTE.replace("income of", "income\nof")
    text = f"# Aid\n\n{wrapped}\n"
    await store.replace(
        "https://maple-harbor.example", "html", [Entry(Document("aid", "Aid", text))]
    )
    return store


@pytest.fixture
async def client(
    aiohttp_client: Callable[..., Awaitable[TestClient]], engine: AsyncEngine, brain: RasaBrain
) -> TestClient:
    return await aiohttp_client(
        build_app(
            GatewaySettings(),
            InstitutionSettings(),
            engine=engine,
            brain=brain,
            content=ShelvedContent(),
        )
    )


async def submitted(ana: Colleague, **change: str) -> str:
    """Where the proposal of a new rule stands once it was submitted."""
    begun = await ana.post("/staff/rules", {"kind": "aid_rule", "id": "harbor"})
    path = begun.headers["Location"]
    saved = {**FORM, "version": "1", "then": "submit", **change}
    sent = await ana.post(f"{path}/rule", saved)
    assert sent.status == 303, await sent.text()
    return sent.headers["Location"]


async def test_a_rule_is_written_in_its_form_and_let_in_by_somebody_else(
    client: TestClient, store: Store
) -> None:
    """Who has written it does not approve it, whatever their role."""
    ana = await colleague(client, Role.EDITOR, "Ana Editor")
    cleo = await colleague(client, Role.REVIEWER, "Cleo Writer")
    ben = await colleague(client, Role.REVIEWER, "Ben Reviewer")
    where = await submitted(cleo)
    page = await (await ben.get(where)).text()
    assert "changes aid" in page
    assert "age is at least 18" in page
    decided = {"version": "3", "decision": "approve", "reason": "as the board decided"}
    assert (await cleo.post(f"{where}/decide", decided)).status == 409
    assert (await ben.post(f"{where}/decide", decided)).status == 303
    (record,) = await store.records()
    assert (record.kind, record.id) == ("aid_rule", "harbor")

    listed = await (await ana.get("/staff/rules?q=scholarship&kind=aid_rule")).text()
    assert "Harbor Scholarship" in listed
    shown = await (await ana.get(PATH)).text()
    assert "your income is at most $60,000" in shown
    assert "not known leaves the rule open" in shown
    assert "Ben Reviewer" not in await (await ana.get("/staff/rules?q=nothing")).text()

    path = (await ana.post(f"{PATH}/edit")).headers["Location"]
    changed = {**FORM, "gives": "$500", "version": "1", "csrf_token": ana.csrf}
    auto = await ana._ask("POST", f"{path}/rule/auto", {"data": changed, "headers": PROGRAM})
    assert await auto.json() == {"version": 2, "touches": ["aid"]}
    stale = await cleo.post(f"{path}/rule", {**FORM, "gives": "$700", "version": "1"})
    assert stale.status == 409
    assert "$700" in await stale.text()


async def test_a_rule_stands_on_words_of_a_page(client: TestClient, store: Store) -> None:
    """They are what students are shown; line ends of the page do not count."""
    ana = await colleague(client, Role.EDITOR, "Ana Editor")
    path = (await ana.post("/staff/rules", {"kind": "aid_rule", "id": "harbor"})).headers[
        "Location"
    ]
    empty = await ana.get(path)
    assert empty.status == 200
    for change in ({"quote": "You need no income."}, {"document_id": "nothing"}):
        version = {"version": "1"} if "quote" in change else {"version": "2"}
        refused = await ana.post(f"{path}/rule", FORM | change | version | {"then": "submit"})
        assert refused.status == 400
    refused = await ana.post(f"{path}/rule", FORM | {"version": "3", "needs": "age"})
    assert "such as “age is at least 18”" in await refused.text()


async def test_a_reviewer_modifies_a_rule_and_then_somebody_else_decides(
    client: TestClient, store: Store
) -> None:
    """In the same form."""
    ana = await colleague(client, Role.EDITOR, "Ana Editor")
    ben = await colleague(client, Role.REVIEWER, "Ben Reviewer")
    where = await submitted(ana)
    assert "Approve with modifications" in await (await ben.get(f"{where}/modify")).text()
    form = {**FORM, "gives": "$400", "version": "3", "decision": "modify", "reason": "board"}
    told = await ben.post(f"{where}/decide", form)
    assert told.headers["Location"] == where
    assert await store.records() == []


async def test_who_verifies_a_rule_is_named_and_its_turn_comes(
    client: TestClient, store: Store
) -> None:
    """In the one queue by staleness."""
    mara = await colleague(client)
    rule = rule_typed("aid_rule", "harbor", MultiDict(FORM | {"last_verified": "2020-01-01"}))
    assert rule.record is not None
    await store.replace("rules", "aid_rules", [], records=[rule.record])
    assert "Harbor Scholarship" in await (await mara.get("/staff/stale")).text()
    await mara.post(f"{PATH}/assign", {"verifier": "Aid office", "days": "30"})
    assert "Aid office" in await (await mara.get(PATH)).text()
    await mara.post(f"{PATH}/verify")
    assert "Harbor Scholarship" not in await (await mara.get("/staff/stale")).text()
