"""The page on which what is held of one student is found, given out and erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import select

from channels import audit
from channels.console.entrance import ACTOR, Entrance
from channels.console.page import Group, Section, render_page, see_other
from channels.console.permissions import Permission
from channels.erasing import Eraser
from channels.privacy.holdings import Held, Holdings
from channels.privacy.report import as_html, as_json
from channels.privacy.settings import PrivacySettings
from channels.schema import clearings, erasures
from channels.settings import InstitutionSettings
from channels.storage import Storage

RECEIPTS = 20
"""Erasures and clearings that are shown; the database holds all of `keep_audit_days`."""
LONGEST_NAME = 255
KEPT = (
    ("Conversations", "keep_transcripts_days"),
    ("Whose they are: addresses, numbers, ids", "keep_contacts_days"),
    ("Parts sent to providers, ids of deliveries", "keep_deliveries_days"),
    ("Ended sessions of staff", "keep_sessions_days"),
    ("Receipts of erasures and clearings", "keep_audit_days"),
    ("Rotated log files", "keep_logs_days"),
)


@dataclass(frozen=True, slots=True)
class PrivacyParts:
    """What the gateway hands to this room."""

    settings: PrivacySettings | None
    """None: as usual, and nothing is cleared."""
    eraser: Eraser
    ended: Callable[[str], Awaitable[None]]
    """Closes the open chats of a conversation that was erased."""
    logs: Path | None = None
    """Where log files lie, if they are to be cleared."""


class PrivacyPages:
    """``/privacy``: who may erase finds a student here; who may export takes out what is held."""

    SECTIONS = (Section("Privacy", "/privacy", Permission.ERASE, Group.CONVERSATIONS, "shield"),)

    def __init__(
        self,
        storage: Storage,
        entrance: Entrance,
        parts: PrivacyParts,
        institution: InstitutionSettings,
    ) -> None:
        self._storage = storage
        self._entrance = entrance
        self._eraser = parts.eraser
        self._settings = parts.settings or PrivacySettings()
        self._institution = institution
        self._ended = parts.ended
        self._holdings = Holdings(storage)

    def routes(self) -> list[web.RouteDef]:
        """The page, both files, and the erasure."""
        guard = self._entrance.guard
        return [
            web.get("/privacy", guard(self.show, Permission.ERASE)),
            web.get("/privacy/student-data.json", guard(self.export_json, Permission.EXPORT)),
            web.get("/privacy/student-data.html", guard(self.export_html, Permission.EXPORT)),
            web.post("/privacy/erase", guard(self.erase, Permission.ERASE)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """A search, what it finds, the latest receipts, and for how long what is kept."""
        name = _name(request.query.get("name"))
        held = await self._holdings.of(name) if name else ()
        erased = select(erasures).order_by(erasures.c.at.desc()).limit(RECEIPTS)
        cleared = select(clearings).order_by(clearings.c.day.desc()).limit(RECEIPTS)
        async with self._storage.reading() as db:
            receipts = (await db.execute(erased)).all()
            days = (await db.execute(cleared)).all()
        shown = {
            "name": name,
            "held": held,
            "refuses": await self._holdings.refuses(name) if name else [],
            "receipts": receipts,
            "clearings": days,
            "kept": [(label, getattr(self._settings, key)) for label, key in KEPT],
            "redacts": self._settings.redact,
        }
        return render_page("privacy.html", request, shown)

    async def export_json(self, request: web.Request) -> web.Response:
        """All of one student's rows, for programs."""
        name, held = await self._taken_out(request)
        text = as_json(name, held, await self._holdings.refuses(name))
        return _file(text, "application/json", "student-data.json")

    async def export_html(self, request: web.Request) -> web.Response:
        """The same to read, in one file."""
        name, held = await self._taken_out(request)
        text = as_html(name, held, await self._holdings.refuses(name), self._institution)
        return _file(text, "text/html", "student-data.html")

    async def erase(self, request: web.Request) -> web.Response:
        """Erase all conversations of one student, or the one that is named by its id."""
        name = _name((await request.post()).get("name"))
        found = [held.id for held in await self._holdings.of(name)] if name else []
        if not found:
            return see_other("/privacy", "Nothing is held under this name.", "warn")
        waiting = 0
        for conversation in found:
            receipt = await self._eraser.erase(conversation)
            await self._ended(conversation)
            waiting += receipt.bot_at is None
            rows = sum(receipt.erased.values())
            about: dict[str, audit.Detail] = {"receipt": receipt.id, "rows": rows}
            async with self._storage.writing() as db:
                await audit.record(db, request[ACTOR], "erase", "conversation", conversation, about)
        said = f"Erased: {len(found)} {'conversation' if len(found) == 1 else 'conversations'}."
        if waiting:
            said += f" The bot could not be told of {waiting}; it is told as soon as it is back."
        return see_other("/privacy", said, "warn" if waiting else "good")

    async def _taken_out(self, request: web.Request) -> tuple[str, tuple[Held, ...]]:
        """The name that is asked for and what is held of it; taking it out is recorded.

        By the conversations' ids: the audit log is never altered, so it holds no address.
        """
        name = _name(request.query.get("name"))
        held = await self._holdings.of(name) if name else ()
        if not held:
            raise web.HTTPNotFound(text="Nothing is held under this name.")
        async with self._storage.writing() as db:
            for each in held:
                await audit.record(db, request[ACTOR], "export", "conversation", each.id)
        return name, held


def _name(typed: Any) -> str:
    return typed.strip()[:LONGEST_NAME] if isinstance(typed, str) else ""


def _file(text: str, media_type: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type=media_type, charset="utf-8", headers=headers)
