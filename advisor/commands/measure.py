"""`advisor measure`: quality on sets of questions, one measurement a module of `measuring`."""

from __future__ import annotations

import typer

from advisor.measuring.answers import answers
from advisor.measuring.catalog import catalog
from advisor.measuring.conversation import conversation
from advisor.measuring.redaction import redaction
from advisor.measuring.retrieval import retrieval
from advisor.measuring.transfer import transfer
from advisor.measuring.understanding import understanding

measure = typer.Typer(no_args_is_help=True, help="Measure quality on a set of questions.")
measure.command()(retrieval)
measure.command()(catalog)
measure.command()(transfer)
measure.command()(understanding)
measure.command()(conversation)
measure.command()(answers)
measure.command()(redaction)


def add_to(app: typer.Typer) -> None:
    """Add `measure` with one command for each measurement."""
    app.add_typer(measure, name="measure")
