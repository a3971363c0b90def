"""A source is read again as it was imported; what is gone or withdrawn is published no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contract_readers import write
from editions import LIMIT
from office_files import docx_file
from typer.testing import CliRunner
from web_site import Page, Site

from advisor.command import app
from knowledge_base.catalog.fetch import Validators, fetched
from knowledge_base.editing import EditingService
from knowledge_base.errors import SourceError, SourceGone, UnknownSource

CSV = "code,title\nA1,Data\n"
MAP = 'institution = "Fictional College"\n[fields]\nid = "code"\ntitle = "title"\n'


@pytest.fixture
def page(site: Site) -> Page:
    """One page at every path of the site, with a mark."""
    site.everywhere = Page(b"<h1>Fees</h1><p>The late fee is $40.</p>", mark='"1"')
    return site.everywhere


async def test_a_web_page_is_a_source(service: EditingService, site: Site, page: Page) -> None:
    """It is cited at its address, and its id is its address, so that no two pages share one."""
    for path in ("/aid/index.html", "/fees/", "/fees/?year=2027"):
        report = await service.import_source(site.url + path, private_addresses=True)
        assert (report.format, len(report.changes.added)) == ("html", 1)
    await service.publish()
    found = {document.id: document for document in await service.documents()}
    assert set(found) == {"127.0.0.1-aid-index", "127.0.0.1-fees", "127.0.0.1-fees-year-2027"}
    assert found["127.0.0.1-fees"].url == f"{site.url}/fees/"
    assert "late fee is $40" in found["127.0.0.1-fees"].text


async def test_office_files_are_fetched(service: EditingService, site: Site, page: Page) -> None:
    """The type that the server names decides, not the address."""
    page.body = docx_file([("Heading 1", "Aid"), ("Normal", "Ask us.")])
    page.kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    report = await service.import_source(f"{site.url}/download?id=7", private_addresses=True)
    assert (report.format, report.changes.added) == ("docx", ("127.0.0.1-download-id-7",))


async def refreshed(service: EditingService) -> tuple[str, ...]:
    (source,) = await service.sources()
    changes = (await service.refresh_source(source, private_addresses=True)).changes
    return tuple(
        name for name in ("added", "changed", "unchanged", "removed") if getattr(changes, name)
    )


async def test_an_unchanged_page_is_not_fetched_again(
    service: EditingService, site: Site, page: Page
) -> None:
    """A refresh asks with the mark that the server gave; a new mark brings the new page."""
    await service.import_source(f"{site.url}/fees", private_addresses=True)
    (before,) = await service.sources()
    assert await refreshed(service) == ("unchanged",)
    (after,) = await service.sources()
    assert before.checked_at is not None
    assert after.checked_at is not None
    assert after.checked_at > before.checked_at
    page.mark, page.body = '"2"', page.body.replace(b"$40", b"$45")
    assert await refreshed(service) == ("changed",)
    assert await refreshed(service) == ("unchanged",)
    assert site.answers == [200, 304, 200, 304]


async def test_a_server_without_marks_is_asked_in_full(
    service: EditingService, site: Site, page: Page
) -> None:
    """The page is fetched, and found to be the same."""
    page.mark = None
    await service.import_source(f"{site.url}/fees", private_addresses=True)
    assert await refreshed(service) == ("unchanged",)
    assert site.answers == [200, 200]


async def test_an_import_by_hand_reads_in_full(
    service: EditingService, site: Site, page: Page
) -> None:
    """Whoever imports again, say after an update of the assistant, gets what stands there."""
    for _ in range(2):
        await service.import_source(f"{site.url}/fees", private_addresses=True)
    assert site.answers == [200, 200]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_takes_its_content(
    service: EditingService, site: Site, page: Page, status: int
) -> None:
    """Its content is removed, and comes back if the page does."""
    await service.import_source(f"{site.url}/fees", private_addresses=True)
    page.status = status
    report = await service.import_source(f"{site.url}/fees", private_addresses=True, dry_run=True)
    assert (report.gone, report.changes.removed) == (True, ("127.0.0.1-fees",))
    assert await refreshed(service) == ("removed",)
    assert [source.documents for source in await service.sources()] == [0]
    page.status = 200
    assert await refreshed(service) == ("added",)


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_page_that_cannot_be_had_keeps_its_content(
    service: EditingService, site: Site, page: Page, status: int
) -> None:
    """A server that is ill says nothing about the page."""
    await service.import_source(f"{site.url}/fees", private_addresses=True)
    page.status = status
    with pytest.raises(SourceError, match=f"status {status}"):
        await refreshed(service)
    assert [source.documents for source in await service.sources()] == [1]


async def test_what_never_was_imported_cannot_be_gone(
    service: EditingService, site: Site, page: Page, tmp_path: Path
) -> None:
    """A wrong address or path is an error, and no source."""
    page.status = 404
    with pytest.raises(SourceGone, match="status 404"):
        await service.import_source(f"{site.url}/fees", private_addresses=True)
    with pytest.raises(SourceGone, match="there is no such file"):
        await service.import_source(tmp_path / "fees.md")
    assert await service.sources() == []


async def test_a_304_that_nobody_asked_for_is_an_error(site: Site, page: Page) -> None:
    """A server that calls a page unchanged to a stranger is not believed."""
    page.status = 304
    with pytest.raises(SourceError, match="status 304"):
        async with fetched(site.url, LIMIT, private=True, known=Validators()):
            pytest.fail("it was fetched")


async def test_a_withdrawn_source_is_no_longer_published(
    service: EditingService, tmp_path: Path
) -> None:
    """Its documents go with the next edition, and its ids are free for another source."""
    for name in ("aid", "fees"):
        await service.import_source(write(tmp_path / f"{name}.md", f"# {name}\n\nText.\n"))
    await service.publish()
    removed = await service.remove_source(str(tmp_path / "aid.md"))
    assert removed.documents == 1
    assert {document.id for document in await service.documents()} == {"aid", "fees"}
    await service.publish()
    assert {document.id for document in await service.documents()} == {"fees"}
    with pytest.raises(UnknownSource, match=r"aid\.md: nothing was imported from there"):
        await service.remove_source(str(tmp_path / "aid.md"))
    (tmp_path / "other").mkdir()
    report = await service.import_source(write(tmp_path / "other" / "aid.md", "# Aid\n\nText.\n"))
    assert report.changes.added == ("aid",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ADVISOR_SETTINGS", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "p.txt", CSV)
    write(tmp_path / "map.toml", MAP)
    write(tmp_path / "aid.md", "# Aid\n\nAsk us.\n")
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def listed() -> dict[str, int]:
    found = json.loads(run("sources", "list", "--json"))
    return {Path(source["location"]).name: source["documents"] for source in found}


def test_refresh_reads_as_first_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Format and mapping are remembered, from whatever folder the command is run."""
    run("import", "p.txt", "--as", "csv", "--map", "map.toml")
    run("import", "aid.md")
    write(folder / "p.txt", CSV + "A2,Welding\n")
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    said = run("sources", "refresh")
    assert "p.txt (csv): 1 added, 0 changed, 1 unchanged" in said
    assert "aid.md (markdown): 0 added, 0 changed, 1 unchanged" in said
    assert listed() == {"p.txt": 2, "aid.md": 1}


def test_refresh_goes_on_after_a_source_that_cannot_be_read(folder: Path) -> None:
    """The error is said, the others are read, what is gone is said, and the code tells."""
    run("import", "p.txt", "--as", "csv", "--map", "map.toml")
    run("import", "aid.md")
    (folder / "map.toml").unlink()
    (folder / "aid.md").unlink()
    said = run("sources", "refresh", code=1)
    assert "map.toml: no such mapping file" in said
    assert "aid.md (markdown): is gone; 0 added, 0 changed, 0 unchanged, 1 removed" in said
    assert listed() == {"p.txt": 1, "aid.md": 0}


def test_remove_says_what_it_withdraws(folder: Path) -> None:
    """A source may be named as it was typed; one that is not there is an error in one line."""
    run("import", "aid.md")
    assert "aid.md: 1 document withdrawn" in run("sources", "remove", "aid.md")
    assert listed() == {}
    said = run("sources", "remove", "aid.md", code=1)
    assert "nothing was imported from there" in said
    assert "Traceback" not in said


def test_the_list_can_be_read_by_a_person(folder: Path) -> None:
    """Without options, the location and its format are shown."""
    run("import", "aid.md")
    assert "markdown" in run("sources")
