"""How every page of the gateway is rendered: where templates lie, and what each is given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from channels.middleware import NONCE
from channels.settings import GatewaySettings, InstitutionSettings

HERE = Path(__file__).parent
TEMPLATES = tuple(
    HERE / folder / "templates"
    for folder in (".", "web", "console", "staff", "support", "privacy", "analytics")
)


def prepare_templates(
    app: web.Application, settings: GatewaySettings, institution: InstitutionSettings
) -> None:
    """Have an application's handlers find their templates."""

    async def for_every_page(request: web.Request) -> dict[str, Any]:
        return {
            "institution": institution,
            "public_url": settings.url,
            "nonce": request.get(NONCE, ""),
        }

    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        context_processors=[for_every_page],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"moment": _moment, "instant": _instant, "day": _day}


def _moment(at: datetime | str, clock: str = "%H:%M") -> str:
    """A point in time for a reader; SQLite gives some without their zone, which is UTC."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{moment.day} {moment:%b %Y, {clock}} UTC"


def _instant(at: datetime) -> str:
    return _moment(at, "%H:%M:%S")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
