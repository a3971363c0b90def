"""How the gateway asks the bot: one turn in, replies or a reason word out, never an exception."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from channels.model import Choice, OutboundMessage
from knowledge_base.model import Citation

REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""A reason is one word, so that it can label a metric and never carries a student's text."""
LANGUAGE = re.compile(r"[a-z]{2,3}")
"""ISO 639 codes, in two or three letters."""
REPLY_LIMIT = 1024 * 1024
"""Bytes of a reply that are read; the longest real answers are a few kilobytes."""
REACH_SECONDS = 2.0
"""Seconds within which a bot that is there says so; its health page takes milliseconds."""


@dataclass(frozen=True, slots=True)
class BrainReply:
    """What the bot made of a turn; ``reason`` is None exactly when it went well."""

    replies: tuple[OutboundMessage, ...] = ()
    intent: str | None = None
    confidence: float | None = None
    form: str | None = None
    reason: str | None = None
    language: str | None = None
    """ISO 639-1 code of the language in which the bot answered."""

    @property
    def status(self) -> str:
        """``ok`` or ``failed``."""
        return "ok" if self.reason is None else "failed"


class Brain(Protocol):
    """Whatever answers turns."""

    async def turn(
        self,
        conversation: str,
        turn_id: str,
        text: str,
        payload: str | None,
        language: str | None = None,
        program: str | None = None,
    ) -> BrainReply:
        """Answer one turn; a repeated ``turn_id`` gets the same reply.

        ``language`` is a hint for when the words do not tell: a BCP 47 tag. ``program`` is the id
        of the one that the page around the chat is about.
        """

    async def reachable(self) -> bool:
        """Whether it can be asked at this moment."""

    async def forget(self, conversation: str) -> bool:
        """Whether nothing is remembered of a conversation any more."""


class RasaBrain:
    """Rasa behind its gateway channel, as docs/architecture.md describes it.

    Reasons: ``unreachable``, ``timeout``, ``unauthorized`` (401), ``rejected`` (400 and other
    refusals), ``no_reply``, ``empty``, ``malformed``, ``action_failed``, ``unavailable``, or the
    word that the bot itself gave.
    """

    def __init__(
        self, url: str, token: str, session: aiohttp.ClientSession, deadline: float
    ) -> None:
        """``deadline`` is in seconds and covers the whole turn, retry included."""
        self._door = f"{url.rstrip('/')}/webhooks/gateway"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session = session
        self._deadline = deadline

    async def turn(
        self,
        conversation: str,
        turn_id: str,
        text: str,
        payload: str | None,
        language: str | None = None,
        program: str | None = None,
    ) -> BrainReply:
        """Ask once, and once more when the connection breaks: ``turn_id`` makes that safe."""
        body = {
            "conversation": conversation,
            "turn_id": turn_id,
            "text": text,
            "payload": payload,
            "language": language,
            "program": program,
        }
        try:
            async with asyncio.timeout(self._deadline):
                try:
                    return await self._ask(body)
                except aiohttp.ClientConnectorError:
                    raise
                except aiohttp.ClientConnectionError:
                    return await self._ask(body)
        except TimeoutError:
            return BrainReply(reason="timeout")
        except aiohttp.ClientError:
            return BrainReply(reason="unreachable")

    async def reachable(self) -> bool:
        """Whether the bot answers and has loaded its model."""
        limit = aiohttp.ClientTimeout(total=REACH_SECONDS)
        try:
            async with self._session.get(f"{self._door}/health", timeout=limit) as response:
                return response.status == HTTPStatus.OK
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def forget(self, conversation: str) -> bool:
        """Have the bot erase what it remembers of a conversation; False when it could not."""
        body = {"conversation": conversation}
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._session.post(
                    f"{self._door}/forget", json=body, headers=self._headers
                ) as response,
            ):
                return response.status == HTTPStatus.OK
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _ask(self, body: dict[str, Any]) -> BrainReply:
        async with self._session.post(
            f"{self._door}/turn", json=body, headers=self._headers
        ) as response:
            raw = await response.content.read(REPLY_LIMIT + 1)
            while len(raw) <= REPLY_LIMIT and (more := await response.content.read(REPLY_LIMIT)):
                raw += more
            status = response.status
        if len(raw) > REPLY_LIMIT:
            return BrainReply(reason="malformed")
        return read_reply(status, raw)


def read_reply(status: int, raw: bytes) -> BrainReply:
    """The bot's HTTP answer as a `BrainReply`, whatever it holds."""
    try:
        wire = json.loads(raw)
    except ValueError:
        wire = None
    if status != HTTPStatus.OK:
        return BrainReply(reason=_refusal(status, wire))
    if not isinstance(wire, dict):
        return BrainReply(reason="malformed")
    try:
        return _read_ok(wire)
    except (KeyError, TypeError, ValueError, AttributeError):
        return BrainReply(reason="malformed")


def _refusal(status: int, wire: object) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return "unauthorized"
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "rejected"
    return _word(wire.get("reason") if isinstance(wire, dict) else None, "unavailable")


def _read_ok(wire: dict[str, Any]) -> BrainReply:
    understood: dict[str, Any] = wire.get("intent") or {}
    intent, form = understood.get("name"), wire.get("form")
    confidence, language = understood.get("confidence"), wire.get("language")
    reason = _outcome_reason(wire)
    return BrainReply(
        replies=() if reason else tuple(_message(reply) for reply in wire["replies"]),
        intent=str(intent)[:120] if intent else None,
        confidence=float(confidence) if confidence is not None else None,
        form=str(form)[:120] if form else None,
        reason=reason,
        language=language if isinstance(language, str) and LANGUAGE.fullmatch(language) else None,
    )


def _outcome_reason(wire: dict[str, Any]) -> str | None:
    if wire["status"] == "no_reply":
        return "no_reply"
    if wire["status"] != "ok":
        return _word(wire.get("reason"), "malformed")
    if not wire["replies"]:
        return "empty"
    for reply in wire["replies"]:
        custom = reply.get("custom")
        if custom and custom["type"] == "failure":
            return _word(custom.get("reason"), "action_failed")
    return None


def _message(reply: dict[str, Any]) -> OutboundMessage:
    custom = reply.get("custom")
    if custom is None:
        choices = tuple(_choice(choice) for choice in reply.get("choices") or ())
        text = reply["text"] if choices and reply["text"] == "" else _text(reply["text"])
        return OutboundMessage(text, choices=choices)
    if custom["type"] == "answer":
        for citation in custom["citations"]:
            Citation.from_wire(citation)
        nearest = custom.get("nearest") or ()
        choices = tuple(Choice(_text(t["label"]), _text(t["question"])) for t in nearest)
        return OutboundMessage(_text(custom["text"]), kind="answer", choices=choices, answer=custom)
    if custom["type"] == "handover":
        reason = _word(custom.get("reason"), "")
        return OutboundMessage(str(custom.get("text") or ""), kind="handover", reason=reason)
    raise ValueError(custom["type"])


def _choice(wire: dict[str, Any]) -> Choice:
    label, payload = _text(wire["label"]), wire.get("payload")
    if payload is not None and not _text(payload).startswith("/"):
        return Choice(label, text=payload)
    return Choice(label, str(wire.get("text") or ""), payload)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text")
    return value


def _word(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and REASON.fullmatch(value) else otherwise
