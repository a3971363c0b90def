"""What a newcomer waits for: a fresh clone to a running assistant, and the second start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, assistant


async def measure() -> dict[str, Any]:
    """Seconds of set-up, first start and second start from a fresh clone; disk of each part.

    Packages come from this machine's configured index and its caches: what is measured is the
    project's part of the wait, not the network.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        started = time.perf_counter()
        environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
        targets = ["make", ".venv/.assistant", "bot/.venv/.ready"]
        subprocess.run(targets, cwd=clone, env=environment, check=True, stdout=sys.stderr)
        installed = time.perf_counter() - started
        state = clone / "var"
        async with assistant(state, clone) as (_, first):
            pass
        async with assistant(state, clone) as (running, second):
            memory = running.memory()
        return {
            "both environments s": round(installed, 1),
            "first start s (trains, publishes the sample)": round(first, 1),
            "second start s": round(second, 1),
            "disk MB": {
                ".venv": _megabytes(clone / ".venv"),
                "bot/.venv": _megabytes(clone / "bot/.venv"),
                "var": _megabytes(state),
            },
            "memory MB": memory,
        }


def _megabytes(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) // 1_000_000
