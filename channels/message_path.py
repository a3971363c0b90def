"""The way of a message, wired: from the door through record, bot and outbox to its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.answerer import Answerer
from channels.apology import Apologist
from channels.brain import Brain
from channels.breaker import Breaker
from channels.carrier import NoPost
from channels.delivery.caller import Caller
from channels.delivery.channel import Channel
from channels.delivery.post import Post
from channels.delivery.sender import Sender
from channels.delivery.typing_sign import TypingSign
from channels.hub import Hub
from channels.inbox import Inbox
from channels.limits import Buckets
from channels.metrics import Metrics
from channels.model import TALK_TO_PERSON
from channels.opting import OptOuts
from channels.outbox import Outbox
from channels.privacy.consent import Consents
from channels.privacy.redaction import Redactor
from channels.privacy.settings import PrivacySettings
from channels.privacy.telling import Teller
from channels.reception import Reception
from channels.settings import GatewaySettings, InstitutionSettings
from channels.storage import Storage
from channels.support.settings import SupportSettings
from channels.transcript import Transcript
from channels.turns import Turns
from channels.waiting_line import WaitingLine
from channels.watch import Watch


@dataclass(frozen=True, slots=True)
class Sending:
    """What reaches providers."""

    channels: Mapping[str, Channel]
    caller: Caller
    sender: Sender


@dataclass(frozen=True, slots=True)
class MessagePath:
    """The parts that a message passes, for the doors at both ends of it."""

    hub: Hub
    metrics: Metrics
    storage: Storage
    transcript: Transcript
    outbox: Outbox
    opt_outs: OptOuts
    apologist: Apologist
    teller: Teller | None
    breaker: Breaker
    inbox: Inbox
    line: WaitingLine
    answerer: Answerer
    reception: Reception
    watch: Watch
    post: Post | NoPost
    sending: Sending | None
    """None where nothing reaches a provider."""


def lay_path(
    settings: GatewaySettings,
    institution: InstitutionSettings,
    *,
    engine: AsyncEngine,
    brain: Brain,
    messaging: Mapping[str, Channel],
    client: ClientSession | None,
    privacy: PrivacySettings | None,
    support: SupportSettings,
) -> MessagePath:
    """Make its parts; nothing opens or runs. Without ``client`` no provider is reached."""
    hub, metrics, storage = Hub(), Metrics(), Storage(engine)
    transcript, turns = Transcript(storage), Turns(storage)
    outbox, opt_outs = Outbox(storage), OptOuts(storage)
    sending, post = None, None
    if client:
        caller = Caller(client)
        sender = Sender(outbox, opt_outs, messaging, caller, metrics)
        sending = Sending(messaging, caller, sender)
        post = Post(messaging, sender.knock, TypingSign(messaging, caller))
    apologist = Apologist(institution, TALK_TO_PERSON)
    teller = Teller(privacy, institution) if privacy else None
    breaker, inbox = Breaker(brain.reachable), Inbox(settings.inbox_limit)
    line = WaitingLine(storage, support.office(institution))
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
        consents=Consents(storage, privacy) if privacy and privacy.consent_text else None,
    )
    return MessagePath(
        hub=hub,
        metrics=metrics,
        storage=storage,
        transcript=transcript,
        outbox=outbox,
        opt_outs=opt_outs,
        apologist=apologist,
        teller=teller,
        breaker=breaker,
        inbox=inbox,
        line=line,
        answerer=answerer,
        reception=reception,
        watch=Watch(turns, transcript, answerer, hub, inbox),
        post=post or NoPost(),
        sending=sending,
    )
