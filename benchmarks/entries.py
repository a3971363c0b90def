"""A working copy with many entries, and the pages of the knowledge console that show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncEngine

from advisor.sample import POLICIES
from knowledge_base.drafts.proposal import Kind, Person, Staged
from knowledge_base.drafts.review import Review
from knowledge_base.model import Cost, Document, Offering, Program, Validity
from knowledge_base.program_page import program_page
from knowledge_base.record import Record
from knowledge_base.rules import read_rules
from knowledge_base.schema import workspace
from knowledge_base.store import Entry, Store

ENTRIES = 10_000
SOURCES = 20
RULES = POLICIES.parent
_WORDS = "welding data design nursing baking coding law music physics statistics".split()
_TODAY = date(2026, 11, 1)
_EDITOR, _REVIEWER = Person("a_editor", "Ana"), Person("a_reviewer", "Ben")


async def fill_entries(engine: AsyncEngine, count: int = ENTRIES) -> dict[str, str]:
    """Programs and pages of several sources, rules, and proposals; ids of a draft and an import."""
    async with engine.begin() as db:
        await db.run_sync(workspace.create_all)
    store, review = Store(engine), Review(engine)
    share = count // SOURCES
    for number in range(SOURCES):
        entries = [_entry(number * share + each) for each in range(share)]
        await store.replace(f"https://college-{number}.example/catalog", "csv", entries)
    for name in ("aid-rules.toml", "equivalencies.csv"):
        rules = read_rules(RULES / name, name.partition(".")[0].replace("-", "_"))
        records = [rule for rule in rules if isinstance(rule, Record)]
        await store.replace(name, "rules", [], records=records)
    draft = await review.edit(_EDITOR, "P-0")
    rule = await review.edit(_EDITOR, "aid_rule:harbor-scholarship", Kind.RULE)
    for number in range(1, 120, 2):
        other = await review.edit(_EDITOR, f"page/{number}")
        await review.submit(_EDITOR, other.id, other.version)
    changed = [_entry(each, fee=900) for each in range(share)]
    staged = Staged("https://college-0.example/catalog", "csv", tuple(changed))
    source, _ = await review.stage(_EDITOR, staged)
    return {"draft": draft.id, "rule": rule.id, "import": source.id}


def entry_pages(proposals: dict[str, str], count: int = ENTRIES) -> Iterator[tuple[str, str]]:
    """Names and addresses."""
    yield "content", "/staff"
    yield "entries", "/staff/entries"
    yield "far down the entries", f"/staff/entries?page={count // 50 - 1}"
    yield "entries by words", "/staff/entries?q=welding+7"
    yield (
        "expired programs of a source",
        ("/staff/entries?kind=program&expired=yes&source=https://college-3.example/catalog"),
    )
    yield "one program", "/staff/entries/P-0"
    yield "one page", "/staff/entries/page%2F1"
    yield "form of a program", f"/staff/drafts/{proposals['draft']}"
    yield "proposal of a program", f"/staff/proposals/{proposals['draft']}"
    yield "import of 500 entries", f"/staff/proposals/{proposals['import']}"
    yield "rules", "/staff/rules"
    yield "one rule", "/staff/rules/aid_rule%3Aharbor-scholarship"
    yield "form of a rule", f"/staff/drafts/{proposals['rule']}"
    yield "review", "/staff/review"
    yield "to verify", "/staff/stale"
    yield "publish", "/staff/publish"
    yield "sources", "/staff/sources"
    yield "who was told this", "/staff/relied/P-0?value=%24500"


def _entry(number: int, fee: int = 500) -> Entry:
    """Every other one a program; a tenth have expired, a third were verified lately."""
    word, other = _WORDS[number % 10], _WORDS[number // 10 % 10]
    validity = Validity(
        _TODAY - timedelta(days=400),
        _TODAY - timedelta(days=1) if number % 10 == 0 else None,
        _TODAY - timedelta(days=number % 270),
    )
    if number % 2:
        text = f"# {word} and {other}\n\n" + f"Ask about {word} before {other}. " * 60 + "\n"
        return Entry(Document(f"page/{number}", f"{word} {number}", text, validity=validity))
    program = Program(
        f"P-{number}",
        f"{word.title()} with {other} {number}",
        subject=word,
        summary=f"An introduction to {word}. " * 4,
        costs=(Cost("tuition", Decimal(fee + number)),),
        offerings=(Offering(_TODAY + timedelta(days=number % 300)),),
        skills=(word, other),
        validity=validity,
    )
    return Entry(program_page(program), program)
