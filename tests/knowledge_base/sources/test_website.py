"""A sitemap is one source: its pages are read, and only a page that is gone loses its content."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_readers import write
from web_site import Site

from knowledge_base.catalog import sitemap
from knowledge_base.catalog.sitemap import read_sitemap
from knowledge_base.editing import EditingService
from knowledge_base.errors import SourceError, SourceTooLarge, SourceUnreachable
from knowledge_base.sources import website
from knowledge_base.sources.service import ImportReport

NAMES = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urlset(*addresses: str, kind: str = "urlset", entry: str = "url") -> str:
    inner = "".join(f"<{entry}><loc> {one} </loc></{entry}>" for one in addresses)
    return f'<?xml version="1.0"?><{kind} xmlns="{NAMES}">{inner}</{kind}>'


def index(*addresses: str) -> str:
    return urlset(*addresses, kind="sitemapindex", entry="sitemap")


async def crawl(service: EditingService, site: Site) -> ImportReport:
    return await service.import_source(f"{site.url}/sitemap.xml", private_addresses=True)


async def test_every_page_of_an_index_is_read(service: EditingService, site: Site) -> None:
    """Pages of all its sitemaps, each once; what cannot be read is told with its address."""
    aid = site.page("/aid", "<h1>Aid</h1><p>Ask us.</p>")
    fees = site.page("/fees.md", "# Fees\n\n$40.\n", "text/markdown")
    photo = site.page("/photo", "x", "image/png")
    old = f"{site.url}/old"
    one = site.page("/one.xml", urlset(aid, photo), "application/xml")
    two = site.page("/two.xml", urlset(fees, aid, old), "text/xml")
    site.page("/sitemap.xml", index(one, two), "application/xml")
    report = await crawl(service, site)
    assert (report.format, report.changes.added) == ("sitemap", ("127.0.0.1-aid", "fees"))
    told = [str(skipped) for skipped in report.skipped]
    assert [photo in told[0], "image/png" in told[0], old in told[1], "404" in told[1]] == [
        True
    ] * 4
    assert site.asked.count("/aid") == 1


async def test_a_page_that_is_gone_or_unlisted_loses_its_content(
    service: EditingService, site: Site
) -> None:
    """The site decides what is published; the same site again changes nothing."""
    pages = [site.page(f"/{name}", f"<h1>{name}</h1><p>Text.</p>") for name in ("a", "b", "c")]
    site.page("/sitemap.xml", urlset(*pages), "application/xml")
    await crawl(service, site)
    assert len((await crawl(service, site)).changes.unchanged) == 3
    del site.pages["/a"]
    site.page("/sitemap.xml", urlset(*pages[:2]), "application/xml")
    (source,) = await service.sources()
    report = await service.refresh_source(source, private_addresses=True)
    assert set(report.changes.removed) == {"127.0.0.1-a", "127.0.0.1-c"}


async def test_an_ill_server_takes_nothing_away(service: EditingService, site: Site) -> None:
    """One page that cannot be had now keeps all content as it is, and is named."""
    pages = [site.page(f"/{name}", f"<h1>{name}</h1><p>Text.</p>") for name in ("a", "b")]
    site.page("/sitemap.xml", urlset(*pages), "application/xml")
    await crawl(service, site)
    site.page("/b", "", status=503)
    with pytest.raises(SourceUnreachable, match=r"/b: the server answers with status 503"):
        await crawl(service, site)
    assert [source.documents for source in await service.sources()] == [2]


async def test_only_the_sitemaps_own_host_is_asked(service: EditingService, site: Site) -> None:
    """A sitemap cannot send the assistant elsewhere, nor to itself without end."""
    aid = site.page("/aid", "<h1>Aid</h1><p>Ask us.</p>")
    other = "http://other.example/x"
    odd = "file:///etc/passwd"
    site.page("/sitemap.xml", urlset(aid, other, odd, f"{site.url}/sitemap.xml"), "text/xml")
    report = await crawl(service, site)
    assert report.changes.added == ("127.0.0.1-aid",)
    told = " ".join(map(str, report.skipped))
    assert f"{other}: stands on another host" in told
    assert f"{odd}: stands on another host" in told
    assert "is XML, and no page" in told


async def test_the_number_of_pages_is_limited(
    service: EditingService, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out is counted, never dropped silently."""
    monkeypatch.setattr(website, "MOST_PAGES", 2)
    pages = [site.page(f"/{n}", f"<h1>Page {n}</h1><p>Text.</p>") for n in range(5)]
    site.page("/sitemap.xml", urlset(*pages), "application/xml")
    report = await crawl(service, site)
    assert len(report.changes.added) == 2
    assert "and 3 more pages: over the limit of 2" in str(report.skipped[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<rss></rss>", "no sitemap: 'rss'"),
        ("<urlset>", "is not XML"),
        ("", "is not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><urlset>&a;</urlset>', "declares a document type"),
        (f"<urlset>{'<a>' * 200_000}", "is not XML"),
    ],
)
def test_what_is_no_sitemap_is_said(tmp_path: Path, content: str, message: str) -> None:
    """Feeds, broken XML, entities and endless nesting are refused in one line."""
    with pytest.raises(SourceError, match=rf"s\.xml: .*{message}"):
        read_sitemap(write(tmp_path / "s.xml", content))


def test_a_sitemap_of_megabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is looked at before it is read."""
    monkeypatch.setattr(sitemap, "MOST_BYTES", 100)
    with pytest.raises(SourceTooLarge, match="over 100"):
        read_sitemap(write(tmp_path / "s.xml", urlset("http://a.example/" + "x" * 100)))
