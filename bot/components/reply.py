"""One wire form for everything the dialogue says, whether it is said now or read back."""

from collections import OrderedDict
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.languages import plain

Wire = Dict[Text, Any]

CONVERSATIONS = 5000
"""Conversations whose turn ids are kept in memory: some 10 MB at twenty turns each."""


def wire_of(message: Wire) -> List[Wire]:
    """The wire forms of one bot message: a text with its choices, a custom payload, or both."""
    replies: List[Wire] = []
    buttons = message.get("buttons") or message.get("quick_replies") or []
    if message.get("text") or buttons:
        choices = [
            {"label": b["title"], "text": b["title"], "payload": b.get("payload")} for b in buttons
        ]
        replies.append({"text": message.get("text") or "", "choices": choices})
    if message.get("custom"):
        replies.append({"custom": message["custom"]})
    return replies


FAILURE = "failure"
"""Type of the payload of an action that could not do its work."""


class Collected(OutputChannel):
    """Keeps what the dialogue says, whole: the stock collector splits text on blank lines."""

    def __init__(self) -> None:
        self.replies: List[Wire] = []

    @classmethod
    def name(cls) -> Text:
        """The channel's name as response conditions see it."""
        return "gateway"

    async def send_response(self, recipient_id: Text, message: Wire) -> None:
        """Called by Rasa once for every bot message of the turn."""
        self.replies.extend(wire_of(message))


def speaks(replies: List[Wire]) -> bool:
    """Whether something is said to the student; a failure is not, the gateway apologises for it."""
    return any((reply.get("custom") or {}).get("type") != FAILURE for reply in replies)


def opening_turn(tracker: Optional[DialogueStateTracker]) -> Optional[Text]:
    """Id of the turn whose reply was the first that the student got; None before there is one."""
    turn_id: Optional[Text] = None
    for event in tracker.events if tracker is not None else ():
        if isinstance(event, UserUttered):
            turn_id = event.message_id
        elif isinstance(event, BotUttered) and turn_id and speaks(wire_of(event.message())):
            return turn_id
    return None


def disclosing(replies: List[Wire], disclosure: Text, disclosed: Text) -> List[Wire]:
    """The first replies of a conversation, which say that it is a machine that answers.

    What they say already, in the words ``disclosed``, is not said twice.
    """
    texts = [
        reply.get("text") or (reply.get("custom") or {}).get("text") or "" for reply in replies
    ]
    told = any(plain(disclosed) in plain(text) for text in texts)
    place = next((place for place, text in enumerate(texts) if text), None)
    if told or place is None:
        return replies
    text = f"{disclosure}\n\n{texts[place]}"
    first = replies[place]
    changed = {**first, "text": text} if first.get("text") else _with_text(first, text)
    return [*replies[:place], changed, *replies[place + 1 :]]


def _with_text(reply: Wire, text: Text) -> Wire:
    return {**reply, "custom": {**reply["custom"], "text": text}}


def said_before(tracker: Optional[DialogueStateTracker], turn_id: Text) -> Optional[Wire]:
    """The replies and parse data of the turn ``turn_id``, or None if it was never handled.

    The tracker is the record, so that a repeat is recognised after a restart too.
    """
    if tracker is None:
        return None
    found: Optional[Wire] = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if found is not None:
                break
            if event.message_id == turn_id:
                found = {"replies": [], "parse_data": event.parse_data}
        elif found is not None and isinstance(event, BotUttered):
            found["replies"].extend(wire_of(event.message()))
    return found


class _Known:
    """What is known of one conversation: its turns, and the one that was answered first."""

    def __init__(self, tracker: Optional[DialogueStateTracker]) -> None:
        events = tracker.events if tracker is not None else []
        self.turns = {e.message_id for e in events if isinstance(e, UserUttered)}
        self.opening = opening_turn(tracker)


class HandledTurns:
    """Which turns this process knows to be handled, so that a new turn costs no extra read.

    A conversation is read once; from then on every turn of it passes through this process.
    """

    def __init__(self, retrieve: Callable[[Text], Awaitable[Optional[DialogueStateTracker]]]):
        self._retrieve = retrieve
        self._known: "OrderedDict[Text, _Known]" = OrderedDict()

    async def read_back(self, conversation: Text, turn_id: Text) -> Optional[Wire]:
        """The turn as `said_before` gives it, or None when it is new."""
        known = self._known.get(conversation)
        if known is not None and turn_id not in known.turns:
            return None
        tracker = await self._retrieve(conversation)
        self._known[conversation] = _Known(tracker)
        if len(self._known) > CONVERSATIONS:
            self._known.popitem(last=False)
        return said_before(tracker, turn_id)

    def add(self, conversation: Text, turn_id: Text, replies: List[Wire]) -> None:
        """Called once the turn is in the tracker store."""
        known = self._known.get(conversation)
        if known is not None:
            known.turns.add(turn_id)
            if known.opening is None and speaks(replies):
                known.opening = turn_id
            self._known.move_to_end(conversation)

    def forget(self, conversation: Text) -> None:
        """Called once the conversation is erased from the tracker store."""
        self._known.pop(conversation, None)

    def opens(self, conversation: Text, turn_id: Text) -> bool:
        """Whether a handled turn's reply is the first of its conversation."""
        known = self._known.get(conversation)
        return known is not None and known.opening == turn_id
