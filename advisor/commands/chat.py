"""`advisor chat`: a conversation in the terminal, through Rasa like any other."""

from __future__ import annotations

import asyncio
import uuid

import aiohttp
import typer
from rich.markdown import Markdown

from advisor.console import err, out
from advisor.errors import SetupError
from advisor.secrets import bot_token
from advisor.settings import Settings, load_settings
from channels.model import Choice, OutboundMessage


def add_to(app: typer.Typer) -> None:
    """Add `chat`."""
    app.command()(chat)


def chat() -> None:
    """Talk to the running assistant in the terminal. An empty line or Ctrl-D ends it.

    Needs the bot and the action server (`make serve` in another terminal). A number picks one of
    the choices that were offered.
    """
    asyncio.run(_chat(load_settings()))


async def _chat(settings: Settings) -> None:
    from channels.brain import RasaBrain  # noqa: PLC0415  # brings the web stack

    conversation = f"c_{uuid.uuid4().hex}"
    offered: tuple[Choice, ...] = ()
    async with aiohttp.ClientSession() as session:
        brain = RasaBrain(
            settings.bot.address, bot_token(settings), session, settings.gateway.turn_deadline
        )
        if not await brain.reachable():
            raise SetupError(
                f"no bot answers at {settings.bot.address}; start it with `make serve` or "
                "`advisor serve --only bot` and `--only actions`"
            )
        while (typed := await asyncio.to_thread(_read)) is not None:
            text, payload = _picked(typed, offered)
            reply = await brain.turn(conversation, f"t_{uuid.uuid4().hex}", text, payload)
            if reply.reason:
                err.print(f"[red]the turn failed: {reply.reason}[/]")
            for message in reply.replies:
                _show(message)
            offered = tuple(c for message in reply.replies for c in message.choices)


def _read() -> str | None:
    try:
        return input("you: ").strip() or None
    except EOFError:
        return None


def _picked(typed: str, offered: tuple[Choice, ...]) -> tuple[str, str | None]:
    """What is sent: the choice whose number was typed, or the words."""
    if typed.isdecimal() and 1 <= int(typed) <= len(offered):
        choice = offered[int(typed) - 1]
        return choice.text or choice.label, choice.payload
    return typed, None


def _show(message: OutboundMessage) -> None:
    out.print(Markdown(message.text))
    for number, citation in enumerate((message.answer or {}).get("citations", ()), 1):
        out.print(
            f"[{number}] {citation['title']}\n    {citation['url']}", soft_wrap=True, markup=False
        )
    for number, choice in enumerate(message.choices, 1):
        out.print(f"  {number}. {choice.label}", markup=False)
