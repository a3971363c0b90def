"""`advisor measure conversation`: whole conversations, through real Rasa, over any sources."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer

from advisor.console import counted, err, out, print_json, step
from advisor.errors import ProcessFailed, SettingsError
from advisor.measuring.lines import read_lines
from advisor.secrets import bot_token
from advisor.settings import Settings, load_settings
from advisor.supervisor import Supervisor
from advisor.training import model_path, train
from channels.brain import BrainReply, RasaBrain
from channels.model import Choice

SHAPE = '{"id": "…", "turns": ["what the student says first", "…"]}'


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a student says, in order."""

    id: str
    turns: tuple[str, ...]


def conversation(
    sources: Annotated[
        list[Path],
        typer.Option(help="Files or folders to publish; FILE.toml beside a table is its mapping."),
    ],
    conversations: Annotated[Path, typer.Option(help="JSON lines: id, turns (a list of texts).")],
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
    talks = list(read_lines(conversations, lambda _, wire: _conversation(wire), SHAPE))
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
    return {
        "conversations": len({line["id"] for line in lines}),
        "turns": len(lines),
        "failed": sum(line["failed"] is not None for line in lines),
        "abstained": sum(line["abstained"] for line in lines),
        "kinds": dict(Counter(line["kind"] for line in lines).most_common()),
        "latency_p50_ms": round(statistics.median(milliseconds), 1) if milliseconds else None,
        "latency_p95_ms": milliseconds[int(len(milliseconds) * 0.95)] if milliseconds else None,
    }


async def _run(
    settings: Settings, sources: Sequence[Path], talks: Sequence[Conversation]
) -> list[dict[str, Any]]:
    if not model_path(settings).exists():
        with step("training the dialogue model"):
            await asyncio.to_thread(train, settings)
    models = settings.models.resolve()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "models").symlink_to(models)
        place = {
            "ADVISOR_STATE": folder,
            "ADVISOR_DATABASE_URL": "",
            "ADVISOR_KNOWLEDGE_BASE__EDITIONS": "",
            "ADVISOR_BOT__PORT": str(_free_port()),
            "ADVISOR_ACTIONS__PORT": str(_free_port()),
        }
        os.environ.update(place)
        await asyncio.to_thread(_publish, sources)
        return await _talk(load_settings(), talks)


def _publish(sources: Sequence[Path]) -> None:
    for words in (*_imports(sources), ["publish"]):
        command = [sys.executable, "-m", "advisor", *words]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        if run.returncode != 0:
            raise ProcessFailed(f"`advisor {' '.join(words)}` failed:\n{run.stderr.strip()}")


def _imports(sources: Sequence[Path]) -> Iterator[list[str]]:
    """One import for each source; the files of a folder that holds mapped tables one by one."""
    for source in sources:
        inside = sorted(source.iterdir()) if source.is_dir() else [source]
        if not any(_mapping(path) for path in inside):
            yield ["import", str(source)]
            continue
        mappings = {_mapping(path) for path in inside}
        for path in inside:
            if path in mappings or (source.is_dir() and path.name.startswith((".", "README"))):
                continue
            mapping = _mapping(path)
            yield ["import", str(path), *(("--map", str(mapping)) if mapping else ())]


def _mapping(path: Path) -> Path | None:
    beside = path.with_suffix(".toml")
    return beside if path.suffix != ".toml" and path.is_file() and beside.is_file() else None


async def _talk(settings: Settings, talks: Sequence[Conversation]) -> list[dict[str, Any]]:
    lines = []
    with counted("talking") as report:
        async with _running(settings) as brain:
            for number, talk in enumerate(talks, 1):
                lines += await _hold(brain, talk)
                report("talking", number, len(talks))
    return lines


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[RasaBrain]:
    from advisor.processes import parts  # noqa: PLC0415  # needs the settings of this place

    inner = [part for part in parts(settings) if part.name in {"bot", "actions"}]
    supervisor = Supervisor(inner, lambda words: err.print(f"[dim]{words}[/]"))
    async with aiohttp.ClientSession() as session:
        try:
            await supervisor.start()
            address, deadline = settings.bot.address, settings.gateway.turn_deadline
            yield RasaBrain(address, bot_token(settings), session, deadline)
        finally:
            await supervisor.stop()


async def _hold(brain: RasaBrain, talk: Conversation) -> list[dict[str, Any]]:
    lines, offered = [], dict[str, Choice]()
    name = f"c_{uuid.uuid4().hex}"
    for number, said in enumerate(talk.turns, 1):
        choice = offered.get(said.strip().casefold())
        started = time.perf_counter()
        reply = await brain.turn(
            name, f"t_{uuid.uuid4().hex}", said, choice.payload if choice else None
        )
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        lines.append({"id": talk.id, "turn": number, "say": said, **_line(reply, milliseconds)})
        offered = {c.label.casefold(): c for message in reply.replies for c in message.choices}
    return lines


def _line(reply: BrainReply, milliseconds: float) -> dict[str, Any]:
    answers = [message.answer for message in reply.replies if message.answer]
    last = answers[-1] if answers else {}
    kinds = [m.answer["kind"] if m.answer else m.kind for m in reply.replies]
    return {
        "text": "\n\n".join(message.text for message in reply.replies),
        "kind": kinds[-1] if kinds else "failed",
        "citations": [citation for answer in answers for citation in answer["citations"]],
        "facts": [fact for answer in answers for fact in answer.get("facts", ())],
        "choices": [choice.label for message in reply.replies for choice in message.choices],
        "intent": reply.intent,
        "intent_confidence": reply.confidence,
        "confidence": last.get("confidence", reply.confidence),
        "abstained": bool(last.get("abstained", False)),
        "form": reply.form,
        "failed": reply.reason,
        "milliseconds": milliseconds,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _conversation(wire: Any) -> Conversation:
    turns = tuple(t if isinstance(t, str) else t["say"] for t in wire["turns"])
    if not turns or not all(turn.strip() for turn in turns):
        raise ValueError("a turn is empty")
    return Conversation(str(wire["id"]), turns)
