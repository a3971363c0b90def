"""Replies that a team writes once: with variables that are filled in for a student and an agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from channels import audit
from channels.identifiers import new_id
from channels.schema import canned_replies
from channels.storage import Storage

LONGEST_NAME = 60
LONGEST_TEXT = 4000
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
VARIABLES = {
    "agent": "the name of whoever writes",
    "institution": "the institution's name",
    "student_program": "the program that the student looked at last",
    "student": "the site's own id of the student",
    "office_hours": "when people answer",
    "email": "the institution's email address",
    "phone": "the institution's telephone number",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it was written; ``language`` is an ISO 639-1 code, or empty: it fits any."""

    id: str
    name: str
    text: str
    language: str = ""

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with its variables; one that nobody knows stays, for whoever writes to see."""
        return VARIABLE.sub(lambda found: values.get(found[1], "") or found[0], self.text)


class Replies:
    """Canned replies, shared by all agents.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def fitting(self, language: str | None = None) -> tuple[Reply, ...]:
        """Those in a language and those that fit any, by name; every one without a language."""
        query = select(canned_replies).order_by(canned_replies.c.name)
        if language:
            place = canned_replies.c.language
            query = query.where(or_(place.is_(None), place == language))
        async with self._storage.reading() as db:
            rows = await db.execute(query)
            return tuple(Reply(row.id, row.name, row.text, row.language or "") for row in rows)

    async def save(self, reply: Reply, actor: audit.Actor) -> str:
        """Write a new one, or one with an id anew; what is wrong with it, empty if nothing is."""
        if problem := _problem(reply):
            return problem
        values = {"name": reply.name, "text": reply.text, "language": reply.language or None}
        try:
            async with self._storage.writing() as db:
                now = await self._storage.now(db)
                stamped = values | {"by": actor.account or "", "at": now}
                if reply.id:
                    mine = canned_replies.c.id == reply.id
                    await db.execute(update(canned_replies).where(mine).values(stamped))
                else:
                    await db.execute(insert(canned_replies).values(id=new_id("q"), **stamped))
                await audit.record(db, actor, "save", "canned_reply", reply.name)
        except IntegrityError:
            return f"Name: there is another reply called {reply.name}."
        return ""

    async def drop(self, reply: str, actor: audit.Actor) -> None:
        """Take one away."""
        async with self._storage.writing() as db:
            await db.execute(delete(canned_replies).where(canned_replies.c.id == reply))
            await audit.record(db, actor, "delete", "canned_reply", reply)


def _problem(reply: Reply) -> str:
    if not 1 <= len(reply.name) <= LONGEST_NAME:
        return f"Name: write between 1 and {LONGEST_NAME} characters."
    if not 1 <= len(reply.text) <= LONGEST_TEXT:
        return f"Text: write between 1 and {LONGEST_TEXT} characters."
    unknown = sorted(set(VARIABLE.findall(reply.text)) - set(VARIABLES))
    if unknown:
        return f"Text: there is no variable {unknown[0]}; there are {', '.join(VARIABLES)}."
    return ""
