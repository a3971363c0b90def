"""An import is one transaction: a process that is killed in the middle leaves the old content."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

PAGES = 2_000
TEXT = "word " * 600
"""All pages are more than SQLite keeps in memory, so that it writes before the transaction ends."""
PATIENCE = 120


def write_pages(path: Path, edition: str) -> None:
    lines = (
        f'{{"doc_id": "p{number}", "title": "{edition}", "text": "{TEXT}"}}\n'
        for number in range(PAGES)
    )
    path.write_text("".join(lines), encoding="utf-8")


def titles(state: Path) -> Counter[str]:
    with closing(sqlite3.connect(state / "advisor.sqlite", timeout=30)) as connection:
        return Counter(title for (title,) in connection.execute("SELECT title FROM kb_documents"))


def writes_now(state: Path) -> bool:
    """Whether the import has begun to write: what it writes goes into a file beside."""
    beside = state / "advisor.sqlite-wal"
    return beside.exists() and beside.stat().st_size > 100_000


@pytest.fixture
def importing(tmp_path: Path) -> list[str]:
    """The command that imports many pages, whose first edition is imported already."""
    write_pages(tmp_path / "pages.jsonl", "old")
    command = [sys.executable, "-m", "advisor", "import", str(tmp_path / "pages.jsonl")]
    subprocess.run(command, check=True, env=environment(tmp_path), capture_output=True)
    write_pages(tmp_path / "pages.jsonl", "new")
    return command


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ADVISOR_STATE": str(folder / "state"),
        "ADVISOR_SETTINGS": str(folder / "none.toml"),
    }


def killed(command: list[str], folder: Path, *, writing: bool) -> None:
    """Kill the import while it reads, or while it writes."""
    process = subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        if writes_now(folder / "state") or not writing:
            break
        time.sleep(0.001)
    assert process.poll() is None, "it ended before it could be killed"
    process.kill()
    process.wait()


@pytest.mark.parametrize("writing", [False, True])
def test_a_killed_import_leaves_the_old_content(
    importing: list[str], tmp_path: Path, writing: bool
) -> None:
    """Not a page of the new one is there; the same import again then brings all of it."""
    killed(importing, tmp_path, writing=writing)
    assert titles(tmp_path / "state") == {"old": PAGES}
    done = subprocess.run(
        importing, env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert f"0 added, {PAGES} changed, 0 unchanged, 0 removed" in done.stdout
    assert titles(tmp_path / "state") == {"new": PAGES}
