"""`advisor chat`: a conversation in the terminal, by the way of every other chat."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.markdown import Markdown

from advisor.console import err, out
from advisor.settings import Settings, load_settings
from advisor.terminal import Frame, terminal
from channels.delivery.plain import numbered, sources
from channels.model import Choice

SPARE_SECONDS = 5.0
"""A reply is waited for as long as a turn may take, and so much longer."""


def add_to(app: typer.Typer) -> None:
    """Add `chat`."""
    app.command()(chat)


def chat(
    at: Annotated[
        str, typer.Option(help="Where the gateway listens; this machine when not given.")
    ] = "",
    language: Annotated[
        str | None, typer.Option(help="A hint, such as es, for messages that do not tell theirs.")
    ] = None,
) -> None:
    """Talk to the running assistant in the terminal. An empty line or Ctrl-D ends it.

    It is a chat like the widget's: recorded, answered in order, and seen by staff. A number, or
    nearly the words, of a choice picks it.
    """
    asyncio.run(_chat(load_settings(), at, language))


async def _chat(settings: Settings, at: str, language: str | None) -> None:
    gateway = settings.gateway
    where = at.rstrip("/") or f"http://{gateway.host}:{gateway.port}"
    seconds = gateway.turn_deadline + SPARE_SECONDS
    async with terminal(where, gateway.url, language, seconds) as tab:
        while (typed := await asyncio.to_thread(_read)) is not None:
            told = await tab.say(typed)
            for frame in told:
                _show(frame, gateway.url)
            if not told:
                err.print("[yellow]no answer yet; what you wrote is kept[/]")


def _read() -> str | None:
    try:
        return input("you: ").strip() or None
    except EOFError:
        return None


def _show(frame: Frame, url: str) -> None:
    """A reply with its sources and choices, or what was refused."""
    if frame["type"] == "error":
        err.print(f"[red]{frame['text']}[/]")
        return
    out.print(Markdown(frame["text"]))
    for block in (
        sources(frame["citations"], url),
        numbered(tuple(map(Choice.from_wire, frame["choices"]))),
    ):
        if block:
            out.print(block, soft_wrap=True, markup=False)
