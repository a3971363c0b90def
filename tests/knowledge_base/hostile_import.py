"""Imports sources one after another and tells what each took; run in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from knowledge_base.errors import SourceError
from knowledge_base.schema import workspace
from knowledge_base.sources.service import SourceService
from knowledge_base.store import Store

LIMIT = 50_000_000


def used() -> dict[str, float]:
    """Seconds of the processor, and bytes of memory at their peak, of this process and its child.

    Not `ru_maxrss` of this process, which holds the peak of the one that started it.
    """
    own, child = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    return {
        "seconds": sum(one.ru_utime + one.ru_stime for one in (own, child)),
        "memory": (int(peak[1]) + child.ru_maxrss) * 1024,
    }


async def outcome(folder: Path, source: dict[str, str | None]) -> dict[str, Any]:
    """What was taken and said; a source that is refused leaves everything as it was."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    store = Store(engine)
    before = await store.entries()
    try:
        report = await SourceService(store, LIMIT).import_source(
            str(source["location"]),
            format_name=source["format"],
            mapping_file=folder / "map.toml",
            private_addresses=True,
        )
        return {"taken": report.changes.added, "said": "\n".join(map(str, report.skipped))}
    except SourceError as error:
        assert await store.entries() == before
        return {"taken": None, "said": str(error)}
    finally:
        await engine.dispose()


def main(folder: Path) -> None:
    """Each line of standard input is a source; each line of output, what came of it.

    Each is imported in a process that knows the modules already, so that its use counts alone.
    """
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            came = asyncio.run(outcome(folder, json.loads(line)))
            sys.stdout.write(json.dumps({**came, **used()}) + "\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(process, 0)
        assert status == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
