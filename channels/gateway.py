"""The room where the gateway is wired: its doors are opened and closed here, together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path

import structlog
from aiohttp import ClientSession, web
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.directory import Accounts
from channels.accounts.settings import StaffSettings
from channels.alongside import beside, until_sent
from channels.attachments import Attachments
from channels.bookmarks import StoredBookmark
from channels.brain import Brain
from channels.console.page import SHELL
from channels.content import Content
from channels.delivery.channel import Carrier, Channel
from channels.delivery.door import WebhookDoor
from channels.delivery.notices import Notices
from channels.delivery.trial import Trials
from channels.erasing import Eraser
from channels.health import HealthDoor
from channels.message_path import MessagePath, Sending, lay_path
from channels.metrics import Metrics
from channels.middleware import name_request, say_errors, secure_headers
from channels.page_templates import prepare_templates
from channels.privacy.pages import PrivacyParts
from channels.privacy.settings import PrivacySettings
from channels.receipts import Receipts
from channels.reception import Reception
from channels.rooms import Rooms, open_rooms
from channels.settings import GatewaySettings, InstitutionSettings
from channels.staff.room import Workshop
from channels.support.mailing import Postman
from channels.support.pages import SupportParts
from channels.support.settings import SupportSettings
from channels.voice.line import voice_door
from channels.voice.settings import VoiceSettings
from channels.web.assets import AssetDoor
from channels.web.attached import AttachmentDoor
from channels.web.desk import Desk
from channels.web.notes import Notes
from channels.web.polling import PollingDoor
from channels.web.sessions import SessionDoor, WebSessions
from channels.web.settings import WidgetSettings
from channels.web.socket import SocketDoor
from channels.web.sources import SourcePages

FORM_BYTES = 64 * 1024
"""Largest body of a request; the gateway's forms have a few short fields."""
STRAGGLERS_SECONDS = 5.0
"""What requests get that are still under way when turns have ended and chats are closed. With them,
with the longest `drain_seconds` and a call to a provider, an end takes less than a minute."""
RECEPTION = web.AppKey("reception", Reception)
ACCOUNTS = web.AppKey("accounts", Accounts)
ROOMS = web.AppKey("rooms", Rooms)
METRICS = web.AppKey("metrics", Metrics)

log = structlog.get_logger(__name__)


def build_app(
    settings: GatewaySettings,
    institution: InstitutionSettings,
    *,
    engine: AsyncEngine,
    brain: Brain,
    content: Content,
    messaging: Mapping[str, Channel] | None = None,
    voice: VoiceSettings | None = None,
    client: ClientSession | None = None,
    trial_secret: str = "",
    widget: WidgetSettings | None = None,
    workshop: Workshop | None = None,
    privacy: PrivacySettings | None = None,
    logs: Path | None = None,
    support: SupportSettings | None = None,
    staff: StaffSettings | None = None,
) -> web.Application:
    """The gateway as an application; it opens nothing before it starts.

    The caller owns ``engine``, whose tables exist, and ``client``, which reaches the providers of
    the ``messaging`` channels and the identity provider of ``staff``; it closes both after the
    application. Calls are taken if ``voice`` says how. Whoever knows ``trial_secret`` may try a
    channel without reaching a student. What is kept is cleared as ``privacy`` says, and what was
    rotated in the folder ``logs``.
    """
    support = support or SupportSettings()
    path = lay_path(
        settings,
        institution,
        engine=engine,
        brain=brain,
        messaging=messaging or {},
        client=client,
        privacy=privacy,
        support=support,
    )
    sessions = WebSessions(path.storage, settings.web_session_days)
    eraser = Eraser(path.storage, brain)
    desk = Desk(
        settings=settings,
        institution=institution,
        sessions=sessions,
        reception=path.reception,
        transcript=path.transcript,
        hub=path.hub,
        notes=Notes(path.storage),
        eraser=eraser,
        teller=path.teller,
    )
    rooms = open_rooms(
        settings,
        staff or StaffSettings(),
        institution,
        storage=path.storage,
        hub=path.hub,
        support=SupportParts(
            support,
            institution,
            transcript=path.transcript,
            post=path.post,
            answerer=path.answerer,
            line=path.line,
            longest=settings.message_limit,
            postman=_postman(messaging or {}),
            url=settings.url,
        ),
        content=content,
        engine=engine,
        workshop=workshop or Workshop(),
        client=client,
        privacy=PrivacyParts(privacy, eraser, desk.ended, logs),
    )
    sockets, polls = SocketDoor(desk, path.metrics), PollingDoor(desk)
    app = web.Application(
        middlewares=[name_request, secure_headers(settings.url), say_errors],
        client_max_size=FORM_BYTES,
    )
    app[RECEPTION], app[ACCOUNTS], app[METRICS] = path.reception, rooms.accounts, path.metrics
    app[ROOMS], app[SHELL] = rooms, rooms.shell
    prepare_templates(app, settings, institution)
    for door in (
        AssetDoor(widget or WidgetSettings()),
        HealthDoor(path.storage, path.transcript, brain, path.metrics, path.breaker, path.inbox),
        SessionDoor(sessions, settings),
        sockets,
        polls,
        SourcePages(content),
        AttachmentDoor(Attachments(path.storage)),
    ):
        app.add_routes(door.routes())
    app.add_routes(rooms.routes)
    if path.sending:
        _open_to_providers(app, path, path.sending, settings, trial_secret)
        if voice:
            _take_calls(app, path, path.sending, voice, settings, institution)

    async def answering(_app: web.Application) -> AsyncIterator[None]:
        resumed = await path.reception.resume()
        log.info("gateway_started", conversations_resumed=resumed)
        yield

    async def wind_down(_app: web.Application) -> None:
        # Replies of running turns still reach their tabs; then the tabs are told to come back.
        await path.reception.drain(settings.drain_seconds)
        await asyncio.gather(sockets.close_all(), polls.close_all(), rooms.live.close_all())
        await rooms.publishing.close()

    app.cleanup_ctx.append(answering)
    runs = (path.watch.run, rooms.watch.run, eraser.run, rooms.publishing.run, *rooms.chores)
    app.cleanup_ctx.extend(map(beside, runs))
    if path.sending and path.sending.channels:
        app.cleanup_ctx.append(until_sent(path.sending.sender))
    app.on_shutdown.append(wind_down)
    return app


def _postman(providers: Mapping[str, Channel]) -> Postman | None:
    """The channel that can send mails to staff, if it is set up."""
    email: object = providers.get("email")
    return email if isinstance(email, Postman) else None


def _open_to_providers(
    app: web.Application,
    path: MessagePath,
    sending: Sending,
    settings: GatewaySettings,
    trial_secret: str,
) -> None:
    """The door of those who deliver, and what fetches from those who do not."""
    door = WebhookDoor(
        sending.channels,
        path.reception,
        path.metrics,
        settings.url,
        sending.caller.ask,
        Trials(trial_secret),
        Notices(Receipts(path.storage), path.opt_outs, path.metrics),
    )
    app.add_routes(door.routes())
    for name, channel in sending.channels.items():
        if isinstance(channel, Carrier):
            bookmark = StoredBookmark(path.storage, name)
            fetch = partial(channel.fetch, sending.caller.ask, door.taker(channel), bookmark)
            app.cleanup_ctx.append(beside(fetch))


def _take_calls(
    app: web.Application,
    path: MessagePath,
    sending: Sending,
    voice: VoiceSettings,
    settings: GatewaySettings,
    institution: InstitutionSettings,
) -> None:
    """The door of telephone calls."""
    calls = voice_door(
        voice,
        settings,
        institution,
        apologist=path.apologist,
        reception=path.reception,
        transcript=path.transcript,
        hub=path.hub,
        metrics=path.metrics,
        messaging=sending.channels,
        outbox=path.outbox,
        opt_outs=path.opt_outs,
        knock=sending.sender.knock,
    )
    app.add_routes(calls.routes())


def build_runner(app: web.Application) -> web.AppRunner:
    """What serves the application: ``setup()``, then a `web.TCPSite`, then ``cleanup()``.

    The server's own access log stays off: it would hold paths, and with them set-up links.
    """
    return web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=STRAGGLERS_SECONDS
    )
