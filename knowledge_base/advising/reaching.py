"""Answers who can be reached, how, when and where, from the published contacts of offices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from knowledge_base.advising.contacts import Contact, contacts_in
from knowledge_base.advising.following import LastAnswer, person
from knowledge_base.lexical import words as stems
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Passage
from knowledge_base.typed.draft import Draft
from languages.speech import say

_SEARCHED = 10
"""Passages among which a search looks for contacts."""
_LONGEST = 12
"""Words of a message that asks for a contact; a longer one tells of more than that."""
_DETAIL = re.compile(
    r"\b(?<!\bmy )(?<!\bown )(?:(?:tele)?phones?|(?:phone )?numbers?|e-?mails?|mail|address"
    r"|contacts?|contact info\w*"
    r"|(?:office|opening) hours)\b",
    re.I,
)
"""What somebody asks for who wants to reach an office."""
_WHO = re.compile(
    r"\bwho(?:m)? (?:do|can|could|should|shall|would|must) (?:i|we) "
    r"(?:\w+ )?(?:ask|call|contact|write|e-?mail|phone|talk|speak|see|tell|turn)\b"
    r"|\bwho (?:can|could) (?:tell|help|answer)\b"
    r"|\b(?:any|some)(?:one|body) (?:\w+ )?(?:can|could|to) (?:call|write|e-?mail|phone)\b"
    r"|\bwhere (?:do|can|should|must) (?:i|we) (?:write|call)\b"
    r"|\b(?:can|could|may) (?:i|we) (?:call|phone|e-?mail)\b"
    r"|\b(?:when|what (?:time|hours|days)|how late|until when)\b.*\b(?:are|do|r) (?:you|u|ya)\b"
    r".*\b(?:open|close|there)\b|^\W*are (?:you|u) (?:guys )?(?:still )?(?:open|closed)\b",
    re.I,
)
_AT_ONCE = re.compile(
    r"\b(?:connect|transfer|forward|hand|pass|put) (?:me|us|this)\b|\b(?:call|phone|ring) me\b"
    r"|\b(?:right )?now\b|\b(?:live|real|human|agent|robot|bot|machine)\b",
    re.I,
)
"""What somebody says who wants a person in this conversation, whatever else is asked for."""
_OPENS = re.compile(
    r"^(?:and |so |ok(?:ay)? )?(?:hours\b|open\b|closed\b|late\b|when\b.*\b(?:open|there|in)\b"
    r"|(?:is|are) (?:they|it|he|she|that|the office|(?:any|some)(?:one|body)) "
    r".*\b(?:open|there|in|late)\b"
    r"|where\b(?: are they| is (?:it|that))?\W*$"
    r"|(?:on |at )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|weekends?\b|(?:at )?nights?\b"
    r"|evenings?\b|what time\b.*\b(?:open|close))",
    re.I,
)
"""What is asked of an office that was just spoken of."""
_NO_NAME = frozenset(
    stems(
        "phone telephone number email mail address contact info information hours hour office open "
        "call write talk speak ask someone somebody anyone person people staff college school "
        "please need want know who whom where when can could help get reach the for of about there "
        "late today tomorrow night evening weekend time connect tell it this that with from is are"
    )
)
"""Words of such a question that name no office, as stems."""


def asks_how_to_reach(words: str) -> bool:
    """Whether a message asks for the contact of an office rather than for a person here and now."""
    asks = bool(_DETAIL.search(words) or _WHO.search(words))
    return asks and not _AT_ONCE.search(words) and len(words.split()) <= _LONGEST


class Reaching:
    """Finds published contacts in the live edition. Raises as `KnowledgeBase.ask`."""

    def __init__(self, library: KnowledgeBase):
        self._library = library

    async def heard(self, words: str, last: LastAnswer | None) -> Answer | None:
        """The answer to a message that asks for a contact; None for any other message.

        It may also ask when or where an office is there that the last answer spoke of.
        """
        if asks_how_to_reach(words):
            return await self.answer(words, last)
        if last is None or len(words.split()) > _LONGEST or not _OPENS.match(words.strip()):
            return None
        told = await self._told_before(last)
        return await self._told(told) if told else None

    async def answer(self, words: str, last: LastAnswer | None) -> Answer | None:
        """The contacts of the office that words name; None when none is published.

        An office that is not named is that of the page which the last answer cites, or one that
        its quotes name.
        """
        found = await self._named(words) or await self._spoken_of(last)
        return await self._told(found) if found else None

    async def of_named(self, words: str) -> Answer | None:
        """The contact of an office that words name, where a table lists it; None otherwise."""
        found = [contact for contact in await self._named(words) if contact.of_table]
        return await self._told(found) if found else None

    async def _named(self, words: str) -> list[Contact]:
        """The contact of what some words name best; none when they name nothing."""
        asked = set(stems(words)) - _NO_NAME
        if not asked:
            return []
        _, ranking = await self._library.examine(f"telephone, email and hours: {words}")
        listed = [(len(asked & c.stems), c) for c in _among(ranking.passages)]
        most = max((hits for hits, _ in listed), default=0)
        best = [contact for hits, contact in listed if hits == most] if most else []
        return sorted(best, key=lambda c: (not c.of_table, len(c.stems)))[:1]

    async def _spoken_of(self, last: LastAnswer | None) -> list[Contact]:
        if last is None or not last.citations:
            return await self._general()
        if told := await self._told_before(last):
            return told
        for document in dict.fromkeys(cited.document_id for cited in last.citations):
            own = [contact for contact in await self._of_page(document) if contact.has_telephone]
            if own and own[0].of_table:
                return own
            if own:
                listed = [c for c in await self._general() if c.ways & own[0].ways]
                return listed[:1] or own[:1]
        said = Counter(stems(" ".join(cited.quote for cited in last.citations)))
        general = await self._general()
        meant = [contact for contact in general if contact.stems and contact.stems <= said.keys()]
        return meant or general

    async def _told_before(self, last: LastAnswer) -> list[Contact]:
        """The contacts that the last answer quoted."""
        quotes = {(cited.document_id, cited.quote) for cited in last.citations}
        pages = [await self._of_page(page) for page in dict.fromkeys(page for page, _ in quotes)]
        return [c for own in pages for c in own if (c.document_id, c.quote) in quotes]

    async def _of_page(self, document: str) -> list[Contact]:
        return list(contacts_in(await self._library.passages_of(document)))

    async def _general(self) -> list[Contact]:
        """Every row of the table that lists offices."""
        _, ranking = await self._library.examine("offices: telephone, email and hours")
        listed = [contact for contact in _among(ranking.passages) if contact.of_table]
        first = listed[0].document_id if listed else ""
        return [contact for contact in listed if contact.document_id == first]

    async def _told(self, found: Sequence[Contact]) -> Answer:
        numbers = {contact: at for at, contact in enumerate(found, 1)}
        lines = [f"- {contact.said} [{number}]" for contact, number in numbers.items()]
        places = dict.fromkeys(contact.place for contact in found if contact.place)
        quoted = tuple((contact.document_id, contact.quote) for contact in found)
        text = "\n\n".join([say("This is how to reach them:"), "\n".join(lines), *places])
        draft = Draft(AnswerKind.QUOTE, text, quoted=quoted, nearest=(person(),))
        return await self._library.told(draft)


def _among(passages: Sequence[Passage]) -> list[Contact]:
    return list(contacts_in(passages[:_SEARCHED]))
