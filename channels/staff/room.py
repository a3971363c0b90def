"""What the pages about content share: what they may use, and how they are reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from channels.console.entrance import ACTOR, Entrance
from channels.console.live import Live
from channels.console.page import render_page
from channels.console.permissions import Permission
from channels.content import Content
from channels.staff.corrections import Corrections
from channels.staff.jobs import Jobs
from channels.staff.recorded import Recorded
from channels.staff.workbench import Workbench, WorkbenchError
from knowledge_base.drafts.care import Caring
from knowledge_base.drafts.listing import Listing
from knowledge_base.drafts.proposal import DraftError, Person, UnknownProposal
from knowledge_base.drafts.publishing import Publications
from knowledge_base.drafts.review import Review
from knowledge_base.drafts.ruling import Ruling

FORM_BYTES = 4_000_000
"""Largest form of an entry: a page of 300 printed pages has about 1 MB of text."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What an operator gives the pages about content."""

    folder: Path = Path("uploads")
    """Where mappings are kept that were uploaded, and uploads while they are read."""
    limit_bytes: int = 50_000_000
    """Largest file that is read."""
    private_addresses: bool = False
    """Whether sources may stand at addresses that are not public."""
    command: tuple[str, ...] = ()
    """What starts the process that publishes and tries; without it neither can be done."""


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that a page about content may use."""

    workshop: Workshop
    entrance: Entrance
    live: Live
    content: Content
    review: Review
    caring: Caring
    publications: Publications
    listing: Listing
    ruling: Ruling
    recorded: Recorded
    corrections: Corrections
    workbench: Workbench
    jobs: Jobs

    def get(self, path: str, handler: Handler, permission: Permission) -> web.RouteDef:
        """A page."""
        return web.get(path, self.entrance.guard(_in_words(handler), permission))

    def post(
        self, path: str, handler: Handler, permission: Permission, most_bytes: int = FORM_BYTES
    ) -> web.RouteDef:
        """What changes something."""
        return web.post(path, self.entrance.guard(_in_words(handler), permission, most_bytes))


def person(request: web.Request) -> Person:
    """Who is signed in."""
    actor = request[ACTOR]
    return Person(actor.account or "", actor.name, actor.address or "")


def page(request: web.Request, template: str, status: int = 200, **shown: Any) -> web.Response:
    """A page in the frame of the consoles."""
    return render_page(template, request, shown, status)


def number(words: Any, default: int, least: int = 1, most: int = 1_000_000) -> int:
    """A whole number that was typed or stands in an address, within bounds."""
    said = words if isinstance(words, str) else ""
    found = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else default
    return min(max(found, least), most)


def said_lines(words: Any) -> list[str]:
    """The lines of a field that hold something."""
    return [line.strip() for line in str(words or "").splitlines() if line.strip()]


def _in_words(handler: Handler) -> Handler:
    """What review refuses is told with its reason."""

    async def told(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except UnknownProposal as error:
            raise web.HTTPNotFound(text=str(error)) from error
        except DraftError as error:
            raise web.HTTPConflict(text=str(error)) from error
        except WorkbenchError as error:
            raise web.HTTPServiceUnavailable(text=str(error)) from error

    return told
