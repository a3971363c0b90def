"""`advisor review`: makes examples and tests of what people have judged in the support console."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from advisor.console import out
from advisor.settings import Settings, load_settings
from advisor.wiring import database
from channels.audit import COMMAND
from channels.storage import Storage
from channels.support.learning import Learned, known_intents, learn
from channels.support.reviewing import Becomes, Reviews

MOST = 1000
"""Judgements that one call takes up; a further call takes the rest."""

review = typer.Typer(help="Make examples and tests of what people have judged.")


def add_to(app: typer.Typer) -> None:
    """Add `review apply`."""
    app.add_typer(review, name="review")


@review.callback()
def _group() -> None:
    """Make examples and tests of what people have judged."""


@review.command("apply")
def apply_reviews(
    bot: Annotated[
        Path | None, typer.Option(help="The Rasa project to write into; by default the one in use.")
    ] = None,
) -> None:
    """Write judged turns as Rasa's YAML; `advisor train` then learns from them."""
    settings = load_settings()
    learned = asyncio.run(_apply(settings, bot or settings.bot.folder))
    out.print(f"{len(learned.done)} judgements were written.")
    for each in learned.unknown:
        out.print(f"Left out: the bot knows no intent called {each.meant}.")


async def _apply(settings: Settings, bot: Path) -> Learned:
    async with database(settings) as engine:
        reviews = Reviews(Storage(engine))
        wanted = await reviews.wanted((Becomes.EXAMPLE, Becomes.TEST), MOST)
        intents = await asyncio.to_thread(known_intents, bot)
        learned = await asyncio.to_thread(learn, wanted, bot, intents)
        await reviews.made(learned.done, COMMAND)
    return learned
