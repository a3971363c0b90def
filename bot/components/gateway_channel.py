"""The one door into the dialogue: the gateway's turns come in here, and honest results go out."""

import asyncio
import hmac
import logging
import re
import traceback
from typing import Any, Awaitable, Callable, Dict, Optional, Text, Tuple

from components import patches
from components.reply import Collected, HandledTurns, Wire
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

TOKEN_VARIABLE = "ADVISOR_BOT_TOKEN"
MIN_TOKEN_LENGTH = 32
"""Characters: 128 bits even when they are hexadecimal digits."""

MAX_TEXT_LENGTH = 20_000
"""Characters; the gateway refuses far shorter ones, this only bounds the work of one request."""

ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""Conversation and turn ids; the tracker table's column holds 255 characters."""

PAYLOAD = re.compile(r"/(?P<intent>[A-Za-z0-9_]+)(\{.*\})?")
"""A command, as Rasa reads it: an intent and, maybe, entities as one JSON object."""


class Malformed(Exception):
    """The request cannot be understood; the message says which field and what it may be."""


class Turn:
    """One turn as the gateway sends it, checked."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise Malformed("the body must be one JSON object")
        self.conversation = _identifier(body, "conversation")
        self.turn_id = _identifier(body, "turn_id")
        self.payload = _payload(body.get("payload"))
        self.text = _text(body.get("text"), required=self.payload is None)


def _identifier(body: Dict[Text, Any], field: Text) -> Text:
    value = body.get(field)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Malformed(f"{field} must be 1 to 128 letters, digits or any of _ . : -")
    return value


def _payload(value: Any) -> Optional[Text]:
    if value is None:
        return None
    match = PAYLOAD.fullmatch(value) if isinstance(value, str) else None
    if match is None or match.group("intent") in DEFAULT_INTENTS:
        raise Malformed("payload must be null, or /intent with entities as one JSON object")
    return Text(value)


def _text(value: Any, required: bool) -> Text:
    text = "" if value is None else value
    if not isinstance(text, str) or (required and not text.strip()):
        raise Malformed("text must be a string that is not empty")
    if len(text) > MAX_TEXT_LENGTH:
        raise Malformed(f"text must have at most {MAX_TEXT_LENGTH} characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("text holds half of a surrogate pair; send valid Unicode") from error
    return Text(text)


class GatewayChannel(InputChannel):
    """``POST /webhooks/gateway/turn``, as docs/architecture.md fixes it."""

    def __init__(self, token: Text) -> None:
        self._token = token.encode()
        self._running: Dict[Tuple[Text, Text], "asyncio.Task[Wire]"] = {}
        self._handled: Optional[HandledTurns] = None

    @classmethod
    def name(cls) -> Text:
        """The last part of the URL's prefix."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "GatewayChannel":
        """Raises RasaException when the token is unset or too short to keep anyone out."""
        token = str((credentials or {}).get("token") or "")
        if len(token) < MIN_TOKEN_LENGTH:
            raise RasaException(
                f"{TOKEN_VARIABLE} must hold at least {MIN_TOKEN_LENGTH} characters and has "
                f"{len(token)}. Make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        patches.apply()
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; the agent is taken from the application, not from ``on_new_message``."""
        gateway = Blueprint("gateway")

        @gateway.get("/health")
        async def health(request: Request) -> HTTPResponse:
            ready = _agent(request) is not None
            return response.json({"status": "ok" if ready else "starting"}, 200 if ready else 503)

        @gateway.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return _refusal(401, "unauthorised", "send Authorization: Bearer TOKEN")
            try:
                asked = Turn(request.json)
            except (Malformed, SanicException) as error:
                detail = str(error) if isinstance(error, Malformed) else "the body is not JSON"
                return _refusal(400, "malformed", detail)
            agent = _agent(request)
            if agent is None:
                return _refusal(503, "starting", "no model is loaded yet")
            if asked.payload and not _known(agent, asked.payload):
                return _refusal(400, "malformed", "payload names an intent that does not exist")
            return await self._answer(agent, asked)

        return gateway

    def _authorised(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.encode("utf-8", "replace"), self._token)
        return same and scheme.lower() == "bearer"

    async def _answer(self, agent: Agent, turn: Turn) -> HTTPResponse:
        """Joins a repeat to the turn under way; a caller that hangs up does not stop it."""
        key = (turn.conversation, turn.turn_id)
        task = self._running.get(key)
        if task is None:
            self._handled = self._handled or HandledTurns(agent.tracker_store.retrieve)
            task = asyncio.ensure_future(handle(agent, turn, self._handled))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        try:
            return response.json(await asyncio.shield(task))
        except LockError:
            return _refusal(503, "busy", "an earlier turn of this conversation is still running")
        except Exception as error:  # the last edge before the wire: say so, keep the words out
            where = traceback.extract_tb(error.__traceback__)[-1]
            logger.error(
                "turn %s failed: %s at %s:%s",
                turn.turn_id, type(error).__name__, where.filename, where.lineno,
            )  # fmt: skip
            return _refusal(503, "dialogue", "the dialogue failed; its log says where")


async def handle(agent: Agent, turn: Turn, handled: HandledTurns) -> Wire:
    """Handles a turn once, or reads back what it was answered before.

    Raises LockError when an earlier turn of the conversation outlives the lock.
    """
    before = await handled.read_back(turn.conversation, turn.turn_id)
    if before is not None:
        form = await active_form(agent, turn.conversation)
        return _result(turn, before["replies"], before["parse_data"], form)
    parse_data = await understand(agent, turn)
    out = Collected()
    await agent.handle_message(
        UserMessage(
            text=turn.text or turn.payload,
            output_channel=out,
            sender_id=turn.conversation,
            parse_data=parse_data,
            input_channel=GatewayChannel.name(),
            message_id=turn.turn_id,
        )
    )
    handled.add(turn.conversation, turn.turn_id)
    form = await active_form(agent, turn.conversation)
    return _result(turn, out.replies, parse_data, form)


async def active_form(agent: Agent, conversation: Text) -> Optional[Text]:
    """The form that is being filled in; without any form in the domain nothing is read."""
    if not agent.domain or not agent.domain.form_names:
        return None
    tracker = await agent.tracker_store.retrieve(conversation)
    return tracker.active_loop_name if tracker is not None else None


async def understand(agent: Agent, turn: Turn) -> Dict[Text, Any]:
    """What the turn means: the command it picked, or else what its text says.

    Rasa would take a typed ``/restart`` for a command, so leading slashes are not shown to it.
    """
    shown = turn.payload or turn.text.lstrip("/ \t\r\n\f\v\u00a0\u3000")
    parse_data = await agent.processor.parse_message(UserMessage(shown))
    parse_data["text"] = (turn.text or turn.payload or "").strip()
    return dict(parse_data)


def _result(turn: Turn, replies: Any, parse_data: Any, form: Optional[Text]) -> Wire:
    return {
        "status": "ok" if replies else "no_reply",
        "turn_id": turn.turn_id,
        "replies": replies,
        "intent": _intent(parse_data),
        "form": form,
    }


def _intent(parse_data: Dict[Text, Any]) -> Wire:
    """Name and confidence; an uncertain reading keeps the confidence of its best guess."""
    intent = parse_data.get("intent") or {}
    confidence = intent.get("confidence") or 0.0
    ranking = parse_data.get("intent_ranking") or []
    if intent.get("name") == DEFAULT_NLU_FALLBACK_INTENT_NAME and len(ranking) > 1:
        confidence = ranking[1]["confidence"]
    return {"name": intent.get("name"), "confidence": round(float(confidence), 4)}


def _known(agent: Agent, payload: Text) -> bool:
    match = PAYLOAD.fullmatch(payload)
    return bool(match and agent.domain and match.group("intent") in agent.domain.intents)


def _agent(request: Request) -> Optional[Agent]:
    agent = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _refusal(code: int, reason: Text, detail: Text) -> HTTPResponse:
    return response.json({"status": "error", "reason": reason, "detail": detail}, status=code)
