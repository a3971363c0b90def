"""The one door into the dialogue: the gateway's turns come in here, and honest results go out."""

import asyncio
import hmac
import logging
import traceback
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text, Tuple

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from components import patches
from components.context import in_context
from components.language_identifier import HELD, LANGUAGE, settled
from components.languages import ENGLISH, grammar
from components.nlg import in_language
from components.reply import Collected, HandledTurns, Wire, disclosing, said_before
from components.stores import forget
from components.turn import Malformed, Turn, conversation_of

logger = logging.getLogger(__name__)

TOKEN_VARIABLE = "ADVISOR_BOT_TOKEN"
PROGRAM = "program"
"""The part of a message's metadata that names the program which the page around it is about."""
DISCLOSURE = "utter_disclosure"
"""The domain's response that the first reply of a conversation begins with."""
MIN_TOKEN_LENGTH = 32
"""Characters: 128 bits even when they are hexadecimal digits."""


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
            if asked.command and not _known(agent, asked.command):
                return _refusal(400, "malformed", "payload names an intent that does not exist")
            return await self._answer(agent, asked)

        @gateway.post("/forget")
        async def forget_one(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return _refusal(401, "unauthorised", "send Authorization: Bearer TOKEN")
            try:
                conversation = conversation_of(request.json)
            except (Malformed, SanicException):
                return _refusal(400, "malformed", "the body must name a conversation")
            agent = _agent(request)
            if agent is None:
                return _refusal(503, "starting", "no model is loaded yet")
            return await self._forget(agent, conversation)

        return gateway

    def _authorised(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.encode("utf-8", "replace"), self._token)
        return same and scheme.lower() == "bearer"

    async def _forget(self, agent: Agent, conversation: Text) -> HTTPResponse:
        """Waits for the turns under way, which would write the conversation anew."""
        running = [task for (whose, _), task in self._running.items() if whose == conversation]
        if running:
            await asyncio.wait(running)
        try:
            async with agent.lock_store.lock(conversation):
                await forget(agent.tracker_store, conversation)
        except LockError:
            return _refusal(503, "busy", "an earlier turn of this conversation is still running")
        if self._handled is not None:
            self._handled.forget(conversation)
        return response.json({"status": "ok"})

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
        replies = _opened(agent, turn, before["replies"], before["parse_data"], handled)
        form = await active_form(agent, turn.conversation)
        return _result(turn, replies, before["parse_data"], form)
    tracker = await agent.tracker_store.retrieve(turn.conversation)
    latest = latest_reading(tracker)
    language = latest.get(LANGUAGE) or turn.language
    parse_data = await understand(agent, turn, language, words_of(tracker, turn.meant))
    parse_data = settled(parse_data, language, turn.payload is not None, latest.get(HELD))
    if turn.command is None:
        form = tracker.active_loop_name if tracker is not None else None
        parse_data = in_context(parse_data, form)
    out = Collected()
    await agent.handle_message(
        UserMessage(
            text=parse_data["text"],
            output_channel=out,
            sender_id=turn.conversation,
            parse_data=parse_data,
            input_channel=GatewayChannel.name(),
            message_id=turn.turn_id,
            metadata={PROGRAM: turn.program} if turn.program else None,
        )
    )
    handled.add(turn.conversation, turn.turn_id, out.replies)
    replies = _opened(agent, turn, out.replies, parse_data, handled)
    form = await active_form(agent, turn.conversation)
    return _result(turn, replies, parse_data, form)


def _opened(
    agent: Agent,
    turn: Turn,
    replies: List[Wire],
    parse_data: Dict[Text, Any],
    handled: HandledTurns,
) -> List[Wire]:
    """The replies; those that begin a conversation disclose what answers, in the turn's language."""
    language = parse_data.get(LANGUAGE, ENGLISH)
    told = in_language(agent.domain.responses, language).get(DISCLOSURE) if agent.domain else None
    if not told or not handled.opens(turn.conversation, turn.turn_id):
        return replies
    return disclosing(replies, told[0]["text"], grammar(language).disclosed)


async def active_form(agent: Agent, conversation: Text) -> Optional[Text]:
    """The form that is being filled in; without any form in the domain nothing is read."""
    if not agent.domain or not agent.domain.form_names:
        return None
    tracker = await agent.tracker_store.retrieve(conversation)
    return tracker.active_loop_name if tracker is not None else None


def latest_reading(tracker: Optional[DialogueStateTracker]) -> Dict[Text, Any]:
    """What the last message was read as; nothing before there is one."""
    latest = tracker.latest_message if tracker is not None else None
    return (latest.parse_data or {}) if latest is not None else {}


def words_of(tracker: Optional[DialogueStateTracker], turn_id: Optional[Text]) -> Optional[Text]:
    """What was said in an earlier turn; None without one."""
    said = said_before(tracker, turn_id) if turn_id else None
    return said["parse_data"]["text"] if said is not None else None


async def understand(
    agent: Agent, turn: Turn, language: Optional[Text], words: Optional[Text] = None
) -> Dict[Text, Any]:
    """What the turn means: the command it picked, or else what its text says, in a conversation
    in ``language``.

    A command may be picked for ``words`` of an earlier turn. Rasa would take a typed ``/restart``
    for a command, so leading slashes are not shown to it.
    """
    if words is not None:
        shown = f"/{turn.command}"
    else:
        shown = turn.payload or turn.text.lstrip("/ \t\r\n\f\v\u00a0\u3000")
    message = UserMessage(shown, metadata={LANGUAGE: language})
    parse_data = dict(await agent.processor.parse_message(message))
    parse_data["text"] = (words or turn.text or turn.payload or "").strip()
    return parse_data


def _result(turn: Turn, replies: Any, parse_data: Any, form: Optional[Text]) -> Wire:
    return {
        "status": "ok" if replies else "no_reply",
        "turn_id": turn.turn_id,
        "replies": replies,
        "intent": _intent(parse_data),
        "form": form,
        "language": parse_data.get(LANGUAGE, ENGLISH),
    }


def _intent(parse_data: Dict[Text, Any]) -> Wire:
    """Name and confidence; an uncertain reading keeps the confidence of its best guess."""
    intent = parse_data.get("intent") or {}
    confidence = intent.get("confidence") or 0.0
    ranking = parse_data.get("intent_ranking") or []
    if intent.get("name") == DEFAULT_NLU_FALLBACK_INTENT_NAME and len(ranking) > 1:
        confidence = ranking[1]["confidence"]
    return {"name": intent.get("name"), "confidence": round(float(confidence), 4)}


def _known(agent: Agent, intent: Text) -> bool:
    return agent.domain is not None and intent in agent.domain.intents


def _agent(request: Request) -> Optional[Agent]:
    agent = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _refusal(code: int, reason: Text, detail: Text) -> HTTPResponse:
    return response.json({"status": "error", "reason": reason, "detail": detail}, status=code)
