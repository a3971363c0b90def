"""Whatever a source holds, it is read or refused clearly, within ten seconds and 512 MB, whole."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import hostile_import
import pytest
from hostile_files import FILES, MAPPING, Hostile, laughs

SECONDS, BYTES = 10.0, 512 * 2**20
pytestmark = pytest.mark.timeout(900)  # The first test waits for all sources.


def _gzip_bomb(out: Callable[[bytes], Any]) -> None:
    packer = zlib.compressobj(9, wbits=31)
    out(b"Content-Type: text/markdown\r\nContent-Encoding: gzip\r\n\r\n")
    for _ in range(300):
        out(packer.compress(bytes(1_000_000)))
    out(packer.flush())


def _endless(out: Callable[[bytes], Any]) -> None:
    out(b"Content-Type: text/markdown\r\n\r\n")
    while True:
        out(b"x" * 100_000)


def _slow(out: Callable[[bytes], Any]) -> None:
    out(b"Content-Type: text/markdown\r\n\r\n")
    while True:
        out(b"x")
        time.sleep(0.2)


def _headers(out: Callable[[bytes], Any]) -> None:
    while True:
        out(b"X: " + b"x" * 1_000 + b"\r\n")


def _xml(content: str) -> Callable[[Callable[[bytes], Any]], None]:
    return lambda out: out(b"Content-Type: application/xml\r\n\r\n" + content.encode())


@dataclass(frozen=True, slots=True)
class Server:
    """What a hostile server sends after the status, and what is said of it."""

    name: str
    send: Callable[[Callable[[bytes], Any]], None]
    said: str


SERVERS = (
    Server("gzip", _gzip_bomb, "more than the limit of 50,000,000 bytes"),
    Server("endless", _endless, "more than the limit of 50,000,000 bytes"),
    Server("slow", _slow, "took longer than 10 seconds"),
    Server("headers", _headers, "cannot be fetched"),
    Server("laughs", _xml(laughs("urlset")), "declares a document type"),
    Server(
        "deep",
        _xml(f"<urlset>{'<a>' * 1_200_000}{'</a>' * 1_200_000}</urlset>"),
        "more than 100 deep",
    ),
)
"""Addresses that lead inside, in all spellings and by redirects, are in `test_fetch.py`."""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        try:
            next(one for one in SERVERS if f"/{one.name}" == self.path).send(self.wfile.write)
        except OSError:
            """The client has had enough."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, server: str) -> dict[str, dict[str, Any]]:
    """What came of each source, all imported by one process."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "map.toml").write_text(MAPPING)
    sources: dict[str, dict[str, str | None]] = {}
    for each in FILES:
        each.make(folder / each.name)
        sources[each.name] = {"location": str(folder / each.name), "format": each.format}
    for one in SERVERS:
        sources[one.name] = {"location": f"{server}/{one.name}", "format": None}
    done = subprocess.run(
        [sys.executable, hostile_import.__file__, str(folder)],
        input="".join(json.dumps(source) + "\n" for source in sources.values()),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = map(json.loads, done.stdout.splitlines())
    return dict(zip(sources, lines, strict=True))


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_a_hostile_file_is_refused_or_read_clearly(
    outcomes: dict[str, dict[str, Any]], source: Hostile
) -> None:
    """It names the file and what is wrong; nothing of a source that is refused is taken."""
    came = outcomes[source.name]
    assert source.said in came["said"]
    assert came["taken"] == (None if source.taken is None else list(source.taken))
    assert came["seconds"] <= SECONDS
    assert came["memory"] <= BYTES
    assert len(came["said"]) < 2_000
    assert all(sign.isprintable() or sign == "\n" for sign in came["said"])


@pytest.mark.parametrize("source", SERVERS, ids=lambda source: source.name)
def test_a_hostile_server_is_left(outcomes: dict[str, dict[str, Any]], source: Server) -> None:
    """It sends too much, too slowly, or what grows; its address is named, and nothing is taken."""
    came = outcomes[source.name]
    assert source.said in came["said"]
    assert f"/{source.name}: " in came["said"]
    assert not came["taken"]
    assert came["seconds"] <= SECONDS
    assert came["memory"] <= BYTES


def test_nothing_is_written_outside(
    outcomes: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An archive that names a file above itself makes none."""
    assert not list(tmp_path_factory.getbasetemp().rglob("escaped"))
