"""The page that shows who did what, searches it, and takes it out as a file."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from channels import audit
from channels.console.entrance import ACTOR, Entrance
from channels.console.exports import Cell, send_csv
from channels.console.page import Group, Section, page_number, render_page
from channels.console.permissions import Permission
from channels.schema import audit_log
from channels.storage import Storage

PAGE_SIZE = 50
AT_ONCE = 500
"""Rows read at a time for a file: a few hundred kilobytes."""
COLUMNS = ("at", "who", "account", "address", "action", "kind", "subject", "details")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; empty fields ask for all."""

    words: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, request: web.Request) -> Wanted:
        """What an address asks for; a day that is none is left out."""
        query = request.query
        return cls(
            query.get("words", "").strip()[:100],
            query.get("action", "")[:60],
            _day(query.get("since", "")),
            _day(query.get("until", "")),
        )

    def rows(self) -> Select[Any]:
        """The newest first."""
        held: list[ColumnElement[bool]] = []
        if self.words:
            columns = (audit_log.c.actor, audit_log.c.kind, audit_log.c.subject)
            held.append(or_(*(column.icontains(self.words, autoescape=True) for column in columns)))
        if self.action:
            held.append(audit_log.c.action == self.action)
        if self.since:
            held.append(audit_log.c.at >= _midnight(self.since))
        if self.until:
            held.append(audit_log.c.at < _midnight(self.until + timedelta(days=1)))
        return select(audit_log).where(and_(True, *held)).order_by(audit_log.c.id.desc())


class AuditPages:
    """``/console/audit`` and its file."""

    SECTIONS = (
        Section("Audit log", "/console/audit", Permission.READ_AUDIT, Group.ADMINISTRATION, "log"),
    )

    def __init__(self, storage: Storage, entrance: Entrance) -> None:
        self._storage = storage
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """Both."""
        guard = self._entrance.guard
        return [
            web.get("/console/audit", guard(self.show, Permission.READ_AUDIT)),
            web.get("/console/audit.csv", guard(self.export, Permission.READ_AUDIT)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """A page of rows, the newest first."""
        wanted, page = Wanted.of(request), page_number(request)
        rows = wanted.rows().limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
        actions = select(audit_log.c.action).distinct().order_by(audit_log.c.action)
        async with self._storage.reading() as db:
            found = (await db.execute(rows)).all()
            known = (await db.execute(actions)).scalars().all()
        shown = {
            "rows": found[:PAGE_SIZE],
            "actions": [("", "all"), *((name, name.replace("_", " ")) for name in known)],
            "wanted": wanted,
            "page": page,
            "more": len(found) > PAGE_SIZE,
            "asked": request.rel_url.without_query_params("page").query_string,
        }
        return render_page("audit.html", request, shown)

    async def export(self, request: web.Request) -> web.StreamResponse:
        """All rows that the page would show, as CSV; taking them out is recorded too."""
        async with self._storage.writing() as db:
            await audit.record(db, request[ACTOR], "export", "audit_log", "all")
        return await send_csv(request, "audit-log.csv", COLUMNS, self._cells(Wanted.of(request)))

    async def _cells(self, wanted: Wanted) -> AsyncIterator[list[Cell]]:
        last: int | None = None
        while True:
            rows = wanted.rows().limit(AT_ONCE)
            if last is not None:
                rows = rows.where(audit_log.c.id < last)
            async with self._storage.reading() as db:
                found = (await db.execute(rows)).all()
            for row in found:
                yield _cells(row)
            if len(found) < AT_ONCE:
                return
            last = found[-1].id


def _cells(row: Row[Any]) -> list[Cell]:
    details = json.dumps(row.details, ensure_ascii=False)
    given = (row.at, row.actor, row.account_id, row.address, row.action, row.kind, row.subject)
    return [*given, details]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
