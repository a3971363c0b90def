"""Proposals and revisions as rows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.drafts.proposal import (
    ChangedMeanwhile,
    Kind,
    NotInThisState,
    Person,
    Proposal,
    Revision,
    Staged,
    State,
    Touch,
    UnknownProposal,
)
from knowledge_base.drafts.schema import proposals, revisions
from knowledge_base.drafts.wire import (
    entry_from_json,
    entry_to_json,
    packed,
    unpacked_entry,
    unpacked_rule,
    unpacked_source,
)
from knowledge_base.record import Record
from knowledge_base.store import Entry

_OUTSIDE = "a command"
"""Who changed what review has not seen: imports may be run by an operator."""
_WITHOUT_CONTENT = [column for column in proposals.c if column.name != "content"]


async def find(connection: AsyncConnection, proposal_id: str) -> Proposal:
    """A proposal. Raises UnknownProposal."""
    query = select(*_WITHOUT_CONTENT).where(proposals.c.id == proposal_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise UnknownProposal("There is no such proposal.")
    return _proposal(row)


async def several(
    connection: AsyncConnection, *where: ColumnElement[bool], most: int, after: int = 0
) -> list[Proposal]:
    """Proposals that meet conditions, the newest change first."""
    query = select(*_WITHOUT_CONTENT).where(*where)
    query = query.order_by(proposals.c.changed_at.desc(), proposals.c.id).limit(most).offset(after)
    return [_proposal(row) for row in await connection.execute(query)]


async def content_of(connection: AsyncConnection, proposal: Proposal) -> Entry | Record | Staged:
    """What it wants the working copy to hold."""
    query = select(proposals.c.content).where(proposals.c.id == proposal.id)
    content = (await connection.execute(query)).scalar_one()
    match proposal.kind:
        case Kind.EDIT:
            return unpacked_entry(content)
        case Kind.RULE:
            return unpacked_rule(content)
        case Kind.IMPORT:
            return unpacked_source(content)


async def insert_proposal(
    connection: AsyncConnection,
    person: Person,
    kind: Kind,
    title: str,
    subject: str,
    base: str,
    content: Entry | Record | Staged,
    touches: Collection[Touch],
    counts: Mapping[str, int] | None = None,
    questions: Sequence[str] = (),
) -> Proposal:
    """A new draft."""
    now = datetime.now(UTC)
    values = {
        "id": f"p_{uuid.uuid4().hex[:20]}",
        "kind": kind.value,
        "title": title,
        "state": State.DRAFT.value,
        "version": 1,
        "subject": subject,
        "base": base,
        "content": packed(content),
        "counts": dict(counts or {}),
        "author": person.id,
        "author_name": person.name,
        "contributors": [person.id],
        "changed_by": person.id,
        "changed_name": person.name,
        "touches": sorted(touches),
        "rubric": {},
        "questions": list(questions),
        "created_at": now,
        "changed_at": now,
    }
    await connection.execute(insert(proposals).values(values))
    return await find(connection, str(values["id"]))


async def change(
    connection: AsyncConnection, proposal: Proposal, version: int, **values: Any
) -> Proposal:
    """Write values over the version that somebody has seen.

    Raises ChangedMeanwhile when it is another one by now.
    """
    done = await connection.execute(
        update(proposals)
        .where(proposals.c.id == proposal.id, proposals.c.version == version)
        .values(version=version + 1, **values)
    )
    now = await find(connection, proposal.id)
    if not done.rowcount:
        raise ChangedMeanwhile(
            f"{now.changed_by.name} has changed this meanwhile. Nothing of yours was saved.", now
        )
    return now


async def discard_imports(connection: AsyncConnection, location: str) -> None:
    """Give up the drafts of a source that is read anew."""
    await connection.execute(
        update(proposals)
        .where(
            proposals.c.kind == Kind.IMPORT.value,
            proposals.c.subject == location,
            proposals.c.state == State.DRAFT.value,
        )
        .values(state=State.DISCARDED.value, version=proposals.c.version + 1)
    )


def by(person: Person, proposal: Proposal) -> dict[str, Any]:
    """The values that say who changes it now."""
    return {
        "changed_by": person.id,
        "changed_name": person.name,
        "contributors": sorted({*proposal.contributors, person.id}),
        "changed_at": datetime.now(UTC),
    }


def demand(proposal: Proposal, *states: State) -> None:
    """Raises NotInThisState unless the proposal is in one of some states."""
    if proposal.state not in states:
        by_whom = f" by {proposal.decided_name}" if proposal.decided_name else ""
        raise NotInThisState(f"This is {proposal.state.value}{by_whom} already.")


async def write_revision(
    connection: AsyncConnection,
    document_id: str,
    before: Entry | None,
    after: Entry | None,
    proposal: Proposal,
    person: Person,
    reason: str,
) -> None:
    """Keep what an entry is from now on, and what it was when nobody has kept that yet."""
    last = (
        await connection.execute(
            select(revisions.c.number, revisions.c.digest)
            .where(revisions.c.document_id == document_id)
            .order_by(revisions.c.number.desc())
            .limit(1)
        )
    ).one_or_none()
    number = last.number if last else 0
    kept = last.digest if last else ""
    now = datetime.now(UTC)
    rows = []
    if before is not None and before.digest != kept:
        rows.append(_revision_row(document_id, number + 1, before, None, _OUTSIDE, "", now))
    rows.append(
        _revision_row(
            document_id, number + len(rows) + 1, after, proposal.id, person.name, reason, now
        )
    )
    await connection.execute(insert(revisions), rows)


async def revisions_of(connection: AsyncConnection, document_id: str) -> list[Revision]:
    """Every revision of an entry, newest first."""
    query = select(revisions).where(revisions.c.document_id == document_id)
    rows = await connection.execute(query.order_by(revisions.c.number.desc()))
    return [_revision(row) for row in rows]


async def counted(connection: AsyncConnection) -> dict[State, int]:
    """How many proposals there are in each state."""
    query = select(proposals.c.state, func.count()).group_by(proposals.c.state)
    return {State(state): count for state, count in await connection.execute(query)}


def utc(moment: datetime | None) -> datetime | None:
    """SQLite forgets the zone."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _proposal(row: Row[Any]) -> Proposal:
    created, changed = utc(row.created_at), utc(row.changed_at)
    assert created is not None and changed is not None
    return Proposal(
        id=row.id,
        kind=Kind(row.kind),
        title=row.title,
        state=State(row.state),
        version=row.version,
        subject=row.subject,
        base=row.base,
        author=Person(row.author, row.author_name),
        changed_by=Person(row.changed_by, row.changed_name),
        contributors=frozenset(row.contributors),
        created_at=created,
        changed_at=changed,
        touches=frozenset(map(Touch, row.touches)),
        counts=row.counts,
        questions=tuple(row.questions),
        rubric=row.rubric,
        decided_name=row.decided_name or "",
        decided_at=utc(row.decided_at),
        reason=row.reason or "",
    )


def _revision_row(
    document_id: str,
    number: int,
    entry: Entry | None,
    proposal_id: str | None,
    name: str,
    reason: str,
    at: datetime,
) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "number": number,
        "digest": entry.digest if entry else "",
        "content": entry_to_json(entry) if entry else None,
        "proposal_id": proposal_id,
        "by": name,
        "reason": reason,
        "at": at,
    }


def _revision(row: Row[Any]) -> Revision:
    at = utc(row.at)
    assert at is not None
    entry = entry_from_json(row.content) if row.content else None
    return Revision(
        row.document_id, row.number, row.digest, entry, row.by, row.reason, at, row.proposal_id
    )
