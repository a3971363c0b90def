"""Puts the rooms of the support console together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from channels.answerer import Answerer
from channels.carrier import Post
from channels.console.entrance import Entrance
from channels.console.live import Live
from channels.hub import Hub
from channels.settings import InstitutionSettings
from channels.storage import Storage
from channels.support.context import Contexts
from channels.support.conversation_forms import ConversationForms
from channels.support.conversation_pages import ConversationPages
from channels.support.finding import Finder
from channels.support.inbox_pages import InboxPages
from channels.support.mailing import HandoverMails, Postman
from channels.support.notebook import Notebook
from channels.support.replies import Replies
from channels.support.reply_pages import ReplyPages
from channels.support.review_pages import ReviewPages
from channels.support.reviewing import Reviews
from channels.support.settings import SupportSettings
from channels.support.speaking import Speaking
from channels.support.views import Views
from channels.support.watch import SupportWatch
from channels.transcript import Transcript
from channels.waiting_line import WaitingLine

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SupportParts:
    """What the support console needs of the gateway."""

    settings: SupportSettings
    institution: InstitutionSettings
    transcript: Transcript
    post: Post
    answerer: Answerer
    line: WaitingLine
    longest: int
    """Characters that a person may write at once."""
    postman: Postman | None
    """Who sends mails to staff; None: nobody can."""
    url: str
    """Where students reach the gateway, without a trailing slash."""


@dataclass(frozen=True, slots=True)
class SupportRooms:
    """Every page, and what looks after them."""

    inbox: InboxPages
    conversation: ConversationPages
    forms: ConversationForms
    reviews: ReviewPages
    replies: ReplyPages
    watch: SupportWatch


def support_rooms(
    parts: SupportParts, *, storage: Storage, hub: Hub, entrance: Entrance, live: Live
) -> SupportRooms:
    """Make the rooms; nothing opens."""
    finder, notebook, replies = Finder(storage), Notebook(storage), Replies(storage)
    reviews = Reviews(storage)
    speaking = Speaking(
        storage=storage,
        post=parts.post,
        hub=hub,
        answerer=parts.answerer,
        institution=parts.institution.name,
        url=parts.url,
        hold=timedelta(minutes=parts.settings.hold_minutes),
    )
    conversation = ConversationPages(
        transcript=parts.transcript,
        speaking=speaking,
        contexts=Contexts(storage),
        notebook=notebook,
        replies=replies,
        reviews=reviews,
        finder=finder,
        institution=parts.institution,
        longest=parts.longest,
        sends_files=parts.settings.most_bytes > 0,
        entrance=entrance,
        live=live,
    )
    forms = ConversationForms(
        speaking=speaking,
        notebook=notebook,
        reviews=reviews,
        longest=parts.longest,
        most_bytes=parts.settings.most_bytes,
        hub=hub,
        entrance=entrance,
    )
    recipients, mails = parts.settings.mail_to, None
    if recipients and parts.postman:
        mails = HandoverMails(storage, parts.postman, live, recipients, parts.url)
    elif recipients:
        log.warning("staff_cannot_be_told", missing="channels.email")
    return SupportRooms(
        InboxPages(finder, notebook, Views(storage), entrance, live),
        conversation,
        forms,
        ReviewPages(reviews, entrance),
        ReplyPages(replies, entrance),
        SupportWatch(
            parts.line, finder, live, timedelta(minutes=parts.settings.escalate_minutes), mails
        ),
    )
