"""`advisor settings`: the page of every setting, as docs/settings.md holds it."""

from __future__ import annotations

import typer

from advisor.settings_page import page


def add_to(app: typer.Typer) -> None:
    """Add `settings`."""
    app.command()(settings)


def settings() -> None:
    """Print every setting with its environment variable, type, default and meaning, in Markdown.

    The values in force are not shown, so that the page can be passed on.
    """
    typer.echo(page(), nl=False)
