"""Words the messages that choices stand for, so that one that is tapped reads as if typed.

What a student asked in another language than that of the content reaches the knowledge base in
that of the content: it is never shown to them again, nor put into a message for them to send.
"""

from __future__ import annotations

from knowledge_base.model import Topic
from languages.speech import ENGLISH, say, spoken


def meant(label: str, name: str, question: str) -> Topic:
    """One of several things that a question may mean; `question` has its name in place."""
    return Topic(label, question if spoken() == ENGLISH else say("I mean {name}", name=name))


def about(label: str) -> Topic:
    """A page, or a part of one, that is published near to what was asked."""
    title = label.replace(" › ", ": ")
    return Topic(label, title if spoken() == ENGLISH else say("Tell me about {name}", name=title))
