"""Who was told what has changed, and the correction that goes to those who can still be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from aiohttp import web

from channels.console.entrance import ACTOR
from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.staff.corrections import Wanted
from channels.staff.entry_pages import entry_path
from channels.staff.room import Room, number, page
from knowledge_base.drafts.differences import replaced
from knowledge_base.model import Citation, Document
from languages.speech import ENGLISH, available, name_of, say, speaking

DAYS = 30
SHOWN = 200
TEXT_CHARACTERS = 1_500
"""Of a correction: a text message of Twilio's holds 1,600, and the source goes with it."""
BLANK = "[…]"
"""Stands in the prepared words where a person has to say what holds now."""


class CorrectionPages:
    """What is done when something that was published turns out to have changed."""

    def __init__(self, room: Room, institution: str) -> None:
        self._room = room
        self._institution = institution

    def routes(self) -> list[web.RouteDef]:
        """Both routes of an entry."""
        path = "/staff/relied/{entry}"
        return [
            self._room.get(path, self.relied, Permission.READ_GAPS),
            self._room.post(path, self.correct, Permission.PUBLISH),
        ]

    async def relied(self, request: web.Request) -> web.Response:
        """The answers of the last days that cite an entry, and what corrections became of them."""
        return await self._relied(
            request, request.query.get("value", ""), request.query.get("days")
        )

    async def _relied(
        self,
        request: web.Request,
        value: str,
        days: object,
        typed: dict[str, str] | None = None,
        problem: str = "",
    ) -> web.Response:
        identity, value = request.match_info["entry"], value.strip()[:SHOWN]
        within = number(days, DAYS, most=366)
        found = await self._room.recorded.relied_on(identity, value, within)
        told = list(dict.fromkeys(each.conversation for each in found))
        published = await self._room.content.published(identity)
        now = await self._now(identity, value, published[0] if published else None)
        languages = await self._languages(told)
        return page(
            request,
            "staff_relied.html",
            400 if problem else 200,
            identity=identity,
            days=within,
            value=value,
            found=found[:SHOWN],
            count=len(found),
            conversations=len(told),
            reached=Counter((await self._room.corrections.reaching.of_each(told)).values()),
            document=published[0] if published else None,
            now=now,
            texts=typed or self._prepared(languages, value, now),
            names={code: name_of(code) for code in languages},
            queued=await self._room.corrections.of(identity),
            problem=problem,
            path=entry_path,
        )

    async def correct(self, request: web.Request) -> web.Response:
        """Queue the words that a person has confirmed, once for each conversation."""
        identity, form = request.match_info["entry"], await request.post()
        value = str(form.get("value", "")).strip()
        texts = {
            code: str(form.get(f"text_{code}", "")).strip()[:TEXT_CHARACTERS]
            for code in available()
            if f"text_{code}" in form
        }
        published = await self._room.content.published(identity)
        problem = _problem(value, texts, published[0] if published else None)
        days = form.get("days")
        if problem or published is None:
            return await self._relied(request, value, days, texts, problem)
        document = published[0]
        now = await self._now(identity, value, document)
        quote = now if now and now in document.text else document.title
        citation = Citation(
            document.title,
            quote,
            document.url,
            document.id,
            institution=document.institution,
            validity=document.validity,
        )
        found = await self._room.recorded.relied_on(identity, value, number(days, DAYS, most=366))
        wanted = Wanted(identity, value, {"": next(iter(texts.values())), **texts}, citation)
        made, had = await self._room.corrections.queue(request[ACTOR], wanted, found)
        said = f"Queued for {made} conversations." if made != 1 else "Queued for 1 conversation."
        if had:
            said += f" {had} had been told before." if had != 1 else " 1 had been told before."
        where = request.rel_url.with_query({"value": value, "days": str(days or DAYS)})
        return see_other(str(where), said)

    async def _now(self, identity: str, value: str, document: Document | None) -> str:
        """What stands in the newest revision where an older one said the value, if published."""
        if not value or document is None:
            return ""
        kept = await self._room.review.revisions(identity)
        for after, before in pairwise(kept):
            if after.entry and before.entry and value in before.entry.document.text:
                found = replaced(before.entry.document.text, after.entry.document.text, value)
                if found:
                    return found if found in document.text else ""
        return ""

    async def _languages(self, told: Iterable[str]) -> list[str]:
        """In which some conversations are had, English first; others are told in English."""
        known = await self._room.corrections.languages(list(told))
        return [code for code in available() if code == ENGLISH or code in known.values()]

    def _prepared(self, languages: Iterable[str], value: str, now: str) -> dict[str, str]:
        """By language the words to be confirmed; the new value is quoted as it is published."""
        texts = {}
        for code in languages:
            with speaking(code):
                texts[code] = say(
                    "A correction from {institution}: earlier you were told “{told}” here. That "
                    "has changed. It is now: {now} [1]",
                    institution=self._institution,
                    told=value,
                    now=now or BLANK,
                )
        return texts


def _problem(value: str, texts: dict[str, str], document: Document | None) -> str:
    """Why nothing can be queued; empty when it can."""
    if not value:
        return "Say first what was told, such as the old fee, and look who was told it."
    if document is None:
        return "This entry is not published. Publish what holds now; then it can be cited."
    if any(BLANK in words for words in texts.values()):
        return f"Say in place of {BLANK} what holds now."
    if not texts or not all(texts.values()):
        return "The correction needs its words in every language that is shown."
    return ""
