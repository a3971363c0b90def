"""`make bench`: every benchmark in turn, each beside what a user would pick instead."""

from __future__ import annotations

import asyncio
import json
import sys

from benchmarks import (
    consoles,
    languages,
    load,
    retrieval,
    scale,
    setup,
    turns,
    understanding,
    voice,
)

_ALL = {
    "turns": turns.measure,
    "understanding": understanding.measure,
    "languages": languages.measure,
    "retrieval": retrieval.measure,
    "scale": scale.measure,
    "load": load.measure,
    "consoles": consoles.measure,
    "setup": setup.measure,
    "voice": voice.measure,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all, and print one JSON document."""
    unknown = set(names) - set(_ALL)
    if unknown:
        raise SystemExit(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(_ALL)}")
    print(json.dumps({name: asyncio.run(_ALL[name]()) for name in names or _ALL}, indent=1))


main(sys.argv[1:])
