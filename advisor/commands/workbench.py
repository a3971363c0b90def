"""`advisor workbench`: what the gateway runs to publish and to try; not for people."""

from __future__ import annotations

import asyncio
import os
import sys

import typer

from advisor.settings import load_settings
from advisor.wiring import database


def add_to(app: typer.Typer) -> None:
    """Add `workbench`, which no help names."""
    app.command(hidden=True)(workbench)


def workbench() -> None:
    """Take requests on standard input, one JSON object a line, and answer them the same way."""
    from advisor.workbench import serve  # noqa: PLC0415  # brings the encoder

    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What a library prints must not stand between two answers.

    async def run() -> None:
        settings = load_settings()
        async with database(settings) as engine:
            await serve(settings, engine, sys.stdin, told)

    asyncio.run(run())
