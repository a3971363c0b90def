"""The page that tells how the assistant does, and its files; every figure says what it means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web

from channels import audit
from channels.analytics import definitions
from channels.analytics.charts import Series, bars, lines
from channels.analytics.daily import COUNTS, Daily
from channels.analytics.definitions import BY_KEY, MEASURES, Measure, Unit, written
from channels.analytics.figures import Figures
from channels.analytics.gathering import Dimension, Parted
from channels.analytics.questions import NEWEST, asked_most
from channels.console.entrance import ACTOR, Entrance
from channels.console.exports import Cell, send_csv, send_json_lines
from channels.console.page import Group, Section, render_page
from channels.console.permissions import Permission
from channels.storage import Storage

USUAL_DAYS, MOST_DAYS = 28, 366
DAILY_DAYS = 45
"""Up to so many days charts go by day, above by week: more bars could not be told apart."""
PARTS = 30
"""Parts that a table shows, those with the most questions first; a file holds all."""
TABLE = ("conversations", "turns", "containment", "handover", "no_answer", "helpful", "p50", "p95")
ALL = (Dimension.ALL, "")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures are wanted: of which days, of what, and parted by what."""

    since: date
    until: date
    by: str
    only: tuple[Dimension, str]

    @classmethod
    def of(cls, request: web.Request) -> Asked:
        """What an address asks for; what cannot be is as usual."""
        query, today = request.query, datetime.now(UTC).date()
        until = min(_day(query.get("until"), today), today)
        since = _day(query.get("since"), until - timedelta(days=USUAL_DAYS - 1))
        since = min(max(since, until - timedelta(days=MOST_DAYS - 1)), until)
        by = query.get("by", "")
        kind, _, name = query.get("only", "").partition(":")
        known = kind in {"channel", "topic", "program"} and name
        only = (Dimension(kind), name[:255]) if known else ALL
        return cls(since, until, by if by in BREAKDOWNS else "channel", only)

    @property
    def weekly(self) -> bool:
        """Whether charts go by week."""
        return (self.until - self.since).days >= DAILY_DAYS


BREAKDOWNS = {"channel": "Channel", "topic": "Topic", "program": "Program or page", "week": "Week"}


class AnalyticsPages:
    """``/analytics``: figures, charts with their tables, and both files."""

    SECTIONS = (
        Section("Analytics", "/analytics", Permission.READ_ANALYTICS, Group.CONVERSATIONS, "chart"),
    )

    def __init__(self, storage: Storage, entrance: Entrance, daily: Daily) -> None:
        self._storage = storage
        self._entrance = entrance
        self._daily = daily

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        guard = self._entrance.guard
        return [
            web.get("/analytics", guard(self.show, Permission.READ_ANALYTICS)),
            web.get("/analytics.csv", guard(self.export_csv, Permission.EXPORT)),
            web.get("/analytics.jsonl", guard(self.export_json, Permission.EXPORT)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Figures of a time, how they moved, and by what they part."""
        asked = Asked.of(request)
        parting = () if asked.by == "week" else (Dimension(asked.by),)
        wanted = {Dimension.ALL, asked.only[0], *parting}
        days = await self._daily.between(asked.since, asked.until, wanted)
        async with self._storage.reading() as db:
            most, gaps = await asked_most(db, asked.since, asked.until, asked.only)
        steps = _steps(days, asked)
        total = _sum(each for _, each in steps)
        shown = {
            "asked": asked,
            "query": request.query_string,
            "breakdowns": list(BREAKDOWNS.items()),
            "figures": [_told(measure, total) for measure in MEASURES],
            "charts": _charts(steps),
            "columns": [BY_KEY[key] for key in TABLE],
            "parts": _parts(days, asked)[:PARTS],
            "by": BREAKDOWNS[asked.by],
            "written": written,
            "questions": most,
            "gaps": gaps,
            "questions_definition": definitions.QUESTIONS_DEFINITION.format(count=f"{NEWEST:,}"),
            "gaps_definition": definitions.GAPS_DEFINITION,
            "uncounted": (asked.until - asked.since).days + 1 - len(days),
        }
        return render_page("analytics.html", request, shown)

    async def export_csv(self, request: web.Request) -> web.StreamResponse:
        """The counts of each day and part, for a spreadsheet."""
        columns = ("day", "dimension", "name", *COUNTS, "p50_ms", "p95_ms")
        await self._record(request, "csv")

        async def cells() -> AsyncIterator[list[Cell]]:
            async for row in self._rows(Asked.of(request)):
                yield [row[column] for column in columns]

        return await send_csv(request, "analytics.csv", columns, cells())

    async def export_json(self, request: web.Request) -> web.StreamResponse:
        """The same, one JSON object a line, with the response times by their bounds."""
        await self._record(request, "jsonl")
        return await send_json_lines(request, "analytics.jsonl", self._rows(Asked.of(request)))

    async def _record(self, request: web.Request, form: str) -> None:
        async with self._storage.writing() as db:
            await audit.record(db, request[ACTOR], "export", "analytics", form)

    async def _rows(self, asked: Asked) -> AsyncIterator[dict[str, Any]]:
        day = asked.since
        while day <= asked.until:
            for parted in (await self._daily.between(day, day, Dimension)).values():
                for (dimension, name), figures in sorted(parted.items()):
                    counts = asdict(figures)
                    yield {
                        "day": day.isoformat(),
                        "dimension": dimension.value,
                        "name": name,
                        **{key: counts[key] for key in COUNTS},
                        "p50_ms": figures.times.percentile(0.5),
                        "p95_ms": figures.times.percentile(0.95),
                        "times": figures.times.counts,
                    }
            day += timedelta(days=1)


def _steps(days: dict[date, Parted], asked: Asked) -> list[tuple[str, Figures]]:
    """Figures by day or week, those without any too, each named by its first day."""
    found: dict[date, Figures] = {}
    day = asked.since
    while day <= asked.until:
        first = max(asked.since, _monday(day)) if asked.weekly else day
        mine = days.get(day, {}).get(asked.only, Figures())
        found[first] = found.get(first, Figures()) + mine
        day += timedelta(days=1)
    return [(_short(first), figures) for first, figures in found.items()]


def _parts(days: dict[date, Parted], asked: Asked) -> list[tuple[str, str, Figures]]:
    """Label, what to ask for to see only it, and figures of each part."""
    if asked.by == "week":
        weeks: defaultdict[date, Figures] = defaultdict(Figures)
        for day, parted in sorted(days.items()):
            weeks[_monday(day)] += parted.get(asked.only, Figures())
        return [(f"from {_short(monday)}", "", figures) for monday, figures in weeks.items()]
    parts: defaultdict[str, Figures] = defaultdict(Figures)
    for parted in days.values():
        for (dimension, name), figures in parted.items():
            if dimension.value == asked.by:
                parts[name] += figures
    largest = sorted(parts.items(), key=lambda part: (-part[1].turns, part[0]))
    return [(name.replace("_", " "), f"{asked.by}:{name}", figures) for name, figures in largest]


def _told(measure: Measure, figures: Figures) -> dict[str, Any]:
    value, base = measure.value(figures), measure.base(figures)
    of = f"of {base:,}" if measure.unit is not Unit.COUNT else ""
    return {"measure": measure, "value": written(value, measure.unit), "of": of}


def _charts(steps: list[tuple[str, Figures]]) -> list[dict[str, Any]]:
    places = [place for place, _ in steps]
    every = [figures for _, figures in steps]
    answered = Series("dealt with", [f.turns - f.unanswered for f in every])
    unanswered = Series("without an answer", [f.unanswered for f in every])
    shares = [
        Series(BY_KEY[key].label, [BY_KEY[key].value(f) for f in every])
        for key in ("handover", "no_answer")
    ]
    times = [
        Series(BY_KEY[key].label, [BY_KEY[key].value(f) for f in every]) for key in ("p50", "p95")
    ]
    drawn = (
        ("Questions", bars, [answered, unanswered], Unit.COUNT),
        ("Hand-overs and questions without an answer", lines, shares, Unit.SHARE),
        ("Response times", lines, times, Unit.MILLISECONDS),
    )
    charts = []
    for title, draw, series, unit in drawn:

        def write(value: float | None, unit: Unit = unit) -> str:
            return written(value, unit)

        rows = [
            (place, [write(each.values[i]) for each in series]) for i, place in enumerate(places)
        ]
        svg = draw(title, places, series, write)
        names = [each.name for each in series]
        charts.append({"title": title, "svg": svg, "names": names, "rows": rows})
    return charts


def _sum(every: Iterable[Figures]) -> Figures:
    total = Figures()
    for each in every:
        total += each
    return total


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _day(typed: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        return otherwise
