"""`advisor measure conversation`: whole conversations, through real Rasa, over any sources."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.console import counted, out, print_json
from advisor.errors import ProcessFailed, SettingsError
from advisor.measuring.dialogue import Conversation, apart, hold, running
from advisor.measuring.lines import read_lines
from advisor.measuring.turns import by_subject
from advisor.settings import Settings, load_settings

SHAPE = '{"id": "…", "turns": ["what the student says first", "…"]}'


def conversation(
    sources: Annotated[
        list[Path],
        typer.Option(help="Files or folders to publish; FILE.toml beside a table is its mapping."),
    ],
    conversations: Annotated[
        Path,
        typer.Option(
            help="JSON lines: id, turns (a list of texts, or of `say` and `expect`), about."
        ),
    ],
    more: Annotated[
        list[Path] | None, typer.Argument(help="More sources.", show_default=False)
    ] = None,
    dump: Annotated[Path | None, typer.Option(help="Write one JSON line for each turn.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Talk through real Rasa and actions over the sources, in a place that is thrown away.

    `--sources` takes one path or several. A line of the dump holds the reply's text, kind,
    citations, facts and choices, the intent, confidence (of an answer, else of the intent),
    whether it abstained, why the turn failed if it did, and milliseconds.
    """
    talks = list(read_lines(conversations, lambda _, wire: Conversation.from_wire(wire), SHAPE))
    sources = [*sources, *(more or ())]
    for source in sources:
        if not source.exists():
            raise SettingsError(f"{source}: there is no such file or folder")
    lines = asyncio.run(_run(load_settings(), sources, talks))
    if dump:
        with dump.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    summary = summarise(lines)
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name:28} {value}")


def summarise(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts of turns by kind of reply, and times."""
    milliseconds = sorted(line["milliseconds"] for line in lines)
    judged = [(line["about"], line["unmet"]) for line in lines if "unmet" in line]
    right = sum(not unmet for _, unmet in judged)
    as_expected = {"as_expected": right, "by_subject": by_subject(judged)} if judged else {}
    return {
        "conversations": len({line["id"] for line in lines}),
        "turns": len(lines),
        "failed": sum(line["failed"] is not None for line in lines),
        "abstained": sum(line["abstained"] for line in lines),
        "kinds": dict(Counter(line["kind"] for line in lines).most_common()),
        "latency_p50_ms": round(statistics.median(milliseconds), 1) if milliseconds else None,
        "latency_p95_ms": milliseconds[int(len(milliseconds) * 0.95)] if milliseconds else None,
        **as_expected,
    }


async def _run(
    settings: Settings, sources: Sequence[Path], talks: Sequence[Conversation]
) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        place = await apart(settings, Path(folder))
        await asyncio.to_thread(_publish, sources)
        return await _talk(place, talks)


def _publish(sources: Sequence[Path]) -> None:
    for words in (*(["import", str(source)] for source in sources), ["publish"]):
        command = [sys.executable, "-m", "advisor", *words]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        if run.returncode != 0:
            raise ProcessFailed(f"`advisor {' '.join(words)}` failed:\n{run.stderr.strip()}")


async def _talk(settings: Settings, talks: Sequence[Conversation]) -> list[dict[str, Any]]:
    lines = []
    with counted("talking") as report:
        async with running(settings) as brain:
            for number, talk in enumerate(talks, 1):
                lines += await hold(brain, talk)
                report("talking", number, len(talks))
    return lines
