"""A light stand-in for the bot, as a process of its own: it speaks the protocol of a turn.

It says a turn's words again, so that a repeated turn has the same reply, as the real bot's has.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from aiohttp import web

HEALTH = "/webhooks/gateway/health"


def serve(port: int, token: str, fastest: float = 0.0, slowest: float = 0.0, seed: int = 0) -> None:
    """Answer turns after between so many seconds, until killed."""
    random = Random(seed)

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({})

    async def turn(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {token}":
            return web.json_response({"status": "error", "reason": "unauthorized"}, status=401)
        asked = await request.json()
        await asyncio.sleep(random.uniform(fastest, slowest))
        return web.json_response(reply(asked))

    app = web.Application()
    app.router.add_get(HEALTH, health)
    app.router.add_post("/webhooks/gateway/turn", turn)
    web.run_app(
        app, host="127.0.0.1", port=port, backlog=4096, print=None, access_log=None,
        reuse_address=True,
    )  # fmt: skip


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to a turn."""
    return {
        "status": "ok",
        "turn_id": asked["turn_id"],
        "replies": [{"text": f"You said: {asked['text']}"}],
        "intent": {"name": "ask_cost", "confidence": 0.9},
        "form": None,
        "language": "en",
    }
