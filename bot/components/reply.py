"""One wire form for everything the dialogue says, whether it is said now or read back."""

from collections import OrderedDict
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set, Text

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

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


class HandledTurns:
    """Which turns this process knows to be handled, so that a new turn costs no extra read.

    A conversation is read once; from then on every turn of it passes through this process.
    """

    def __init__(self, retrieve: Callable[[Text], Awaitable[Optional[DialogueStateTracker]]]):
        self._retrieve = retrieve
        self._turns: "OrderedDict[Text, Set[Text]]" = OrderedDict()

    async def read_back(self, conversation: Text, turn_id: Text) -> Optional[Wire]:
        """The turn as `said_before` gives it, or None when it is new."""
        known = self._turns.get(conversation)
        if known is not None and turn_id not in known:
            return None
        tracker = await self._retrieve(conversation)
        events = tracker.events if tracker is not None else []
        self._turns[conversation] = {e.message_id for e in events if isinstance(e, UserUttered)}
        if len(self._turns) > CONVERSATIONS:
            self._turns.popitem(last=False)
        return said_before(tracker, turn_id)

    def add(self, conversation: Text, turn_id: Text) -> None:
        """Called once the turn is in the tracker store."""
        if conversation in self._turns:
            self._turns[conversation].add(turn_id)
            self._turns.move_to_end(conversation)
