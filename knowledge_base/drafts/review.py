"""Decisions on proposals: who may let what in, with which reason, and what that writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.drafts import rows
from knowledge_base.drafts.drafting import Drafting
from knowledge_base.drafts.impact import put, weigh
from knowledge_base.drafts.item import (
    Item,
    current,
    keep,
    kind_of,
    refuse_unacceptable,
    subject_of,
    title_of,
    touches_between,
    touches_of,
)
from knowledge_base.drafts.proposal import (
    DEFAULT_RUBRIC,
    BaseMoved,
    Criterion,
    Kind,
    NotAcceptable,
    Person,
    Proposal,
    ReasonNeeded,
    SecondPersonNeeded,
    Staged,
    State,
    Touch,
)
from knowledge_base.drafts.schema import criteria, proposals
from knowledge_base.drafts.wire import packed
from knowledge_base.store import Entry

_MOVED = (
    "The working copy has changed since this was proposed. Take it back, look at what differs now, "
    "and submit it again."
)


class Review(Drafting):
    """What reviewers do with proposals, beside what editors do."""

    async def waiting(self, most: int = 200) -> list[Proposal]:
        """What waits for a decision, the newest first."""
        return await self.proposals([State.SUBMITTED], most)

    async def proposals(
        self, states: Sequence[State], most: int, kind: Kind | None = None, after: int = 0
    ) -> list[Proposal]:
        """Proposals in some states, the newest change first."""
        where: list[ColumnElement[bool]] = [
            proposals.c.state.in_([state.value for state in states])
        ]
        if kind is not None:
            where.append(proposals.c.kind == kind.value)
        async with self._engine.connect() as connection:
            return await rows.several(connection, *where, most=most, after=after)

    async def history(self, kind: Kind, subject: str, most: int = 50) -> list[Proposal]:
        """Every proposal for an entry or a rule, the newest change first."""
        mine = proposals.c.kind == kind.value, proposals.c.subject == subject
        async with self._engine.connect() as connection:
            return await rows.several(connection, *mine, most=most)

    async def counted(self) -> dict[State, int]:
        """How many proposals there are in each state."""
        async with self._engine.connect() as connection:
            return await rows.counted(connection)

    async def approve(
        self,
        person: Person,
        proposal_id: str,
        version: int,
        reason: str,
        rubric: Mapping[str, bool | None] | None = None,
        modified: Item | None = None,
    ) -> Proposal:
        """Let a proposal into the working copy, as it is or `modified`.

        A modification that touches a fee, a date or an aid rule goes back to wait: now it is the
        reviewer's own, and somebody else decides. Raises ReasonNeeded, SecondPersonNeeded,
        BaseMoved, NotAcceptable, and as `save`.
        """
        _demand_reason(reason)
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.SUBMITTED)
            if modified is not None:
                again = await self._modify(connection, person, found, version, modified, reason)
                if again is not None:
                    return again
                found, version = await rows.find(connection, proposal_id), version + 1
            content = await rows.content_of(connection, found)
            state = State.APPROVED if modified is None else State.MODIFIED
            # First of all, so that of two who decide at once one is told.
            done = await self._decided(connection, person, found, version, state, reason, rubric)
            if isinstance(content, Staged):
                await self._take_source(connection, person, found, content, reason)
            else:
                await self._take_item(connection, person, found, content, reason)
            return done

    async def reject(
        self,
        person: Person,
        proposal_id: str,
        version: int,
        reason: str,
        rubric: Mapping[str, bool | None] | None = None,
    ) -> Proposal:
        """Keep a proposal out. Raises ReasonNeeded, and as `save`."""
        _demand_reason(reason)
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.SUBMITTED)
            return await self._decided(
                connection, person, found, version, State.REJECTED, reason, rubric
            )

    async def _modify(
        self,
        connection: AsyncConnection,
        person: Person,
        found: Proposal,
        version: int,
        modified: Item,
        reason: str,
    ) -> Proposal | None:
        """Write a reviewer's modification; the proposal if it has to wait for another person."""
        content = await rows.content_of(connection, found)
        same = (kind_of(modified), subject_of(modified)) == (found.kind, found.subject)
        if isinstance(content, Staged) or not same:
            raise NotAcceptable("Only one entry or rule, under its own id, can be modified.")
        await refuse_unacceptable(connection, modified)
        own = await touches_between(connection, content, modified)
        values: dict[str, Any] = {
            "content": packed(modified),
            "title": title_of(modified),
            "touches": sorted(await touches_of(connection, modified)),
        }
        if own:
            values |= rows.by(person, found) | {"contributors": [person.id], "reason": reason}
        changed = await rows.change(connection, found, version, **values)
        if own:
            detail = {"proposal": found.id, "touches": sorted(own)}
            await self._note(connection, person, "modify", found.subject, detail)
            return changed
        return None

    async def _take_item(
        self,
        connection: AsyncConnection,
        person: Person,
        found: Proposal,
        item: Item,
        reason: str,
    ) -> None:
        before = await current(connection, found.kind, found.subject)
        if (before.digest if before else "") != found.base:
            raise BaseMoved(_MOVED)
        _demand_second(person, found, await touches_of(connection, item))
        await keep(connection, item)
        if isinstance(item, Entry):  # What a rule was stands in its proposals.
            assert before is None or isinstance(before, Entry)
            await rows.write_revision(
                connection, found.subject, before, item, found, person, reason
            )

    async def _take_source(
        self,
        connection: AsyncConnection,
        person: Person,
        found: Proposal,
        staged: Staged,
        reason: str,
    ) -> None:
        impact = await put(connection, staged)
        weight = await weigh(impact, staged)
        if weight.base != found.base:
            raise BaseMoved(_MOVED)
        _demand_second(person, found, weight.touches)
        after = {entry.document.id: entry for entry in staged.entries}
        changes = impact.changes
        for one in (*changes.added, *changes.changed, *changes.removed):
            if one in after or one in impact.before:  # Rules have no revisions yet.
                before, now = impact.before.get(one), after.get(one)
                await rows.write_revision(connection, one, before, now, found, person, reason)

    async def _decided(
        self,
        connection: AsyncConnection,
        person: Person,
        found: Proposal,
        version: int,
        state: State,
        reason: str,
        rubric: Mapping[str, bool | None] | None,
    ) -> Proposal:
        now = datetime.now(UTC)
        changed = await rows.change(
            connection,
            found,
            version,
            state=state.value,
            reason=reason,
            rubric=dict(rubric or {}),
            decided_name=person.name,
            decided_at=now,
            changed_at=now,
        )
        detail = {"proposal": found.id, "touches": sorted(found.touches)}
        await self._note(connection, person, state.value, found.subject, detail)
        return changed

    async def rebase(self, person: Person, proposal_id: str, version: int) -> Proposal:
        """Let a draft begin from what the working copy holds now; its words stay.

        Raises UnknownProposal, NotInThisState, ChangedMeanwhile.
        """
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.DRAFT)
            content = await rows.content_of(connection, found)
        if isinstance(content, Staged):
            impact = await self.foresee(content)
            weight = await weigh(impact, content)
            values: dict[str, Any] = {"base": weight.base, "touches": sorted(weight.touches)}
            values["counts"] = {**impact.counts, "skipped": len(content.skipped)}
        async with self._engine.begin() as connection:
            if not isinstance(content, Staged):
                now = await current(connection, found.kind, found.subject)
                values = {
                    "base": now.digest if now else "",
                    "touches": sorted(await touches_of(connection, content)),
                }
            changed = await rows.change(connection, found, version, **values)
            await self._note(connection, person, "rebase", found.subject, {"proposal": found.id})
            return changed

    async def rubric(self) -> tuple[Criterion, ...]:
        """What reviewers look at: the institution's own criteria, or the default."""
        async with self._engine.connect() as connection:
            query = select(criteria).order_by(criteria.c.position)
            own = [Criterion(row.name, row.question) for row in await connection.execute(query)]
        return tuple(own) or DEFAULT_RUBRIC

    async def set_rubric(self, person: Person, wanted: Sequence[Criterion]) -> None:
        """Make the rubric exactly these criteria; none: the default."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(criteria))
            for position, criterion in enumerate(wanted):
                await connection.execute(
                    insert(criteria).values(
                        id=f"k_{uuid.uuid4().hex[:20]}",
                        position=position,
                        name=criterion.name,
                        question=criterion.question,
                    )
                )
            names = [criterion.name for criterion in wanted]
            await self._note(connection, person, "rubric", "rubric", {"criteria": names})


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded("Say why, in a few words: whoever looks later will ask.")


def _demand_second(person: Person, found: Proposal, touches: set[Touch] | frozenset[Touch]) -> None:
    if touches and person.id in found.contributors:
        what = " and ".join(sorted(_IN_WORDS[touch] for touch in touches))
        raise SecondPersonNeeded(
            f"This changes {what}, and you have worked on it: somebody else must approve it."
        )


_IN_WORDS = {
    Touch.FEE: "a fee",
    Touch.DATE: "a date",
    Touch.AID: "an aid rule",
    Touch.CREDIT: "a rule of credit",
}
