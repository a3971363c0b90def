"""Gaps: what students asked and content did not answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.staff.entry_pages import entry_path
from channels.staff.jobs import Progress
from channels.staff.recorded import AskedOnce
from channels.staff.room import Room, number, page
from knowledge_base.drafts.forgetting import plain
from knowledge_base.drafts.listing import Listed

DAYS = 30
MOST_GROUPED = 2_000
"""Questions that are grouped at once; as many are encoded in a minute on one core."""
_EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions about one thing; `earlier` and `later` count the halves of the time looked at."""

    asked: Sequence[AskedOnce]
    earlier: int
    later: int
    alike: Sequence[Listed]
    """Entries that may hold the answer already."""

    @property
    def count(self) -> int:
        """How many asked."""
        return len(self.asked)

    @property
    def examples(self) -> list[str]:
        """Questions without repetition."""
        return list(dict.fromkeys(each.question for each in self.asked))[:_EXAMPLES]

    @property
    def kinds(self) -> dict[str, int]:
        """How many were unanswered, unhelpful, and unsure."""
        kinds = [each.gap for each in self.asked]
        return {kind: kinds.count(kind) for kind in ("unanswered", "unhelpful", "unsure")}


class GapPages:
    """What is missing."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._gaps: list[Gap] = []
        self._looked_at: datetime | None = None
        self._days = DAYS

    def routes(self) -> list[web.RouteDef]:
        """Every route of gaps."""
        room, reads = self._room, Permission.READ_GAPS
        return [
            room.get("/staff/gaps", self.gaps, reads),
            room.post("/staff/gaps", self.group, reads),
        ]

    async def gaps(self, request: web.Request) -> web.Response:
        """The groups as they were last made, the largest first."""
        return page(
            request,
            "staff_gaps.html",
            gaps=self._gaps,
            looked_at=self._looked_at,
            days=self._days,
            path=entry_path,
        )

    async def group(self, request: web.Request) -> web.Response:
        """Group what was missed in the last days."""
        form = await request.post()
        days = number(form.get("days"), DAYS, most=366)

        async def work(progress: Progress) -> str:
            missed = [each for each in await self._room.recorded.asked(days) if each.gap]
            missed = missed[:MOST_GROUPED]
            progress("grouping questions", 0, len(missed))
            same: dict[str, list[AskedOnce]] = {}
            for each in missed:
                same.setdefault(plain(each.question), []).append(each)
            texts = [several[0].question for several in same.values()]
            rows = await self._room.workbench.ask("cluster", progress, texts=texts)
            alone = set(range(len(texts))) - {row for group in rows for row in group}
            each_of = list(same.values())
            groups = [
                [each for row in group for each in each_of[row]]
                for group in (*rows, *([row] for row in sorted(alone)))
            ]
            middle = datetime.now(UTC) - timedelta(days=days) / 2
            found = [await self._gap(group, middle) for group in groups]
            self._gaps = sorted(found, key=lambda gap: -gap.count)
            self._days, self._looked_at = days, datetime.now(UTC)
            return "/staff/gaps"

        job = self._room.jobs.start("Grouping what was not answered", work)
        return see_other(f"/staff/jobs/{job.id}")

    async def _gap(self, asked: Sequence[AskedOnce], middle: datetime) -> Gap:
        later = sum(each.at >= middle for each in asked)
        words = [word.strip("?!.,").casefold() for word in asked[0].question.split()]
        alike = await self._room.listing.alike(words) if len(asked) > 1 else []
        return Gap(asked, len(asked) - later, later, alike)
