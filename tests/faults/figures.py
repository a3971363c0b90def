"""Figures that a test has counted, printed when all tests have ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Show = Callable[[str, Mapping[str, int | float | str]], None]
"""Takes what was tried, and how often it ended how."""


def line(what: str, counted: Mapping[str, int | float | str]) -> str:
    """`what: name 1,234, name 5`."""
    words = (
        f"{name} {count:,}" if isinstance(count, int | float) else f"{name} {count}"
        for name, count in sorted(counted.items())
    )
    return f"{what}: {', '.join(words)}"
