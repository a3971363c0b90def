"""Real catalogs and policy pages that lie beside the project are read and answered from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from editions import LIMIT, PROJECT, asking, publish

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.importing import Contents, read_source

DATA = PROJECT.parent / "shared" / "data"
CATALOG = DATA / "catalogs" / "mit_learn" / "programs.jsonl"
PAGES = DATA / "policy_pages" / "va" / "docs.jsonl"
TURNS = DATA / "policy_pages" / "va" / "turns.jsonl"
MAPPING = PROJECT / "knowledge_base" / "mappings" / "mit_learn.toml"

pytestmark = pytest.mark.skipif(
    not (CATALOG.is_file() and PAGES.is_file()), reason="../shared/data is not beside the project"
)

PROGRAMS, DOCUMENTS = 60, 40
"""How many programs and pages are published: enough to choose the wrong one from, few enough to
encode in a test. All of both sets are read."""


@pytest.fixture(scope="module")
def catalog() -> Contents:
    return read_source(CATALOG, None, MAPPING, LIMIT)


@pytest.fixture(scope="module")
def pages() -> Contents:
    return read_source(PAGES, None, None, LIMIT)


@pytest.fixture(scope="module")
def shelf(
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
    encoder: Encoder,
    catalog: Contents,
    pages: Contents,
) -> Shelf:
    entries = [*catalog.entries[:PROGRAMS], *pages.entries[:DOCUMENTS]]
    return publish(tmp_path_factory.mktemp("shared"), pytestconfig, "shared", entries, encoder)


def test_the_catalog_is_read_and_its_slips_are_reported(catalog: Contents) -> None:
    """Of 168 rows three hold values that cannot be right; each is told with its reason."""
    assert len(catalog.entries) == 165
    assert {(s.where, s.reason.split(":")[0]) for s in catalog.skipped} == {
        ("programs.jsonl line 144", "the instructors' names have run into the title"),
        ("programs.jsonl line 146", "58 weeks cannot be right"),
        (
            "programs.jsonl line 156",
            "its description is that of another course, on vibrations and waves",
        ),
    }


def test_facts_of_the_catalog_are_the_feeds_own(catalog: Contents) -> None:
    """Every stated price, credit and run is taken over; nothing is made up where none stands."""
    rows = {row["id"]: row for row in map(json.loads, CATALOG.open(encoding="utf-8"))}
    for entry in catalog.entries:
        program, row = entry.program, rows[entry.document.id]
        assert program is not None
        runs = row.get("runs") or []
        stated = {float(run["Price"]) for run in runs} | (
            {row["price"]} if "price" in row else set()
        )
        found = {float(cost.amount) for cost in program.costs if cost.currency == "USD"}
        assert found == stated
        assert len(program.offerings) == len(runs)
        assert program.url is None or program.url.startswith("https://")
        assert program.credit_bearing is None
        if program.credits is not None:
            assert "continuing education credit" in entry.document.text


def test_a_row_that_asks_to_be_ignored_is_reported(tmp_path: Path) -> None:
    """A dummy row of a feed, titled "Dateless Course, ignore me", never becomes a program."""
    feed = json.loads((CATALOG.parent / "raw" / "prolearn_mitpe_courses.json").read_text("utf-8"))
    rows = feed["data"]["searchAPISearch"]["documents"]
    file = tmp_path / "courses.json"
    file.write_text(
        json.dumps([{"id": row["nid"], "title": row["title"]} for row in rows]), encoding="utf-8"
    )
    found = read_source(file, None, MAPPING, LIMIT)
    assert [s.reason for s in found.skipped] == ["is a test row"]
    assert "ignore me" in found.skipped[0].value
    assert len(found.entries) == len(rows) - 1


def test_the_policy_pages_are_read_whole(pages: Contents) -> None:
    """All 95 pages with every character of their text, so that marked spans keep their places."""
    rows = [json.loads(line) for line in PAGES.open(encoding="utf-8")]
    assert pages.skipped == ()
    assert [entry.document.text for entry in pages.entries] == [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("question", "title", "words"),
    [
        (
            "How much is Cybersecurity Governance for the Board of Directors?",
            "Cybersecurity Governance for the Board of Directors",
            "$",
        ),
        (
            "when does the Women's Leadership Program start",
            "Women's Leadership Program",
            "starts on",
        ),
        (
            "how many credits is Artificial Intelligence in Pharma and Biotech",
            "Artificial Intelligence in Pharma and Biotech",
            "2 continuing education credits",
        ),
        (
            "How long does Making AI Work: Machine Intelligence for Business and Society take?",
            "Making AI Work: Machine Intelligence for Business and Society",
            "6 weeks",
        ),
        (
            "is the Global CEO Program online or in person",
            "Global CEO Program",
            "in person",
        ),
    ],
)
async def test_questions_about_programs_are_answered_from_their_page(
    shelf: Shelf, encoder: Encoder, question: str, title: str, words: str
) -> None:
    """The program that is named is cited, and the fact that is asked for is quoted."""
    answer = await asking(shelf, encoder).ask(question)
    assert {citation.title.split(" › ")[0] for citation in answer.citations} == {title}
    assert words in answer.text
    assert all((citation.url or "").startswith("https://") for citation in answer.citations)


async def test_real_questions_are_answered_from_their_page(
    shelf: Shelf, encoder: Encoder, pages: Contents
) -> None:
    """Opening questions that people asked about the published pages: most cite the page meant.

    The floor lies well below what was measured in November 2026, and nothing was tuned on it.
    """
    published = {entry.document.id for entry in pages.entries[:DOCUMENTS]}
    turns = [json.loads(line) for line in TURNS.open(encoding="utf-8")]
    asked = [
        turn
        for turn in turns
        if not turn["history"] and not turn["noisy"] and turn["gold_doc_id"] in published
    ]
    knowledge_base = asking(shelf, encoder, abstain_below=0)
    right = 0
    for turn in asked:
        answer = await knowledge_base.ask(turn["question"])
        right += turn["gold_doc_id"] in {c.document_id for c in answer.citations}
    assert len(asked) >= 50
    assert right / len(asked) >= 0.6
