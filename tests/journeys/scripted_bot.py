"""A bot on loopback that speaks the gateway's protocol and says what a test tells it to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "a-token-of-the-journeys-with-many-characters"

QUOTE = (
    "Data Analytics Foundations is a 6-credit program. Tuition is $190 per credit for residents "
    "of the State of Westmark, $1,140 in total, and there is a materials fee of $60."
)

COST_ANSWER: dict[str, Any] = {
    "type": "answer",
    "kind": "quote",
    "text": (
        "**Data Analytics Foundations** costs **$1,200** in all for residents of the State of "
        "Westmark:\n\n"
        "| What | Amount |\n|---|---|\n| Tuition, 6 credits | $1,140 |\n| Materials fee | $60 |\n\n"
        "You can pay in four parts. Ask about:\n\n"
        "- the *payment plan* and its dates\n"
        "- the workforce grant, if the program is long enough\n"
    ),
    "citations": [
        {
            "title": "Data Analytics Foundations",
            "url": None,
            "quote": QUOTE,
            "institution": "Maple Harbor College (fictional)",
            "document_id": "MHC-DA101",
            "passage_id": "MHC-DA101#0",
            "effective_from": "2026-07-01",
            "effective_to": None,
            "last_verified": "2026-10-12",
        },
        {
            "title": "Tuition, fees and refunds",
            "url": "https://www.maple-harbor.example/tuition",
            "quote": "A payment plan divides tuition into four equal parts. It costs $25 a term.",
            "institution": "Maple Harbor College (fictional)",
            "document_id": "",
            "passage_id": "",
            "effective_from": "2026-07-01",
            "effective_to": "2027-06-30",
            "last_verified": "2026-09-30",
        },
    ],
    "confidence": 0.91,
    "abstained": False,
    "edition": "1",
    "nearest": [],
    "focus": "MHC-DA101",
    "milliseconds": 12.5,
}

UNKNOWN_ANSWER: dict[str, Any] = {
    **COST_ANSWER,
    "kind": "unknown",
    "abstained": True,
    "text": "I could not find that in what the college has published.",
    "citations": [],
    "nearest": [
        {"label": "What a program costs", "question": "how much does Data Analytics cost"},
        {"label": "Paying in parts", "question": "is there a payment plan"},
    ],
}

PROGRAMS_ANSWER: dict[str, Any] = {
    **COST_ANSWER,
    "kind": "programs",
    "text": (
        "2 programs fit **online** and **about data**:\n\n"
        "**1. Data Analytics Foundations** [1]\n"
        "- Cost: $1,200 · Length: 16 weeks · Next start: 11 January 2027 · Delivery: online\n"
        "- Fits: online; about data\n\n"
        "**2. Tuition, fees and refunds** [2]\n"
        "- Cost: $25 · Length: 1 week\n"
        "- Not stated: next start, delivery\n\n"
        "*Maple Harbor College (fictional), in force from 1 July 2026.*\n"
    ),
    "nearest": [{"label": "Compare the first two", "question": "compare the first two"}],
}

HOSTILE_MARKUP = (
    "<script>window.stolen = 1</script>"
    "<img src=x onerror='window.stolen = 1'>"
    "[press](javascript:window.stolen=1) [fine](https://example.org/fine)"
    "<svg onload='window.stolen = 1'></svg>"
)


def said(text: str, *choices: dict[str, Any]) -> dict[str, Any]:
    """A plain reply, with choices to pick from."""
    return {"text": text, "choices": list(choices)}


@dataclass
class ScriptedBot:
    """Replies by the text or payload of a turn; anything else is echoed.

    ``turns`` are the bodies of all requests, ``forgotten`` the conversations that it was told to
    erase. While ``gate`` is cleared no turn is answered;
    while ``failing`` is true every turn gets a 503.
    """

    port: int
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    turns: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failing: bool = False
    _answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on the port."""
        self.gate.set()
        app = web.Application()
        app.router.add_get("/", self._root)
        app.router.add_post("/webhooks/gateway/turn", self._turn)
        app.router.add_post("/webhooks/gateway/forget", self._forget)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Stop listening; held turns are let go first."""
        self.gate.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _root(self, request: web.Request) -> web.Response:
        return web.Response(text="scripted bot")

    async def _forget(self, request: web.Request) -> web.Response:
        self.forgotten.append((await request.json())["conversation"])
        return web.json_response({"status": "ok"})

    async def _turn(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error", "reason": "unauthorized"}, status=401)
        turn = await request.json()
        self.turns.append(turn)
        await self.gate.wait()
        if self.failing:
            return web.json_response({"status": "error", "reason": "actions"}, status=503)
        if turn["turn_id"] not in self._answered:
            self._answered[turn["turn_id"]] = self._reply(turn)
        return web.json_response(self._answered[turn["turn_id"]])

    def _reply(self, turn: dict[str, Any]) -> dict[str, Any]:
        key = turn["payload"] or turn["text"]
        replies = self.replies.get(key, [said(f"You said: {turn['text']}")])
        return {
            "status": "ok" if replies else "no_reply",
            "turn_id": turn["turn_id"],
            "replies": replies,
            "intent": {"name": "ask_cost", "confidence": 0.93},
            "form": None,
        }
