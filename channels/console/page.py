"""The frame that all pages of the consoles share: what may be opened, and what was just done."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.accounts.model import Role, StaffSession
from channels.console.entrance import SESSION
from channels.console.permissions import ALLOWED, Permission, may

SAID_COOKIE = "advisor-said"
SAID_SECONDS = 60


class Group(StrEnum):
    """The parts of the navigation, in their order."""

    CONVERSATIONS = "Conversations"
    KNOWLEDGE = "Knowledge"
    ADMINISTRATION = "Administration"


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the navigation; whoever lacks its permission does not see it."""

    label: str
    path: str
    permission: Permission
    group: Group
    icon: str
    """The name of a symbol in ``templates/console_icons.html``."""
    badge: str = ""
    """The name of a count beside the label, which an event ``count`` sets (`live.js`)."""


class Shell:
    """Knows all sections, and so what each role sees and where it begins."""

    def __init__(self, sections: Sequence[Section]) -> None:
        order = list(Group)
        self._sections = sorted(sections, key=lambda section: order.index(section.group))

    def navigation(self, role: Role) -> list[tuple[Group, list[Section]]]:
        """The groups that have a section for the role, each with its sections."""
        groups: dict[Group, list[Section]] = {}
        for section in self._sections:
            if may(role, section.permission):
                groups.setdefault(section.group, []).append(section)
        return list(groups.items())

    def home(self, role: Role) -> str:
        """The first page of a role."""
        seen = [section for section in self._sections if section.permission in ALLOWED[role]]
        own = [section for section in seen if section.group is HOME_GROUP[role]]
        return (own or seen)[0].path if seen else "/console/profile"

    def current(self, path: str) -> str:
        """The section that a page belongs to: the longest whose address begins the page's."""
        found = (
            section.path
            for section in self._sections
            if path == section.path or path.startswith(section.path + "/")
        )
        return max(found, key=len, default="")


HOME_GROUP = {
    Role.AGENT: Group.CONVERSATIONS,
    Role.SUPERVISOR: Group.CONVERSATIONS,
    Role.EDITOR: Group.KNOWLEDGE,
    Role.REVIEWER: Group.KNOWLEDGE,
    Role.ADMINISTRATOR: Group.KNOWLEDGE,
}
SHELL = web.AppKey("console_shell", Shell)


def render_page(
    template: str,
    request: web.Request,
    shown: Mapping[str, Any] | None = None,
    status: int = 200,
) -> web.Response:
    """A page that extends ``console.html``; the request has passed `Entrance.guard`.

    A template finds besides ``shown``: ``session``, ``may(permission name)``, ``navigation``,
    ``current``, ``said`` (what `see_other` left) and the macros of ``console_pieces.html``.
    """
    session: StaffSession = request[SESSION]
    shell, role = request.app[SHELL], session.account.role
    frame = {
        "session": session,
        "may": lambda name: may(role, Permission(name)),
        "navigation": shell.navigation(role),
        "current": shell.current(request.path),
        "said": _said(request),
    }
    response = render_template(template, request, frame | dict(shown or {}), status=status)
    if SAID_COOKIE in request.cookies:
        response.del_cookie(SAID_COOKIE, path="/")
    return response


def see_other(path: str, said: str = "", tone: str = "good") -> web.Response:
    """Go on to another page, which says once what was done; ``tone`` is good, warn or bad."""
    response = web.Response(status=303, headers={"Location": path})
    if said:
        note = json.dumps({"text": said[:300], "tone": tone}).encode()
        response.set_cookie(
            SAID_COOKIE,
            base64.urlsafe_b64encode(note).decode(),
            max_age=SAID_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
        )
    return response


def page_number(request: web.Request) -> int:
    """The page of a list that an address asks for; 1 when it asks for none that can be."""
    asked = request.query.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _said(request: web.Request) -> dict[str, str] | None:
    try:
        note = json.loads(base64.urlsafe_b64decode(request.cookies.get(SAID_COOKIE, "")))
        return {"text": str(note["text"]), "tone": str(note["tone"])}
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
