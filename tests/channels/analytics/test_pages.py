"""The page shows figures with what they mean, and its files are safe to open."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient
from archive import DAY, TODAY, UNKNOWN, Archive
from colleague import Colleague, colleague
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.model import Role
from channels.analytics.charts import Series, bars, lines
from channels.analytics.daily import Daily
from channels.analytics.definitions import MEASURES
from channels.storage import Storage

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
async def sara(client: TestClient, engine: AsyncEngine) -> Colleague:
    """A supervisor, where something was asked on two channels, one with a dangerous name."""
    archive = Archive(engine)
    await archive.talk({"text": "how much <b>is</b> it", "helpful": True, "ms": 1300})
    await archive.talk({"text": "parking?", "answer": UNKNOWN}, channel=FORMULA)
    await Daily(Storage(engine)).keep(DAY)
    return await colleague(client, Role.SUPERVISOR, "Sara Supervisor")


async def test_figures_stand_beside_what_they_mean(sara: Colleague) -> None:
    """Every measure with its definition; charts with their tables; questions as text."""
    page = await (await sara.get("/analytics")).text()
    for measure in MEASURES:
        assert measure.label in page
        assert measure.definition.replace('"', "&#34;") in page
    assert page.count('<svg class="chart"') == page.count("As a table") == 3
    assert "how much &lt;b&gt;is&lt;/b&gt; it" in page
    assert '<span class="value">100%</span> <span class="soft">of 1</span>' in page
    assert "27 of these days are not counted" not in page


async def test_a_part_can_be_shown_alone(sara: Colleague) -> None:
    """And by week; what an address asks for that cannot be is as usual."""
    only = {"by": "week", "only": f"channel:{FORMULA}", "since": DAY.isoformat()}
    page = await (await sara.get("/analytics", params=only)).text()
    assert "parking?" in page
    assert "how much" not in page
    odd = {"since": "never", "until": "2999-01-01", "by": "nothing", "only": "x:y"}
    assert (await sara.get("/analytics", params=odd)).status == 200
    long = {"since": "2001-01-01"}
    assert "by week" in await (await sara.get("/analytics", params=long)).text()


async def test_files_hold_every_count_and_no_formula(sara: Colleague) -> None:
    """A name that a spreadsheet would compute is text; both files say the same."""
    asked = {"since": DAY.isoformat(), "until": DAY.isoformat()}
    text = (await (await sara.get("/analytics.csv", params=asked)).text()).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    lines = (await (await sara.get("/analytics.jsonl", params=asked)).text()).splitlines()
    wires = [json.loads(line) for line in lines]
    assert [row["turns"] for row in rows] == [str(wire["turns"]) for wire in wires]
    assert {row["name"] for row in rows if row["dimension"] == "channel"} == {"web", f"'{FORMULA}"}
    [whole] = [wire for wire in wires if wire["dimension"] == "all"]
    assert (whole["conversations"], whole["unanswered"], whole["p95_ms"]) == (2, 1, 1500)


async def test_agents_neither_read_nor_export(client: TestClient) -> None:
    """Figures are the supervisors'."""
    agent = await colleague(client, Role.AGENT, "Abe Agent")
    for path in ("/analytics", "/analytics.csv", "/analytics.jsonl"):
        assert (await agent.get(path)).status == 403


@pytest.mark.parametrize("draw", [bars, lines])
@pytest.mark.parametrize("values", [[], [0, 0], [1, None, 30_000], [0.02, 0.5, 1.0]])
def test_charts_are_well_formed_and_escaped(draw: object, values: list[float | None]) -> None:
    """Whatever the values; a name cannot break out."""
    places = [f"<{i}>" for i in range(len(values))]
    svg = draw("A & B", places, [Series('"x"', values), Series("y", values)], str)  # type: ignore[operator]
    assert ElementTree.fromstring(svg).tag == "svg"
    assert "NaN" not in svg


async def test_a_gateway_counts_days_by_itself(client: TestClient, engine: AsyncEngine) -> None:
    """All that have ended, back to the first."""
    await Archive(engine).talk({}, day=TODAY - timedelta(days=2))
    daily = Daily(Storage(engine))
    for day in await daily.missing():
        await daily.keep(day)
    assert await daily.missing() == []
