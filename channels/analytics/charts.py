"""Draws charts as SVG on the server: no script, colours of the page, every text in it escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

WIDTH, HEIGHT = 560, 210
RIGHT, TOP, BOTTOM = 8, 10, 26
LETTER, GAP = 7, 6
"""The width of a letter of a value at the most, and what stays free between values and grid."""
LABELS = 6
"""Names below the axis; more would run into each other."""
STEPS = (1, 2, 2.5, 5, 10)
"""What an axis counts in, times a power of ten."""


@dataclass(frozen=True, slots=True)
class Series:
    """A name and one value for each place on the axis; None where there is none to tell."""

    name: str
    values: Sequence[float | None]


def bars(
    title: str, places: Sequence[str], series: Sequence[Series], write: Callable[[float], str]
) -> str:
    """Bars, those of one place upon each other, of things that are counted."""
    totals = [sum(s.values[i] or 0 for s in series) for i in range(len(places))]
    axis = _Axis(max(totals, default=0), len(places), write, counted=True)
    drawn: list[str] = []
    width = max(1.0, axis.step * 0.7)
    for i, place in enumerate(places):
        base = 0.0
        for number, each in enumerate(series, 1):
            value = each.values[i] or 0
            if not value:
                continue
            top, bottom = axis.y(base + value), axis.y(base)
            drawn.append(
                f'<rect class="s{number}" x="{axis.x(i) - width / 2:.1f}" y="{top:.1f}" '
                f'width="{width:.1f}" height="{max(0.5, bottom - top):.1f}">'
                f"<title>{escape(f'{place}: {each.name} {write(value)}')}</title></rect>"
            )
            base += value
    return _drawing(title, places, axis, drawn)


def lines(
    title: str, places: Sequence[str], series: Sequence[Series], write: Callable[[float], str]
) -> str:
    """A line for each series; it is broken where a value is missing."""
    values = [value for each in series for value in each.values if value is not None]
    axis = _Axis(max(values, default=0), len(places), write)
    drawn: list[str] = []
    for number, each in enumerate(series, 1):
        path, draws = [], False
        for i, value in enumerate(each.values):
            if value is not None:
                path.append(f"{'L' if draws else 'M'}{axis.x(i):.1f} {axis.y(value):.1f}")
                words = escape(f"{places[i]}: {each.name} {write(value)}")
                drawn.append(
                    f'<circle class="s{number}" cx="{axis.x(i):.1f}" cy="{axis.y(value):.1f}" '
                    f'r="2.5"><title>{words}</title></circle>'
                )
            draws = value is not None
        drawn.insert(0, f'<path class="s{number}" d="{" ".join(path)}"/>')
    return _drawing(title, places, axis, drawn)


class _Axis:
    """Where values and places stand, with room for the longest value in words."""

    def __init__(
        self, highest: float, places: int, write: Callable[[float], str], counted: bool = False
    ) -> None:
        tick = ceil(_tick(highest)) if counted else _tick(highest)
        self.top = tick * max(1, -(-highest // tick))
        self.ticks = {tick * i: write(tick * i) for i in range(round(self.top / tick) + 1)}
        self.left = GAP * 2 + LETTER * max(map(len, self.ticks.values()))
        self.step = (WIDTH - self.left - RIGHT) / max(1, places)

    def x(self, place: int) -> float:
        return self.left + self.step * (place + 0.5)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _tick(highest: float) -> float:
    """A round step of which at most five reach the highest value."""
    if highest <= 0:
        return 1.0
    power = 1e-6
    while True:
        for step in STEPS:
            if step * power * 5 >= highest:
                return step * power
        power *= 10


def _drawing(title: str, places: Sequence[str], axis: _Axis, drawn: Sequence[str]) -> str:
    grid = [
        f'<line x1="{axis.left}" x2="{WIDTH - RIGHT}" y1="{axis.y(tick):.1f}" '
        f'y2="{axis.y(tick):.1f}"/><text class="value" x="{axis.left - GAP}" '
        f'y="{axis.y(tick) + 4:.1f}">{escape(words)}</text>'
        for tick, words in axis.ticks.items()
    ]
    every = max(1, -(-len(places) // LABELS))
    names = [
        f'<text class="place" x="{axis.x(i):.1f}" y="{HEIGHT - 8}">{escape(place)}</text>'
        for i, place in enumerate(places)
        if i % every == 0
    ]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}: the values stand in the table below.">'
        + "".join((*grid, *names, *drawn))
        + "</svg>"
    )
