"""The page that a citation opens."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestClient
from shelved_content import ShelvedContent

from channels.web.sources import source_path
from knowledge_base.errors import ShelfUnreachable

CITATION = {
    "document_id": "policies/aid",
    "passage_id": "aid-2",
    "quote": "Veterans, whatever their income",
}
BROWSER = {"Accept": "text/html"}


async def test_a_citation_opens_its_passage(client: TestClient) -> None:
    """Title, institution, dates, link to the original, anchors, and the quote marked."""
    path = source_path(CITATION)
    assert path is not None
    address, _, fragment = path.partition("#")
    response = await client.get(address)
    page = await response.text()
    assert response.status == 200
    for shown in (
        "<h1>Aid for short programs</h1>",
        "Maple Harbor College (fictional)",
        "1 August 2026 – 31 July 2027",
        "2 November 2026",
        'href="https://maple-harbor.example/aid"',
        f'<span id="{fragment}"></span>',
        "<mark>Veterans, whatever their income</mark>",
    ):
        assert shown in page


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("Ask before you enrol. … Veterans, what", ["Ask before you enrol.", "Veterans, what"]),
        (
            "Short programs may qualify for aid. Ask before you enrol.",
            ["Short programs may qualify for aid. Ask before you enrol."],
        ),
        ("| Program | Amount |\n|---|---|\n| Data Analytics | up to **$500** |",
         ["Data Analytics", "up to", "$500"]),
    ],
)  # fmt: skip
async def test_each_stretch_of_a_quote_is_marked(
    client: TestClient, quote: str, marked: list[str]
) -> None:
    """Several sentences, sentences with something left out between them, rows of a longer table."""
    path = source_path({**CITATION, "quote": quote})
    assert path is not None
    page = await (await client.get(path.partition("#")[0])).text()
    assert re.findall("<mark>(.*?)</mark>", page) == marked


async def test_an_unknown_document_is_a_small_page(client: TestClient) -> None:
    """404 in words, as a page for a browser and as JSON for a program."""
    page = await client.get("/sources/nothing", headers=BROWSER)
    assert page.status == 404
    assert "No published document has this address" in await page.text()
    data = await client.get("/sources/nothing")
    assert (await data.json())["error"] == 404


async def test_a_hostile_document_runs_nothing(client: TestClient) -> None:
    """A script in title, text, link or original address stays text."""
    response = await client.get("/sources/hostile", params={"quote": "<script>alert(5)</script>"})
    page = await response.text()
    assert response.status == 200
    assert "<script" not in page
    assert 'href="javascript' not in page


async def test_content_out_of_reach_is_said(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Storage that does not answer becomes a sentence and 503, without its address."""

    async def out_of_reach(*_: object) -> None:
        raise ShelfUnreachable("s3://bucket/editions cannot be read")

    monkeypatch.setattr(ShelvedContent, "published", out_of_reach)
    response = await client.get("/sources/policies%2Faid", headers=BROWSER)
    page = await response.text()
    assert response.status == 503
    assert "cannot be read now" in page
    assert "bucket" not in page


def test_a_citation_without_a_document_opens_nothing() -> None:
    """There is no page to link to."""
    assert source_path({"title": "Somewhere", "quote": "x"}) is None
