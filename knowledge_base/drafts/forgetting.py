"""Takes a student's words out of what staff made of them: test questions, alone and with drafts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.drafts.schema import proposals, questions


async def made_of(db: AsyncConnection, words: Collection[str]) -> frozenset[str]:
    """Those of some words that a saved question or a draft's question repeats.

    As two writings of one question are the same: whatever their case, space and last sign.
    """
    said = {plain(each): each for each in words}
    saved = (await db.execute(select(questions.c.question))).scalars()
    drafted = [each for row in (await db.execute(select(proposals.c.questions))) for each in row[0]]
    return frozenset(said[plain(each)] for each in (*saved, *drafted) if plain(each) in said)


async def forget(db: AsyncConnection, words: Collection[str]) -> dict[str, int]:
    """Remove questions; how many rows of each table that changed."""
    gone = {plain(each) for each in words}
    counts = {questions.name: 0, proposals.name: 0}
    for row in (await db.execute(select(questions.c.id, questions.c.question))).all():
        if plain(row.question) in gone:
            await db.execute(delete(questions).where(questions.c.id == row.id))
            counts[questions.name] += 1
    for row in (await db.execute(select(proposals.c.id, proposals.c.questions))).all():
        left = [each for each in row.questions if plain(each) not in gone]
        if left != row.questions:
            mine = proposals.c.id == row.id
            await db.execute(update(proposals).where(mine).values(questions=left))
            counts[proposals.name] += 1
    return counts


def plain(question: str) -> str:
    """A question without what two who ask the same may write differently."""
    return " ".join(question.casefold().split()).rstrip("?!. ")
