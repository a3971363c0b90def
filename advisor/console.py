"""What a person at the terminal sees: progress on standard error, results on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from knowledge_base.editions.publication import Progress as Report

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say what is wrong, on standard error."""
    err.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, without colours or wrapping."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201  # a script reads this


@contextmanager
def step(title: str) -> Iterator[None]:
    """A spinner with the time while something long runs; in a log file, its title."""
    if not err.is_terminal:
        err.print(f"{title} …", markup=False)
        yield
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        progress.add_task(title, total=None)
        yield


@contextmanager
def counted(title: str) -> Iterator[Report]:
    """A bar that fills as the work reports how far it is; in a log file, its title."""
    if not err.is_terminal:
        err.print(f"{title} …", markup=False)
        yield lambda *_: None
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task(title, total=None)

        def report(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        yield report
