"""The rooms of both consoles, wired: who comes in, what moves on open pages, and every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientSession, web
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.directory import Accounts
from channels.accounts.identity import IdentityProvider
from channels.accounts.invitations import Invitations
from channels.accounts.passwords import Passwords
from channels.accounts.second_factor import SecondFactor
from channels.accounts.sessions import StaffSessions
from channels.accounts.settings import StaffSettings
from channels.accounts.team import Team
from channels.analytics.daily import Daily
from channels.analytics.pages import AnalyticsPages
from channels.console.accounts import AccountPages
from channels.console.arrivals import Arrivals
from channels.console.audit import AuditPages
from channels.console.doors import Doors
from channels.console.entrance import Entrance
from channels.console.live import Live
from channels.console.page import Shell
from channels.console.profile import ProfilePages
from channels.content import Content
from channels.hub import Hub
from channels.privacy.pages import PrivacyPages, PrivacyParts
from channels.privacy.retention import Retention
from channels.settings import GatewaySettings, InstitutionSettings
from channels.staff.corrections import Corrections
from channels.staff.pages import StaffPages
from channels.staff.room import Workshop
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
    publishing: StaffPages
    """Runs and is closed with the gateway."""
    chores: tuple[Callable[[], Awaitable[None]], ...]
    """What runs beside it: clearing what is old, and counting the days."""


def open_rooms(
    settings: GatewaySettings,
    staff: StaffSettings,
    institution: InstitutionSettings,
    *,
    storage: Storage,
    hub: Hub,
    support: SupportParts,
    content: Content,
    engine: AsyncEngine,
    workshop: Workshop,
    client: ClientSession | None = None,
    privacy: PrivacyParts,
) -> Rooms:
    """Make every room; one with ``SECTIONS`` stands in the navigation, in this order.

    ``client`` reaches the identity provider, if one is set.
    """
    passwords, url = Passwords(), settings.url
    accounts = Accounts(storage, passwords, staff, url)
    sessions = StaffSessions(storage, accounts, passwords, staff)
    factor = SecondFactor(storage, institution.name)
    invitations = Invitations(storage, passwords, staff.invitation_hours)
    provider = (
        IdentityProvider(staff, client, storage, url) if client and staff.identity_issuer else None
    )
    entrance = Entrance(sessions, settings, staff)
    live = Live(entrance)
    hub.overhear(live.conversation_moved)
    corrections = Corrections(storage, post=support.post, hub=hub)
    staff_pages = StaffPages(
        entrance, live, content, engine, workshop, corrections, institution.name
    )
    daily = Daily(storage)
    supporting = support_rooms(support, storage=storage, hub=hub, entrance=entrance, live=live)
    rooms = (
        supporting.inbox,
        supporting.reviews,
        supporting.replies,
        AnalyticsPages(storage, entrance, daily),
        PrivacyPages(storage, entrance, privacy, institution),
        staff_pages,
        AccountPages(Team(storage), invitations, entrance, url),
        AuditPages(storage, entrance),
    )
    doors = (
        Doors(accounts, sessions, factor, entrance, staff.identity_name if provider else ""),
        Arrivals(accounts, invitations, sessions, entrance, provider),
        ProfilePages(sessions, factor, entrance),
        supporting.conversation,
        supporting.forms,
        *rooms,
    )
    return Rooms(
        accounts,
        sessions,
        live,
        Shell([section for room in rooms for section in room.SECTIONS]),
        supporting.watch,
        tuple(route for door in doors for route in door.routes()),
        staff_pages,
        _chores(storage, daily, privacy),
    )


def _chores(
    storage: Storage, daily: Daily, parts: PrivacyParts
) -> tuple[Callable[[], Awaitable[None]], ...]:
    """None where nothing says for how long things are kept."""
    if parts.settings is None:
        return ()
    clears = Retention(storage, parts.settings, parts.eraser, ended=parts.ended, logs=parts.logs)
    return clears.run, daily.run
