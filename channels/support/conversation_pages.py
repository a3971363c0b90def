"""One conversation: what was said, what stands behind it, and what a person does about it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_string

from channels.console.entrance import ACTOR, SESSION, Entrance, wants_json
from channels.console.live import Live
from channels.console.page import render_page, see_other
from channels.console.permissions import Permission, may
from channels.hub import Hub
from channels.model import Author
from channels.reaching import Reach
from channels.records import Entry, Timeline
from channels.settings import InstitutionSettings
from channels.support.context import Context, Contexts, Standing
from channels.support.finding import Finder
from channels.support.notebook import Notebook
from channels.support.packet import packet
from channels.support.replies import Replies
from channels.support.reviewing import Becomes, Reviews, Verdict
from channels.support.speaking import Agent, Speaking
from channels.transcript import Transcript
from channels.web.markdown import plain_to_html, to_html
from channels.web.sources import source_path

PLACE = "/support/{conversation}"
UNREACHABLE = {
    Reach.CALL: "The student called. What you write would not be heard: call them back.",
    Reach.OPTED_OUT: "The student asked this channel for no more messages. Nothing may be sent.",
    Reach.SWITCHED_OFF: "This channel is not set up any more. What you write would not arrive.",
    Reach.CLOSED: "This channel takes nothing more until the student writes again.",
}
LOST = "You do not hold this conversation any more. Take it over again to write."


class ConversationPages:
    """``/support/c_…`` and what is done there. Forms work without a script too."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        speaking: Speaking,
        contexts: Contexts,
        notebook: Notebook,
        replies: Replies,
        reviews: Reviews,
        finder: Finder,
        institution: InstitutionSettings,
        longest: int,
        hub: Hub,
        entrance: Entrance,
        live: Live,
    ) -> None:
        """``longest`` is what a person may write at once, in characters."""
        self._transcript = transcript
        self._speaking = speaking
        self._contexts = contexts
        self._notebook = notebook
        self._replies = replies
        self._reviews = reviews
        self._finder = finder
        self._institution = institution
        self._longest = longest
        self._hub = hub
        self._entrance = entrance
        self._live = live

    def routes(self) -> list[web.RouteDef]:
        """The page, its parts, and its forms."""
        guard, answer = self._entrance.guard, Permission.ANSWER_CONVERSATIONS
        read = Permission.READ_CONVERSATIONS
        return [
            web.get(PLACE, guard(self.conversation, read)),
            web.get(PLACE + "/news", guard(self.news, read)),
            web.get(PLACE + "/live", guard(self.live, read)),
            web.post(PLACE + "/here", guard(self.here, read)),
            web.post(PLACE + "/take", guard(self.take, answer)),
            web.post(PLACE + "/say", guard(self.say, answer)),
            web.post(PLACE + "/hand-back", guard(self.hand_back, answer)),
            web.post(PLACE + "/settle", guard(self.settle, answer)),
            web.post(PLACE + "/note", guard(self.note, answer)),
            web.post(PLACE + "/tag", guard(self.tag, answer)),
            web.post(PLACE + "/untag", guard(self.untag, answer)),
            web.post(PLACE + "/review", guard(self.review, Permission.REVIEW_CONVERSATIONS)),
            web.post(PLACE + "/assign", guard(self.assign, Permission.ASSIGN)),
            web.post(PLACE + "/assign-me", guard(self.assign_me, answer)),
        ]

    async def conversation(self, request: web.Request) -> web.Response:
        """Everything that is known of it."""
        timeline = await self._timeline(request)
        summary = timeline.summary
        await self._notebook.look(summary.id, _agent(request))
        context = await self._contexts.of(summary.id, summary.student)
        shown = {
            **await self._panel(request, timeline, context),
            **await self._said(timeline, _agent(request)),
            "packet": packet(timeline),
            "context": context,
            "notes": await self._notebook.notes(summary.id),
            "tags": await self._notebook.tags(summary.id),
            "known_tags": await self._notebook.known_tags(),
            "team": [(each.id, each.name) for each in await self._notebook.team()],
        }
        return render_page("conversation.html", request, shown)

    async def news(self, request: web.Request) -> web.Response:
        """What an open page shows anew: entries after a watermark, and who speaks."""
        timeline = await self._timeline(request)
        asked = request.query.get("after", "")
        after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        context = await self._contexts.of(timeline.summary.id, timeline.summary.student)
        role = request[SESSION].account.role
        shown = {
            **await self._panel(request, timeline, context),
            **await self._said(timeline, _agent(request), after),
            "session": request[SESSION],
            "may": lambda name: may(role, Permission(name)),
        }
        parts = {
            name: render_string(f"conversation_{name}.html", request, shown)
            for name in ("entries", "panel", "composer")
        }
        last, mine = timeline.summary.messages, shown["mine"]
        return web.json_response({"last": last, "mine": mine} | parts)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """What moves in this conversation."""
        return await self._live.stream(request, request.match_info["conversation"])

    async def here(self, request: web.Request) -> web.Response:
        """The page says that it is open: names of colleagues whose pages are too."""
        conversation, me = request.match_info["conversation"], _agent(request)
        await self._notebook.look(conversation, me)
        mine = await self._speaking.prolong(conversation, me)
        others = await self._notebook.others(conversation, me)
        return web.json_response({"others": others, "mine": mine})

    async def take(self, request: web.Request) -> web.Response:
        """Take over."""
        conversation = request.match_info["conversation"]
        reach = await self._speaking.reach(conversation)
        if reach is None:
            raise web.HTTPNotFound
        if reach is not Reach.OPEN:
            return _answer(request, False, UNREACHABLE[reach])
        taken = await self._speaking.take_over(conversation, _agent(request))
        return _answer(request, taken, "A colleague holds this conversation already.")

    async def say(self, request: web.Request) -> web.Response:
        """Write to the student; the text comes back when it could not be sent."""
        text = str((await request.post()).get("text", "")).strip()
        if not 1 <= len(text) <= self._longest:
            return _answer(request, False, f"Write between 1 and {self._longest} characters.")
        said = await self._speaking.write(request.match_info["conversation"], _agent(request), text)
        return _answer(request, said, LOST)

    async def hand_back(self, request: web.Request) -> web.Response:
        """Let the assistant answer again."""
        conversation = request.match_info["conversation"]
        given = await self._speaking.hand_back(conversation, _agent(request))
        return _answer(request, given, LOST)

    async def settle(self, request: web.Request) -> web.Response:
        """Nobody is waited for any more."""
        conversation = request.match_info["conversation"]
        settled = await self._notebook.settle(conversation, request[ACTOR])
        self._hub.announce(conversation)
        return _answer(request, settled, "Nobody was waited for any more.")

    async def note(self, request: web.Request) -> web.Response:
        """Write a note for colleagues."""
        text = str((await request.post()).get("note", ""))
        conversation = request.match_info["conversation"]
        written = await self._notebook.note(conversation, _agent(request), text)
        return see_other(_path(request), *(() if written else ("Write something first.", "bad")))

    async def tag(self, request: web.Request) -> web.Response:
        """Put a tag on."""
        tag = str((await request.post()).get("tag", ""))
        put = await self._notebook.tag(request.match_info["conversation"], _agent(request), tag)
        problem = "A tag has up to 40 small letters, digits and hyphens."
        return see_other(_path(request), *(() if put else (problem, "bad")))

    async def untag(self, request: web.Request) -> web.Response:
        """Take a tag off."""
        tag = str((await request.post()).get("tag", ""))
        await self._notebook.untag(request.match_info["conversation"], tag)
        return see_other(_path(request))

    async def review(self, request: web.Request) -> web.Response:
        """Judge a turn."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            verdict = Verdict(form.get("verdict", ""))
            becomes = Becomes(form.get("becomes", "nothing"))
        except ValueError:
            return see_other(_path(request), "Say whether the turn was right.", "bad")
        problem = await self._reviews.judge(
            request.match_info["conversation"],
            form.get("turn", ""),
            _agent(request),
            verdict,
            becomes,
            form.get("meant", "").strip(),
            form.get("comment", ""),
        )
        said = problem or "Your judgement is kept."
        return see_other(_path(request), said, "bad" if problem else "good")

    async def assign(self, request: web.Request) -> web.Response:
        """Have a colleague look after it, or nobody."""
        account = str((await request.post()).get("assigned", ""))
        if account and account not in {each.id for each in await self._notebook.team()}:
            return see_other(_path(request), "This account answers no conversations.", "bad")
        return await self._assign(request, account or None)

    async def assign_me(self, request: web.Request) -> web.Response:
        """Look after it oneself."""
        return await self._assign(request, request[SESSION].account.id)

    async def _assign(self, request: web.Request, account: str | None) -> web.Response:
        conversation = request.match_info["conversation"]
        if not await self._notebook.assign(conversation, account, request[ACTOR]):
            raise web.HTTPNotFound
        self._hub.announce(conversation)
        return see_other(_path(request))

    async def _timeline(self, request: web.Request) -> Timeline:
        timeline = await self._transcript.timeline(request.match_info["conversation"])
        if timeline is None:
            raise web.HTTPNotFound(text="There is no conversation at this address.")
        return timeline

    async def _said(self, timeline: Timeline, me: Agent, after: int = 0) -> dict[str, Any]:
        """What the timeline shows after a watermark."""
        entries = [entry for entry in timeline.entries if entry.seq > after]
        rendered = await asyncio.to_thread(lambda: {entry.id: _render(entry) for entry in entries})
        return {
            "timeline": timeline,
            "entries": entries,
            "rendered": rendered,
            "sent": await self._contexts.sent(timeline.summary.id),
            "reviews": await self._reviews.seen_by(me, timeline.summary.id),
            "intents": (await self._finder.known()).topics,
            "source_path": source_path,
        }

    async def _panel(
        self, request: web.Request, timeline: Timeline, context: Context
    ) -> dict[str, Any]:
        """Who speaks, whether a person can, and what they have ready to say."""
        conversation, me = timeline.summary.id, _agent(request)
        standing = await self._contexts.standing(conversation) or Standing()
        reach = await self._speaking.reach(conversation)
        values = self._values(me, timeline.summary.student or "", context.program)
        replies = await self._replies.fitting(timeline.summary.language)
        return {
            "standing": standing,
            "mine": standing.holder_id == me.id,
            "others": await self._notebook.others(conversation, me),
            "unreachable": UNREACHABLE.get(reach, "") if reach else "",
            "replies": [(each.name, each.filled(values)) for each in replies],
            "longest": self._longest,
        }

    def _values(self, me: Agent, student: str, program: str) -> dict[str, str]:
        """What the variables of canned replies stand for."""
        place = self._institution
        return {
            "agent": me.name,
            "institution": place.name,
            "student_program": program,
            "student": student,
            "office_hours": place.office_hours,
            "email": place.email,
            "phone": place.phone,
        }


def _agent(request: web.Request) -> Agent:
    account = request[SESSION].account
    return Agent(account.id, account.name)


def _path(request: web.Request) -> str:
    return f"/support/{request.match_info['conversation']}"


def _answer(request: web.Request, done: bool, problem: str) -> web.Response:
    """What was done, to a script as JSON, else by the page again."""
    if wants_json(request):
        return web.json_response({"done": done, "text": "" if done else problem})
    return see_other(_path(request), *(() if done else (problem, "bad")))


def _render(entry: Entry) -> str:
    typed = entry.message.author is Author.STUDENT
    return plain_to_html(entry.message.text) if typed else to_html(entry.message.text)
