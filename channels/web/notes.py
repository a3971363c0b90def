"""What the web chat writes beside the messages: if an answer helped, and who the student is."""

from __future__ import annotations

from sqlalchemy import or_, update

from channels.model import Author
from channels.schema import conversations, messages
from channels.storage import Storage


class Notes:
    """Notes on messages and conversations; each is one transaction.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def rate(
        self, conversation: str, message: str, helpful: bool, reason: str | None
    ) -> bool:
        """Note whether an answer helped, and why not; False when there is no such answer here."""
        mine = (messages.c.id == message) & (messages.c.conversation_id == conversation)
        mine &= (messages.c.author == Author.ASSISTANT.value) & (messages.c.kind == "answer")
        noted = {"helpful": helpful, "helpful_reason": None if helpful else reason}
        async with self._storage.writing() as db:
            rated = await db.execute(update(messages).where(mine).values(noted))
            if not rated.rowcount:
                return False
            theirs = conversations.c.id == conversation
            await db.execute(update(conversations).where(theirs).values(helpful=helpful))
            return True

    async def name_student(self, conversation: str, student: str) -> bool:
        """Bind a conversation to a student; False when it is another one's already."""
        mine = conversations.c.id == conversation
        theirs = or_(conversations.c.student.is_(None), conversations.c.student == student)
        named = update(conversations).where(mine, theirs).values(student=student)
        async with self._storage.writing() as db:
            return bool((await db.execute(named)).rowcount)
