"""One wire form for everything the dialogue says, whether it is said now or read back."""

from typing import Any, Dict, List, Optional, Text

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

Wire = Dict[Text, Any]


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
