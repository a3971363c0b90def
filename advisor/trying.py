"""Tries a channel of a running gateway: a signed sample goes the whole way, and reaches nobody."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import aiohttp

from advisor.errors import SettingsError
from advisor.secrets import bot_token
from advisor.settings import Settings
from advisor.wiring import calls, database, messaging
from channels.delivery.channel import Delivery, Sampled
from channels.delivery.trial import PREFIX, Trials, unsigned
from channels.delivery.twilio import FORM, SIGNATURE_HEADER
from channels.discovery import webhook_address
from channels.identifiers import new_id
from channels.model import Author
from channels.outbox import Outbox
from channels.records import Timeline, TurnRecord
from channels.storage import Storage
from channels.transcript import Transcript
from channels.voice.calls import CHANNEL as VOICE

REQUEST_SECONDS = 15.0
"""Longer than a gateway that works takes, and as long as the providers wait."""
LOOK_SECONDS = 0.2
"""How often the transcript is looked at while the turn runs."""
SPARE_SECONDS = 10.0
"""For what comes before and after the bot's own deadline: the pause of a burst, the outbox."""
SHOWN = 600
"""Characters of what would be sent that are shown."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried, whether it went well, and what was seen or what to do."""

    name: str
    good: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What is delivered, and the conversation that it lands in."""

    channel: str
    delivery: Delivery
    address: str


def sample_of(settings: Settings, name: str, text: str) -> Sample:
    """A student's message by a channel. Raises SettingsError that says why there is none."""
    if name not in settings.channels:
        raise SettingsError(f"[channels.{name}] is not set; `advisor channels` says what it needs")
    trial = new_id("try")
    if name == VOICE:
        return _call(settings, trial, text)
    only = settings.model_copy(update={"channels": {name: settings.channels[name]}})
    channel = messaging(only)[name]
    if not isinstance(channel, Sampled):
        raise SettingsError(f"{name} cannot be tried: only its provider can sign a delivery")
    delivery = channel.sample(text, trial, webhook_address(name, settings.gateway.url))
    mark = Trials(bot_token(settings)).mark(trial, delivery.body)
    marked = replace(delivery, headers={**delivery.headers, **mark})
    return Sample(name, marked, f"{PREFIX}{trial}")


def _call(settings: Settings, trial: str, text: str) -> Sample:
    """Words in a call that nobody makes: its number is withheld, so that nothing is texted."""
    account = calls(settings)
    if account is None:
        raise SettingsError("[channels.voice] is not set")
    address = f"{webhook_address(VOICE, settings.gateway.url)}/heard?step=1"
    body = urlencode({"CallSid": trial, "From": "anonymous", "SpeechResult": text}).encode()
    headers = {"Content-Type": FORM, SIGNATURE_HEADER: account.signature(address, body)}
    return Sample(VOICE, Delivery("POST", address, headers, body), trial)


async def tried(settings: Settings, sample: Sample, at: str) -> AsyncIterator[Step]:
    """The steps, as they are taken, until one fails. ``at`` is where the gateway listens."""
    limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=limit) as session:
        try:
            for attempt in (_reachable, _forgery, _signed):
                step = await attempt(session, sample, at)
                yield step
                if not step.good:
                    return
        except (aiohttp.ClientError, TimeoutError) as error:
            yield Step("reachable", False, f"{at} does not answer ({type(error).__name__})")
            return
    async with database(settings) as engine:
        storage = Storage(engine)
        async for step in _kept(settings, Transcript(storage), Outbox(storage), sample):
            yield step


async def _reachable(session: aiohttp.ClientSession, _sample: Sample, at: str) -> Step:
    async with session.get(f"{at}/health") as response:
        return Step(
            "reachable", response.status == HTTPStatus.OK, f"{at} answers {response.status}"
        )


async def _forgery(session: aiohttp.ClientSession, sample: Sample, at: str) -> Step:
    """The same delivery without its signature."""
    status, _ = await _post(session, sample.delivery, at, unsigned(sample.delivery.headers))
    if status == HTTPStatus.NOT_FOUND:
        detail = "404: the running gateway does not have this channel; restart it"
        return Step("unsigned is refused", False, detail)
    good = status == HTTPStatus.UNAUTHORIZED
    return Step("unsigned is refused", good, f"answered {status}" + ("" if good else ", not 401"))


async def _signed(session: aiohttp.ClientSession, sample: Sample, at: str) -> Step:
    status, body = await _post(session, sample.delivery, at, dict(sample.delivery.headers))
    detail = f"answered {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        detail += (
            ": the running gateway has another secret, another public_url or another state folder "
            "than these settings; restart it with them"
        )
    elif sample.channel == VOICE:
        detail += f", and would say: {_said(body)}"
    return Step("signature is taken", status < HTTPStatus.MULTIPLE_CHOICES, detail)


async def _post(
    session: aiohttp.ClientSession, delivery: Delivery, at: str, headers: dict[str, str]
) -> tuple[int, str]:
    parts = urlsplit(delivery.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    async with session.post(f"{at}{path}", data=delivery.body, headers=headers) as response:
        return response.status, await response.text()


def _said(document: str) -> str:
    try:
        spoken = " ".join(say.text or "" for say in ElementTree.fromstring(document).iter("Say"))  # noqa: S314 - our own gateway's
    except ElementTree.ParseError:
        return "something that is no document"
    return spoken[:SHOWN]


async def _kept(
    settings: Settings, transcript: Transcript, outbox: Outbox, sample: Sample
) -> AsyncIterator[Step]:
    """What the database holds of it."""
    until = time.monotonic() + settings.gateway.turn_deadline + SPARE_SECONDS
    conversation = await transcript.open(sample.channel, sample.address)
    timeline = await transcript.timeline(conversation)
    if timeline is None or not timeline.entries:
        yield Step("recorded", False, "not in the database that these settings name")
        return
    yield Step("recorded", True, f"conversation {conversation}")
    turn = await _turn(transcript, conversation, until)
    if turn is None:
        yield Step("answered", False, "the turn has no outcome; is the bot running?")
        return
    timeline = await transcript.timeline(conversation)
    good = turn.reason is None
    yield Step("answered", good, _reply(timeline) if good else f"failed: {turn.reason}")
    if not good or sample.channel == VOICE:
        return
    parts = await outbox.parts(conversation)
    while not all(ended for _, ended in parts) and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        parts = await outbox.parts(conversation)
    shown = json.dumps([part for part, _ in parts], ensure_ascii=False)[:SHOWN]
    good = bool(parts) and all(ended for _, ended in parts)
    yield Step("would be sent", good, shown if good else f"the reply waits in line: {shown}")


async def _turn(transcript: Transcript, conversation: str, until: float) -> TurnRecord | None:
    """The conversation's one turn once it has ended; None when it has not in time."""
    while time.monotonic() < until:
        timeline = await transcript.timeline(conversation)
        turns = timeline.turns.values() if timeline else ()
        if ended := next((turn for turn in turns if turn.finished_at), None):
            return ended
        await asyncio.sleep(LOOK_SECONDS)
    return None


def _reply(timeline: Timeline | None) -> str:
    every = [entry.message for entry in timeline.entries] if timeline else []
    said = [message.text for message in every if message.author is not Author.STUDENT]
    return " / ".join(said)[:SHOWN]
