"""What a person does about one conversation: takes it over, writes, hands back, notes, judges."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from aiohttp.web_request import FileField

from channels.attachments import MOST_FILES, AttachmentRefused, Upload, accepted
from channels.console.entrance import ACTOR, SESSION, Entrance, wants_json
from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.hub import Hub
from channels.reaching import Reach
from channels.support.notebook import Notebook
from channels.support.reviewing import Becomes, Reviews, Verdict
from channels.support.speaking import Agent, Speaking

PLACE = "/support/{conversation}"
UNREACHABLE = {
    Reach.CALL: "The student called. What you write would not be heard: call them back.",
    Reach.OPTED_OUT: "The student asked this channel for no more messages. Nothing may be sent.",
    Reach.SWITCHED_OFF: "This channel is not set up any more. What you write would not arrive.",
    Reach.CLOSED: "This channel takes nothing more until the student writes again.",
}
LOST = "You do not hold this conversation any more. Take it over again to write."
WORDS_BYTES = 64 * 1024
"""What a form may hold besides files."""


class ConversationForms:
    """The forms of ``/support/c_…``. They work without a script too."""

    def __init__(
        self,
        *,
        speaking: Speaking,
        notebook: Notebook,
        reviews: Reviews,
        longest: int,
        most_bytes: int,
        hub: Hub,
        entrance: Entrance,
    ) -> None:
        """``longest`` is what a person may write at once, in characters, ``most_bytes`` what a file
        of theirs may hold; 0: they may send none."""
        self._speaking = speaking
        self._notebook = notebook
        self._reviews = reviews
        self._longest = longest
        self._most_bytes = most_bytes
        self._hub = hub
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """Every form."""
        guard, answer = self._entrance.guard, Permission.ANSWER_CONVERSATIONS
        most = WORDS_BYTES + MOST_FILES * self._most_bytes
        return [
            web.post(PLACE + "/take", guard(self.take, answer)),
            web.post(PLACE + "/say", guard(self.say, answer, most)),
            web.post(PLACE + "/hand-back", guard(self.hand_back, answer)),
            web.post(PLACE + "/settle", guard(self.settle, answer)),
            web.post(PLACE + "/note", guard(self.note, answer)),
            web.post(PLACE + "/tag", guard(self.tag, answer)),
            web.post(PLACE + "/untag", guard(self.untag, answer)),
            web.post(PLACE + "/review", guard(self.review, Permission.REVIEW_CONVERSATIONS)),
            web.post(PLACE + "/assign", guard(self.assign, Permission.ASSIGN)),
            web.post(PLACE + "/assign-me", guard(self.assign_me, answer)),
        ]

    async def take(self, request: web.Request) -> web.Response:
        """Take over."""
        conversation = request.match_info["conversation"]
        reach = await self._speaking.reach(conversation)
        if reach is None:
            raise web.HTTPNotFound
        if reach is not Reach.OPEN:
            return _answer(request, False, UNREACHABLE[reach])
        taken = await self._speaking.take_over(conversation, agent_of(request))
        return _answer(request, taken, "A colleague holds this conversation already.")

    async def say(self, request: web.Request) -> web.Response:
        """Write to the student, with files or without; the text comes back when it was not sent."""
        form = await request.post()
        text = str(form.get("text", "")).strip()
        try:
            files = self._files([each for each in form.getall("file", ()) if each])
        except AttachmentRefused as refused:
            return _answer(request, False, str(refused))
        text = text or ", ".join(each.name for each in files)
        if not 1 <= len(text) <= self._longest:
            return _answer(request, False, f"Write between 1 and {self._longest} characters.")
        conversation = request.match_info["conversation"]
        said = await self._speaking.write(conversation, agent_of(request), text, files)
        return _answer(request, said, LOST)

    def _files(self, sent: Sequence[object]) -> tuple[Upload, ...]:
        """The files of a form. Raises AttachmentRefused."""
        files = [each for each in sent if isinstance(each, FileField)]
        if len(files) > MOST_FILES:
            raise AttachmentRefused(f"At most {MOST_FILES} files go with one message.")
        return tuple(accepted(each.filename, each.file.read(), self._most_bytes) for each in files)

    async def hand_back(self, request: web.Request) -> web.Response:
        """Let the assistant answer again."""
        conversation = request.match_info["conversation"]
        given = await self._speaking.hand_back(conversation, agent_of(request))
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
        written = await self._notebook.note(conversation, agent_of(request), text)
        return see_other(_path(request), *(() if written else ("Write something first.", "bad")))

    async def tag(self, request: web.Request) -> web.Response:
        """Put a tag on."""
        tag = str((await request.post()).get("tag", ""))
        put = await self._notebook.tag(request.match_info["conversation"], agent_of(request), tag)
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
            agent_of(request),
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


def agent_of(request: web.Request) -> Agent:
    """Who works at a page."""
    account = request[SESSION].account
    return Agent(account.id, account.name)


def _path(request: web.Request) -> str:
    return f"/support/{request.match_info['conversation']}"


def _answer(request: web.Request, done: bool, problem: str) -> web.Response:
    """What was done, to a script as JSON, else by the page again."""
    if wants_json(request):
        return web.json_response({"done": done, "text": "" if done else problem})
    return see_other(_path(request), *(() if done else (problem, "bad")))
