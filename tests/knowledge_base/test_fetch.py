"""A source is fetched from the public web only, within size and time, as what it says it is."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from editions import LIMIT

from knowledge_base.catalog import fetch
from knowledge_base.catalog.fetch import fetched, is_address
from knowledge_base.errors import AddressRefused, SourceError, SourceTooLarge

PAGE = "# Aid\n\nAsk us.\n"
Serve = Callable[[str, Callable[[web.Request], Awaitable[web.StreamResponse]]], None]


class Site:
    """A web server on loopback whose pages a test adds."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""
        self._pages: dict[str, Callable[[], web.StreamResponse]] = {}

    def page(self, path: str, make: Callable[[], web.StreamResponse]) -> str:
        """Serve a page, and give its address."""
        self._pages[path] = make
        return self.url + path

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The page at a path."""
        self.asked.append(request.path)
        return self._pages[request.path]()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await runner.cleanup()


def text(body: str, kind: str) -> Callable[[], web.StreamResponse]:
    return lambda: web.Response(body=body.encode(), content_type=kind)


async def get(url: str, limit: int = LIMIT) -> tuple[str, str]:
    """Name and text of the file that is fetched, private addresses allowed."""
    async with fetched(url, limit, private=True) as found:
        assert found.path is not None
        return found.path.name, found.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/aid", "text/markdown", "aid.md"),
        ("/catalog.php", "text/csv", "catalog.csv"),
        ("/feed", "application/json", "feed.json"),
        ("/resources/1", "application/ld+json", "1.jsonld"),
        ("/feed.txt", "application/x-ndjson", "feed.jsonl"),
        ("/raw/aid.md", "text/plain", "aid.md"),
        ("/pages.jsonl", "application/octet-stream", "pages.jsonl"),
        ("/", "text/markdown", "page.md"),
        ("/a%2F..%2F..%2Fb", "text/markdown", "b.md"),
    ],
)
async def test_the_type_decides_how_it_is_read(site: Site, path: str, kind: str, name: str) -> None:
    """The file gets the ending of its content type, and a name that leads nowhere else."""
    if path.startswith("/a%"):
        site.page("/a/../../b", text(PAGE, kind))
        url = site.url + path
    else:
        url = site.page(path, text(PAGE, kind))
    found, content = await get(url)
    assert "/" not in found
    assert content == PAGE
    if not path.startswith("/a%"):
        assert found == name


@pytest.mark.parametrize(
    ("kind", "message"),
    [("image/png", "image/png cannot be imported"), ("video/mp4", "video/mp4 cannot be imported")],
)
async def test_a_type_that_cannot_be_read_is_named(site: Site, kind: str, message: str) -> None:
    """The error says which types there are."""
    with pytest.raises(SourceError, match=rf"/x: .*{message}.*\.md, \.csv"):
        await get(site.page("/x", text(PAGE, kind)))


async def test_the_file_is_gone_afterwards(site: Site) -> None:
    """Nothing stays on the disk."""
    async with fetched(site.page("/a", text(PAGE, "text/csv")), LIMIT, private=True) as found:
        kept = found.path
    assert kept is not None
    assert not kept.parent.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/x",
        "http://localhost:{port}/x",
        "http://[::1]:{port}/x",
        "http://[::ffff:127.0.0.1]:{port}/x",
        "http://2130706433:{port}/x",
        "http://127.1:{port}/x",
        "http://0x7f000001:{port}/x",
        "http://0.0.0.0:{port}/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/x",
        "http://192.168.1.1/x",
        "http://100.64.0.1/x",
        "http://[fe80::1]/x",
        "http://[fd00::1]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://[2002:7f00:1::]/x",
        "http://224.0.0.1/x",
    ],
)
async def test_addresses_that_are_not_public_are_refused(site: Site, url: str) -> None:
    """In every spelling, wrapped or not; the server is never asked."""
    site.page("/x", text(PAGE, "text/markdown"))
    address = url.format(port=site.url.rsplit(":", 1)[1])
    with pytest.raises(SourceError) as refused:
        async with fetched(address, LIMIT):
            pytest.fail("it was fetched")
    assert site.asked == []
    if "not a canonical IPv4" not in str(refused.value):  # Such spellings are no address at all.
        assert isinstance(refused.value, AddressRefused)
        assert "import_from_private_addresses" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["ftp://fictional.example/x", "file:///etc/passwd", "gopher://x/y", "http:///x", "data://x"],
)
async def test_other_schemes_are_refused(url: str) -> None:
    """Only http and https are fetched, whatever the settings allow."""
    with pytest.raises(AddressRefused, match="only http:// and https://"):
        await get(url)


async def test_a_password_in_an_address_is_refused_and_not_repeated(site: Site) -> None:
    """It would be kept as the source's location; the error does not show it."""
    with pytest.raises(AddressRefused, match="name or password") as refused:
        await get("http://me:secret@fictional.example/x")
    assert "secret" not in str(refused.value)


async def test_a_name_is_pinned_to_the_address_that_was_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is checked and private when connected to leads nowhere:
    it is resolved once, and that answer is both checked and used."""
    loop = asyncio.get_running_loop()
    port = int(site.url.rsplit(":", 1)[1])
    asked = []
    answers = [("203.0.113.1", port), ("127.0.0.1", port)]

    async def rebinding(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = answers[min(len(asked) - 1, 1)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(loop, "getaddrinfo", rebinding)
    site.page("/x", text(PAGE, "text/markdown"))
    with pytest.raises(AddressRefused, match=r"rebind\.example is 203\.0\.113\.1"):
        async with fetched(f"http://rebind.example:{port}/x", LIMIT):
            pytest.fail("it was fetched")
    with pytest.raises(AddressRefused, match=r"rebind\.example is 127\.0\.0\.1"):
        async with fetched(f"http://rebind.example:{port}/x", LIMIT):
            pytest.fail("it was fetched")
    assert asked == ["rebind.example", "rebind.example"]
    assert site.asked == []


async def test_redirects_are_followed(site: Site) -> None:
    """A moved page is found, by relative addresses too."""
    site.page("/new/aid", text(PAGE, "text/markdown"))
    url = site.page("/old", lambda: web.Response(status=301, headers={"Location": "/new/aid"}))
    assert (await get(url))[1] == PAGE
    assert site.asked == ["/old", "/new/aid"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x/y", "http://u:p@127.0.0.1/"])
async def test_every_redirect_is_checked(site: Site, target: str) -> None:
    """A redirect leads nowhere that the address itself could not have led."""
    url = site.page("/old", lambda: web.Response(status=302, headers={"Location": target}))
    with pytest.raises(AddressRefused):
        await get(url)


async def test_a_redirect_from_outside_to_inside_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public server that points at a private address does not get there."""
    real = fetch._check_public

    def lenient(address: object, host: str) -> None:
        if host != "127.0.0.1":  # Plays the public server; the redirect's target is checked.
            return
        real(address, host)  # type: ignore[arg-type]

    monkeypatch.setattr(fetch, "_check_public", lenient)
    port = site.url.rsplit(":", 1)[1]
    site.page("/secret", text(PAGE, "text/markdown"))
    site.page("/old", lambda: web.Response(status=307, headers={"Location": f"{site.url}/secret"}))
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        async with fetched(f"http://localhost:{port}/old", LIMIT):
            pytest.fail("it was fetched")
    assert site.asked == ["/old"]


async def test_a_loop_of_redirects_ends(site: Site) -> None:
    """After five it is given up."""
    url = site.page("/a", lambda: web.Response(status=302, headers={"Location": "/a"}))
    with pytest.raises(SourceError, match="more than 5 redirects"):
        await get(url)
    assert len(site.asked) == 6


async def test_a_page_over_the_limit_is_cut_off(site: Site) -> None:
    """Also one that is small until it is unpacked, and one that does not say its size."""
    big = text("x" * 5_000_001, "text/markdown")
    with pytest.raises(SourceTooLarge, match=r"5,000,000.*source_limit_megabytes"):
        await get(site.page("/big", big), limit=5_000_000)
    packed = gzip.compress(b"x" * 50_000_000)
    assert len(packed) < 100_000
    bomb = site.page(
        "/bomb",
        lambda: web.Response(
            body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/markdown"}
        ),
    )
    with pytest.raises(SourceTooLarge):
        await get(bomb, limit=5_000_000)


async def test_a_server_that_never_ends_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole fetch has a deadline."""
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    server = await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(SourceError, match="took longer than"):
        await get(f"http://127.0.0.1:{port}/x")
    server.close()


@pytest.mark.parametrize("status", [404, 403, 500, 204])
async def test_an_error_of_the_server_is_said(site: Site, status: int) -> None:
    """The status is named."""
    url = site.page("/x", lambda: web.Response(status=status))
    with pytest.raises(SourceError, match=f"answers with status {status}"):
        await get(url)


async def test_a_server_that_is_not_there_is_an_error_of_the_source() -> None:
    """A refused connection and a name that does not exist are said in one line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="cannot be fetched"):
        await get(f"http://127.0.0.1:{port}/x")
    with pytest.raises(SourceError, match="cannot be fetched"):
        await get("http://no-such-host.invalid/x")


@pytest.mark.parametrize("url", ["http://[::1/x", "http://a:99999999/x"])
async def test_what_is_no_address_is_said(url: str) -> None:
    """A malformed address is an error of the source."""
    with pytest.raises(SourceError):
        await get(url)


def test_only_texts_with_a_scheme_are_addresses() -> None:
    """Paths are paths."""
    assert is_address("https://fictional.example/x")
    assert not is_address("catalog.csv")
    assert not is_address(Path("http://x"))
