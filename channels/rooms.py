"""The rooms of both consoles, wired: who comes in, what moves on open pages, and every page."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from channels.accounts.directory import Accounts
from channels.accounts.passwords import Passwords
from channels.accounts.sessions import StaffSessions
from channels.console.audit import AuditPages
from channels.console.doors import Doors
from channels.console.entrance import Entrance
from channels.console.live import Live
from channels.console.page import Shell
from channels.content import Content
from channels.hub import Hub
from channels.settings import GatewaySettings
from channels.staff.pages import StaffPages
from channels.storage import Storage
from channels.support.pages import SupportParts, support_rooms
from channels.support.watch import SupportWatch


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the gateway holds of the consoles."""

    accounts: Accounts
    sessions: StaffSessions
    live: Live
    shell: Shell
    watch: SupportWatch
    routes: tuple[web.RouteDef, ...]


def open_rooms(
    settings: GatewaySettings,
    *,
    storage: Storage,
    hub: Hub,
    support: SupportParts,
    content: Content,
) -> Rooms:
    """Make every room; one with ``SECTIONS`` stands in the navigation, in this order."""
    passwords = Passwords()
    accounts = Accounts(storage, passwords, settings)
    sessions = StaffSessions(storage, accounts, passwords, settings)
    entrance = Entrance(sessions, settings)
    live = Live(entrance)
    hub.overhear(live.conversation_moved)
    supporting = support_rooms(support, storage=storage, hub=hub, entrance=entrance, live=live)
    rooms = (
        supporting.inbox,
        supporting.replies,
        StaffPages(entrance, content),
        AuditPages(storage, entrance),
    )
    doors = (Doors(accounts, sessions, entrance), supporting.conversation, *rooms)
    return Rooms(
        accounts,
        sessions,
        live,
        Shell([section for room in rooms for section in room.SECTIONS]),
        supporting.watch,
        tuple(route for door in doors for route in door.routes()),
    )
