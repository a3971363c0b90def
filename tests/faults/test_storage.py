"""A database that cannot be written: nothing is acknowledged that is not kept, and it heals."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import pytest
from deploying import SETTLED_SECONDS, Deploy
from figures import Show

from benchmarks.traffic.deployment import Deployment
from benchmarks.traffic.students import Crowd

FAULT_SECONDS = float(os.environ.get("ADVISOR_FAULT_SECONDS", "2"))
"""How long a fault lasts, at least: it ends when a provider has been told of it."""
TOLD_SECONDS = 30.0
"""The gateway waits some seconds for another writer before it says that it cannot."""
BLOCK = b"0" * 65_536
TMPFS_BYTES = 330_000_000
"""A start asks for 300 megabytes."""

Fault = Callable[[Deployment], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def locked(site: Deployment) -> AsyncIterator[None]:
    """Another process holds the database's write lock."""
    file = site.folder / "state" / "advisor.sqlite"
    with closing(sqlite3.connect(file, 30, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def no_file_may_grow(site: Deployment) -> AsyncIterator[None]:
    """As a quota does: not the database's, nor the log's."""
    pid = site.gateway.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def full_disk(site: Deployment) -> AsyncIterator[None]:
    """Somebody else's file has taken all the room."""
    filler = site.folder / "state" / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(BLOCK)
        except OSError:
            pass
        yield
    filler.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[None]:
    """The state folder on a file system of a few megabytes; skips where none may be mounted."""
    folder = tmp_path / "state"
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", str(folder))
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.timeout(FAULT_SECONDS + 200)
@pytest.mark.parametrize("fault", [locked, no_file_may_grow], ids=["locked", "quota"])
async def test_what_cannot_be_kept_is_not_acknowledged(
    fault: Fault, deploy: Deploy, show: Show
) -> None:
    """503 while it lasts; afterwards every message has its reply, without a restart."""
    await broken_and_healed(await deploy(), fault, show)


async def test_a_full_disk(small_disk: None, deploy: Deploy, show: Show) -> None:
    """The same, with no room for anybody."""
    await broken_and_healed(await deploy(), full_disk, show)


async def broken_and_healed(site: Deployment, fault: Fault, show: Show) -> None:
    crowd = Crowd(site, each=1, widgets=2)
    await crowd.begin()
    pid = site.gateway.pid
    await asyncio.sleep(1)
    async with fault(site), asyncio.timeout(FAULT_SECONDS + TOLD_SECONDS):
        await asyncio.sleep(FAULT_SECONDS)
        while not (refused := crowd.answers()[503]):  # noqa: ASYNC110 - in other tasks' state
            await asyncio.sleep(0.1)
    site.ledger.restarted()
    await asyncio.sleep(1)
    await crowd.end()
    await site.settled(SETTLED_SECONDS)
    await crowd.leave()
    account = site.account()
    figures = account.to_wire() | {"answers of 503": refused}
    show(fault.__name__.replace("_", " "), figures)
    assert account.sound, figures
    assert set(crowd.answers()) <= {200, 202, 503}
    assert site.gateway.pid == pid
    assert account.answered > 0
