"""`advisor train`: a dialogue model that fits the bot's files."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.console import out, print_json, step
from advisor.settings import load_settings
from advisor.training import model_path
from advisor.training import train as train_model


def add_to(app: typer.Typer) -> None:
    """Add `train`."""
    app.command()(train)


def train(
    force: Annotated[
        bool, typer.Option("--force", help="Train even if a model fits already.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train the dialogue model if no trained one fits the bot's files.

    New catalog or policy content never needs this: publish it instead.
    """
    settings = load_settings()
    path = model_path(settings)
    trained = force or not path.exists()
    if trained:
        with step("training the dialogue model"):
            train_model(settings)
    if as_json:
        print_json({"model": str(path), "trained": trained})
    else:
        out.print(f"{'trained' if trained else 'already fits'}: {path}", markup=False)
