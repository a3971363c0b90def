"""`advisor doctor`: checks every part and says how to mend what is wrong."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from advisor.checks import Check, check_all
from advisor.console import out, print_json
from advisor.settings import load_settings

_MARKS = {True: "[green]ok  [/]", False: "[red]fail[/]", None: "[yellow]note[/]"}


def add_to(app: typer.Typer) -> None:
    """Add `doctor`."""
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Check every part: settings, disk, database, content, model, processes.

    Exit code 1 when something is broken; a process that is not running is only a note.
    """
    checks = asyncio.run(check_all(load_settings()))
    if as_json:
        print_json([{"part": c.part, "ok": c.ok, "found": c.found, "mend": c.mend} for c in checks])
    else:
        for check in checks:
            _show(check)
    if any(check.ok is False for check in checks):
        sys.exit(1)


def _show(check: Check) -> None:
    out.print(f"{_MARKS[check.ok]} {check.part:<16}", end=" ")
    out.print(check.found, markup=False, soft_wrap=True)
    if check.mend:
        out.print(f"                      → {check.mend}", markup=False, soft_wrap=True)
