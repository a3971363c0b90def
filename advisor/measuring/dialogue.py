"""Talks through real Rasa, with any knowledge base behind it, in a place that is thrown away."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from advisor.console import err, step
from advisor.measuring.turns import unmet
from advisor.secrets import bot_token
from advisor.settings import Settings, load_settings
from advisor.supervisor import Supervisor
from advisor.training import model_path, train
from channels.brain import Brain, BrainReply, RasaBrain
from channels.model import Choice


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a student says, in order, and what must be so of each reply."""

    id: str
    turns: tuple[str, ...]
    about: str = ""
    expected: tuple[Mapping[str, Any], ...] = ()
    """For each turn, or for none: the words of `tests/questions/README.md`."""

    @classmethod
    def from_wire(cls, wire: Any) -> Conversation:
        """From `id`, `turns` (texts, or `say` with `expect`) and `about`. Raises ValueError."""
        turns = tuple(t if isinstance(t, str) else t["say"] for t in wire["turns"])
        if not turns or not all(turn.strip() for turn in turns):
            raise ValueError("a turn is empty")
        expected = tuple({} if isinstance(t, str) else t.get("expect", {}) for t in wire["turns"])
        return cls(
            str(wire["id"]), turns, str(wire.get("about", "")), expected if any(expected) else ()
        )


async def hold(brain: Brain, talk: Conversation) -> list[dict[str, Any]]:
    """One line for each turn, as `measure conversation` describes it.

    What the student says counts as a tap when it is the label of a choice that was just offered.
    """
    lines, offered = [], dict[str, Choice]()
    name = f"c_{uuid.uuid4().hex}"
    for position, said in enumerate(talk.turns):
        choice = offered.get(said.strip().casefold())
        text = choice.text if choice and choice.text else said
        started = time.perf_counter()
        reply = await brain.turn(
            name, f"t_{uuid.uuid4().hex}", text, choice.payload if choice else None
        )
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        line = {"id": talk.id, "turn": position + 1, "say": said, **_line(reply, milliseconds)}
        if talk.expected:
            line |= {"about": talk.about, "unmet": unmet(talk.expected[position], line)}
        lines.append(line)
        offered = {c.label.casefold(): c for message in reply.replies for c in message.choices}
    return lines


def _line(reply: BrainReply, milliseconds: float) -> dict[str, Any]:
    answers = [message.answer for message in reply.replies if message.answer]
    last = answers[-1] if answers else {}
    kinds = [m.answer["kind"] if m.answer else m.kind for m in reply.replies]
    return {
        "text": "\n\n".join(message.text for message in reply.replies),
        "kind": _kind(kinds),
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


def _kind(kinds: Sequence[str]) -> str:
    """The kind of a turn: a hand-over whatever is quoted beside it, else that of its last reply."""
    if not kinds:
        return "failed"
    return "handover" if "handover" in kinds else kinds[-1]


async def apart(settings: Settings, folder: Path) -> Settings:
    """Settings with state of their own in a folder, and the trained model; trains if none fits."""
    if not model_path(settings).exists():
        with step("training the dialogue model"):
            await asyncio.to_thread(train, settings)
    (folder / "models").symlink_to(settings.models.resolve())
    os.environ.update(
        {
            "ADVISOR_STATE": str(folder),
            "ADVISOR_DATABASE_URL": "",
            "ADVISOR_KNOWLEDGE_BASE__EDITIONS": "",
            "ADVISOR_BOT__PORT": str(_free_port()),
            "ADVISOR_ACTIONS__PORT": str(_free_port()),
        }
    )
    return load_settings()


@asynccontextmanager
async def running(settings: Settings, library: Any = None) -> AsyncIterator[RasaBrain]:
    """The bot before the actions' own process, or before actions in this one on a library."""
    from advisor.processes import parts  # noqa: PLC0415  # needs the settings of this place

    names = {"bot"} if library else {"bot", "actions"}
    inner = [part for part in parts(settings) if part.name in names]
    supervisor = Supervisor(inner, lambda words: err.print(f"[dim]{words}[/]"))
    actions = asyncio.create_task(_serve_actions(settings, library)) if library else None
    async with aiohttp.ClientSession() as session:
        try:
            await supervisor.start()
            address, deadline = settings.bot.address, settings.gateway.turn_deadline
            yield RasaBrain(address, bot_token(settings), session, deadline)
        finally:
            await supervisor.stop()
            if actions:
                actions.cancel()
                with suppress(asyncio.CancelledError):
                    await actions


async def _serve_actions(settings: Settings, library: Any) -> None:
    from actions.server import serve  # noqa: PLC0415  # brings Sanic

    @asynccontextmanager
    async def opened() -> AsyncIterator[Any]:
        yield library

    actions = settings.actions
    await serve(opened, host=actions.host, port=actions.port, deadline=actions.deadline)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
