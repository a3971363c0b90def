"""`advisor import` takes paths and web addresses, and says in one line what is wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from contract_readers import write
from typer.testing import CliRunner

from advisor.command import app

PAGE = b"---\nid: aid\n---\n# Aid\n\nAsk us about grants.\n"


class Page(BaseHTTPRequestHandler):
    """One Markdown page, wherever it is asked for."""

    def do_GET(self) -> None:
        """Answer with the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/markdown; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/aid"
    server.shutdown()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ADVISOR_SETTINGS", str(tmp_path / "none.toml"))


def test_a_web_address_is_imported_where_that_is_allowed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the setting for private addresses the loopback server counts as the web."""
    monkeypatch.setenv("ADVISOR_KNOWLEDGE_BASE__IMPORT_FROM_PRIVATE_ADDRESSES", "true")
    result = CliRunner().invoke(app, ["import", url, "--json"])
    assert result.exit_code == 0
    (report,) = json.loads(result.stdout)
    assert (report["location"], report["format"], report["added"]) == (url, "markdown", ["aid"])


def test_a_private_address_is_one_line_of_error(url: str) -> None:
    """Without the setting it is refused, naming the setting, without a stack trace."""
    result = CliRunner().invoke(app, ["import", url])
    assert result.exit_code == 1
    assert "import_from_private_addresses" in result.stderr
    assert "Traceback" not in result.output


def test_a_path_is_imported(tmp_path: Path) -> None:
    """A dry run of a file says what would be added."""
    path = write(tmp_path / "aid.md", PAGE.decode())
    result = CliRunner().invoke(app, ["import", str(path), "--dry-run"])
    assert result.exit_code == 0
    assert "would be 1 added" in result.stdout


def test_a_missing_path_is_one_line_of_error(tmp_path: Path) -> None:
    """It names the path."""
    result = CliRunner().invoke(app, ["import", str(tmp_path / "nowhere.md")])
    assert result.exit_code == 1
    assert "there is no such file or folder" in result.stderr
    assert "Traceback" not in result.output


def test_what_came_before_an_error_is_told(tmp_path: Path) -> None:
    """Each source is imported for itself: the first is there, the second is an error."""
    path = write(tmp_path / "aid.md", PAGE.decode())
    result = CliRunner().invoke(app, ["import", str(path), str(tmp_path / "nowhere.md")])
    assert result.exit_code == 1
    assert "1 added" in result.stdout
    assert "added aid" in result.stdout
    assert "nowhere.md: there is no such file or folder" in result.stderr


def test_an_interval_that_is_none_imports_nothing(tmp_path: Path) -> None:
    """The error shows what may be written, before anything is read."""
    path = write(tmp_path / "aid.md", PAGE.decode())
    result = CliRunner().invoke(app, ["import", str(path), "--every", "often"])
    assert result.exit_code == 1
    assert "write 30m, 6h, 1d" in result.stderr
    assert not (tmp_path / "state").exists()


def test_a_value_that_is_left_out_is_no_row_that_is_skipped(tmp_path: Path) -> None:
    """The line counts rows that did not come in apart from values that did not."""
    write(tmp_path / "t.csv", "id,title,credits,fee\nA,Data,some,Free\nB,Baking,3,1.350\n")
    mapping = '[fields]\nid = "id"\ntitle = "title"\ncredits = "credits"\n'
    write(tmp_path / "t.toml", f'{mapping}[[costs]]\npurpose = "tuition"\namount = "fee"\n')
    run = CliRunner().invoke(app, ["import", str(tmp_path / "t.csv"), "--dry-run"])
    assert run.exit_code == 0
    assert "would be 1 added, 0 changed, 0 unchanged, 0 removed, 1 skipped, 1 noted" in run.output
    assert "noted t.csv line 2: field 'credits' = 'some': is left out of the program" in run.output
    assert "skipped t.csv line 3: field 'fee' = '1.350': cannot be read" in run.output
