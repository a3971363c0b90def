"""Staff import, publish and roll back; a web address is a source like a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from contract_readers import write
from editions import LIMIT
from sqlalchemy.ext.asyncio import create_async_engine

from knowledge_base.editing import EditingService
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import AddressRefused, SourceError, UnknownEdition
from knowledge_base.schema import workspace
from knowledge_base.store import Store

PAGES = '{"doc_id": "aid", "title": "Aid", "text": "Ask us about grants."}\n'


@pytest.fixture
async def service(tmp_path: Path, encoder: Encoder) -> AsyncIterator[EditingService]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    yield EditingService(Store(engine), Shelf(tmp_path / "editions"), encoder, LIMIT)
    await engine.dispose()


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a feed of pages stands on the web, played by a server on loopback."""

    async def feed(request: web.Request) -> web.Response:
        if request.path == "/broken.jsonl":
            return web.Response(body=b"{}\n\xff", content_type="application/x-ndjson")
        return web.Response(text=PAGES, content_type="application/x-ndjson")

    app = web.Application()
    app.router.add_get("/{name}", feed)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_from_import_to_roll_back(service: EditingService, tmp_path: Path) -> None:
    """What is imported is live once published; an earlier edition can be made live again."""
    assert await service.documents() == ()
    assert await service.published("aid") is None
    path = write(tmp_path / "pages.jsonl", PAGES)
    report = await service.import_source(path)
    assert (report.changes.added, report.format, report.dry_run) == (("aid",), "pages", False)
    first = await service.publish()
    write(path, PAGES.replace("grants", "loans"))
    assert (await service.import_source(path)).changes.changed == ("aid",)
    assert "grants" in (await service.documents())[0].text
    second = await service.publish()
    assert "loans" in (await service.documents())[0].text
    assert [(e.id, e.current) for e in await service.editions() if e.current] == [(second.id, True)]
    await service.roll_back(first.id)
    found = await service.published("aid")
    assert found is not None
    assert "grants" in found[0].text
    with pytest.raises(UnknownEdition):
        await service.roll_back("nothing")


async def test_a_dry_run_is_only_a_report(service: EditingService, tmp_path: Path) -> None:
    """It says what would be added and leaves no source behind."""
    path = write(tmp_path / "pages.jsonl", PAGES)
    report = await service.import_source(path, dry_run=True)
    assert (report.changes.added, report.dry_run) == (("aid",), True)
    assert await service.sources() == []


async def test_a_failed_import_keeps_what_was_there(
    service: EditingService, tmp_path: Path
) -> None:
    """A file that can no longer be read changes nothing."""
    path = write(tmp_path / "pages.jsonl", PAGES)
    await service.import_source(path)
    path.write_bytes(b"")
    with pytest.raises(SourceError):
        await service.import_source(path, format_name="pages")
    assert [source.documents for source in await service.sources()] == [1]


async def test_a_web_address_is_a_source(service: EditingService, address: str) -> None:
    """The address is the source's location, so that a second import is the same source."""
    url = f"{address}/feed.jsonl"
    report = await service.import_source(url, private_addresses=True)
    assert (report.location, report.changes.added) == (url, ("aid",))
    again = await service.import_source(url, private_addresses=True)
    assert again.changes.unchanged == ("aid",)
    assert [source.location for source in await service.sources()] == [url]


async def test_a_private_address_is_refused_unless_allowed(
    service: EditingService, address: str
) -> None:
    """The default reaches the public web only."""
    with pytest.raises(AddressRefused, match="not a public address"):
        await service.import_source(f"{address}/feed.jsonl")
    assert await service.sources() == []


async def test_an_error_names_the_address_and_not_a_temporary_file(
    service: EditingService, address: str
) -> None:
    """Whoever reads it knows the address, not the file that it was saved in."""
    with pytest.raises(SourceError) as refused:
        await service.import_source(
            f"{address}/broken.jsonl", format_name="pages", private_addresses=True
        )
    assert str(refused.value).startswith(f"{address}/broken.jsonl: line 2: not UTF-8 text")
