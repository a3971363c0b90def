"""The room where the gateway is wired: every part is made here, opened and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import ClientSession, web
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.directory import Accounts
from channels.accounts.settings import StaffSettings
from channels.answerer import Answerer
from channels.apology import Apologist
from channels.attachments import Attachments
from channels.bookmarks import StoredBookmark
from channels.brain import Brain
from channels.breaker import Breaker
from channels.carrier import NoPost
from channels.console.page import SHELL
from channels.content import Content
from channels.delivery.caller import CALL_SECONDS, Caller
from channels.delivery.channel import Carrier, Channel
from channels.delivery.door import WebhookDoor
from channels.delivery.notices import Notices
from channels.delivery.post import Post
from channels.delivery.sender import Sender
from channels.delivery.trial import Trials
from channels.delivery.typing_sign import TypingSign
from channels.erasing import Eraser
from channels.health import HealthDoor
from channels.hub import Hub
from channels.inbox import Inbox
from channels.limits import Buckets
from channels.metrics import Metrics
from channels.middleware import NONCE, name_request, say_errors, secure_headers
from channels.model import TALK_TO_PERSON
from channels.opting import OptOuts
from channels.outbox import Outbox
from channels.privacy.pages import PrivacyParts
from channels.privacy.redaction import Redactor
from channels.privacy.settings import PrivacySettings
from channels.privacy.telling import Teller
from channels.receipts import Receipts
from channels.reception import Reception
from channels.rooms import Rooms, open_rooms
from channels.settings import GatewaySettings, InstitutionSettings
from channels.staff.room import Workshop
from channels.storage import Storage
from channels.support.pages import SupportParts
from channels.support.settings import SupportSettings
from channels.transcript import Transcript
from channels.turns import Turns
from channels.voice.line import voice_door
from channels.voice.settings import VoiceSettings
from channels.waiting_line import WaitingLine
from channels.watch import Watch
from channels.web.assets import AssetDoor
from channels.web.attached import AttachmentDoor
from channels.web.desk import Desk
from channels.web.notes import Notes
from channels.web.polling import PollingDoor
from channels.web.sessions import SessionDoor, WebSessions
from channels.web.settings import WidgetSettings
from channels.web.socket import SocketDoor
from channels.web.sources import SourcePages

HERE = Path(__file__).parent
TEMPLATES = tuple(
    HERE / folder / "templates"
    for folder in (".", "web", "console", "staff", "support", "privacy", "analytics")
)
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
    hub, metrics, storage = Hub(), Metrics(), Storage(engine)
    transcript, turns = Transcript(storage), Turns(storage)
    providers = dict(messaging or {}) if client else {}
    caller = Caller(client) if client else None
    outbox, apologist = Outbox(storage), Apologist(institution, TALK_TO_PERSON)
    opt_outs = OptOuts(storage)
    sender = Sender(outbox, opt_outs, providers, caller, metrics) if caller else None
    post = (
        Post(providers, sender.knock, TypingSign(providers, caller)) if sender and caller else None
    )
    sessions = WebSessions(storage, settings.web_session_days)
    teller = Teller(privacy, institution) if privacy else None
    breaker, inbox = Breaker(brain.reachable), Inbox(settings.inbox_limit)
    support = support or SupportSettings()
    line = WaitingLine(storage, support.office)
    answerer = Answerer(
        turns=turns,
        brain=brain,
        hub=hub,
        metrics=metrics,
        apologist=apologist,
        teller=teller,
        breaker=breaker,
        post=post,
        line=line,
    )
    reception = Reception(
        transcript=transcript,
        answerer=answerer,
        hub=hub,
        metrics=metrics,
        message_limit=settings.message_limit,
        inbox=inbox,
        senders=Buckets(settings.session_burst, settings.session_per_minute),
        post=post,
        pause=settings.burst_pause,
        redactor=Redactor(privacy) if privacy else None,
    )
    watch = Watch(turns, transcript, answerer, hub, inbox)
    eraser = Eraser(storage, brain)
    desk = Desk(
        settings=settings,
        institution=institution,
        sessions=sessions,
        reception=reception,
        transcript=transcript,
        hub=hub,
        notes=Notes(storage),
        eraser=eraser,
        teller=teller,
    )
    rooms = open_rooms(
        settings,
        staff or StaffSettings(),
        institution,
        storage=storage,
        hub=hub,
        support=SupportParts(
            support,
            institution,
            transcript=transcript,
            post=post or NoPost(),
            answerer=answerer,
            line=line,
            longest=settings.message_limit,
            url=settings.url,
        ),
        content=content,
        engine=engine,
        workshop=workshop or Workshop(),
        client=client,
        privacy=PrivacyParts(privacy, eraser, desk.ended, logs),
    )
    sockets, polls = SocketDoor(desk, metrics), PollingDoor(desk)
    app = web.Application(
        middlewares=[name_request, secure_headers(settings.url), say_errors],
        client_max_size=FORM_BYTES,
    )
    app[RECEPTION], app[ACCOUNTS], app[METRICS] = reception, rooms.accounts, metrics
    app[ROOMS], app[SHELL] = rooms, rooms.shell
    _prepare_templates(app, settings, institution)
    for door in (
        AssetDoor(widget or WidgetSettings()),
        HealthDoor(transcript, brain, metrics, breaker, inbox),
        SessionDoor(sessions, settings),
        sockets,
        polls,
        SourcePages(content),
        AttachmentDoor(Attachments(storage)),
    ):
        app.add_routes(door.routes())
    app.add_routes(rooms.routes)
    if caller:
        trials = Trials(trial_secret)
        notices = Notices(Receipts(storage), opt_outs, metrics)
        webhooks = WebhookDoor(
            providers, reception, metrics, settings.url, caller.ask, trials, notices
        )
        app.add_routes(webhooks.routes())
        app.cleanup_ctx.extend(map(_beside, _fetches(providers, webhooks, storage, caller)))
    if voice and sender:
        calls = voice_door(
            voice,
            settings,
            institution,
            apologist=apologist,
            reception=reception,
            transcript=transcript,
            hub=hub,
            metrics=metrics,
            messaging=providers,
            outbox=outbox,
            opt_outs=opt_outs,
            knock=sender.knock,
        )
        app.add_routes(calls.routes())

    async def answering(_app: web.Application) -> AsyncIterator[None]:
        resumed = await reception.resume()
        log.info("gateway_started", conversations_resumed=resumed)
        yield

    async def wind_down(_app: web.Application) -> None:
        # Replies of running turns still reach their tabs; then the tabs are told to come back.
        await reception.drain(settings.drain_seconds)
        await asyncio.gather(sockets.close_all(), polls.close_all(), rooms.live.close_all())
        await rooms.publishing.close()

    app.cleanup_ctx.append(answering)
    beside = (watch.run, rooms.watch.run, eraser.run, rooms.publishing.run, *rooms.chores)
    app.cleanup_ctx.extend(map(_beside, beside))
    if sender and providers:
        app.cleanup_ctx.append(_sending(sender))
    app.on_shutdown.append(wind_down)
    return app


def _fetches(
    providers: Mapping[str, Channel], door: WebhookDoor, storage: Storage, caller: Caller
) -> Iterator[Callable[[], Awaitable[None]]]:
    """What fetches for the channels that nobody delivers to."""
    for name, channel in providers.items():
        if isinstance(channel, Carrier):
            bookmark = StoredBookmark(storage, name)
            yield partial(channel.fetch, caller.ask, door.taker(channel), bookmark)


def _beside(run: Callable[[], Awaitable[None]]) -> Callable[[web.Application], AsyncIterator[None]]:
    """What runs for as long as the application does, and is cancelled with it."""

    async def keep_running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.ensure_future(run())
        yield
        task.cancel()
        await asyncio.wait((task,))

    return keep_running


def _sending(sender: Sender) -> Callable[[web.Application], AsyncIterator[None]]:
    """Sends until the application ends, and lets the calls that are under way end first."""

    async def keep_sending(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(sender.run())
        yield
        sender.stop()
        await asyncio.wait((task,), timeout=CALL_SECONDS)
        task.cancel()

    return keep_sending


def build_runner(app: web.Application) -> web.AppRunner:
    """What serves the application: ``setup()``, then a `web.TCPSite`, then ``cleanup()``.

    The server's own access log stays off: it would hold paths, and with them set-up links.
    """
    return web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=STRAGGLERS_SECONDS
    )


def _prepare_templates(
    app: web.Application, settings: GatewaySettings, institution: InstitutionSettings
) -> None:
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
