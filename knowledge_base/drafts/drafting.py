"""Drafts: begun from an entry, a source or nothing, saved by several people, submitted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge_base.drafts import rows
from knowledge_base.drafts.impact import Impact, put, weigh
from knowledge_base.drafts.item import (
    Item,
    current,
    kind_of,
    refuse_unacceptable,
    subject_of,
    title_of,
    touches_of,
)
from knowledge_base.drafts.proposal import (
    Kind,
    NotAcceptable,
    Person,
    Proposal,
    Revision,
    Staged,
    State,
    UnknownProposal,
)
from knowledge_base.drafts.schema import proposals
from knowledge_base.drafts.wire import packed
from knowledge_base.store import Entry

Note = Callable[[AsyncConnection, Person, str, str, dict[str, Any]], Awaitable[None]]
"""Writes down who did what to what, in the transaction of the deed."""

MOST_QUESTIONS = 50
"""Questions that an entry is to answer: more is a set of its own."""


async def unnoted(*_: object) -> None:
    """Keeps no record; for a caller that does so itself."""


class Drafting:
    """What editors do with drafts. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine, note: Note = unnoted) -> None:
        self._engine = engine
        self._note = note

    async def proposal(self, proposal_id: str) -> Proposal:
        """One proposal. Raises UnknownProposal."""
        async with self._engine.connect() as connection:
            return await rows.find(connection, proposal_id)

    async def content(self, proposal: Proposal) -> Item | Staged:
        """What a proposal wants the working copy to hold."""
        async with self._engine.connect() as connection:
            return await rows.content_of(connection, proposal)

    async def item(self, kind: Kind, subject: str) -> Item | None:
        """What the working copy holds of an entry or a rule."""
        async with self._engine.connect() as connection:
            return await current(connection, kind, subject)

    async def edit(self, person: Person, subject: str, kind: Kind = Kind.EDIT) -> Proposal:
        """The open proposal for an entry or rule, or a new draft of it. Raises UnknownProposal."""
        async with self._engine.begin() as connection:
            found = await open_for(connection, kind, subject)
            if found is not None:
                return found
            item = await current(connection, kind, subject)
            if item is None:
                raise UnknownProposal("There is no such entry or rule.")
            return await self._begin(connection, person, item)

    async def begin(self, person: Person, item: Item, questions: Sequence[str] = ()) -> Proposal:
        """A draft of a new entry or rule, or the open one for its id. Raises NotAcceptable."""
        async with self._engine.begin() as connection:
            if isinstance(item, Entry):
                await refuse_unacceptable(connection, item)
            found = await open_for(connection, kind_of(item), subject_of(item))
            return found or await self._begin(connection, person, item, questions)

    async def _begin(
        self, connection: AsyncConnection, person: Person, item: Item, questions: Sequence[str] = ()
    ) -> Proposal:
        kind, subject = kind_of(item), subject_of(item)
        before = await current(connection, kind, subject)
        made = await rows.insert_proposal(
            connection,
            person,
            kind,
            title_of(item),
            subject,
            before.digest if before else "",
            item,
            await touches_of(connection, item),
            questions=questions[:MOST_QUESTIONS],
        )
        await self._note(connection, person, "draft", subject, {"proposal": made.id})
        return made

    async def stage(self, person: Person, staged: Staged) -> tuple[Proposal, Impact]:
        """A draft of what a source holds, in place of earlier ones, and what it would change."""
        impact = await self.foresee(staged)
        weight = await weigh(impact, staged)
        counts = {**impact.counts, "skipped": len(staged.skipped) + impact.counts["refused"]}
        kept = replace(staged, skipped=(*staged.skipped, *impact.changes.refused))
        async with self._engine.begin() as connection:
            await rows.discard_imports(connection, staged.location[:400])
            made = await rows.insert_proposal(
                connection,
                person,
                Kind.IMPORT,
                staged.location,
                staged.location[:400],
                weight.base,
                kept,
                weight.touches,
                counts,
            )
            await self._note(connection, person, "import", staged.location, {"proposal": made.id})
        return made, impact

    async def foresee(self, staged: Staged) -> Impact:
        """What a source would change; nothing is written."""
        async with self._engine.connect() as connection, connection.begin() as transaction:
            impact = await put(connection, staged)
            await transaction.rollback()
        return impact

    async def save(
        self,
        person: Person,
        proposal_id: str,
        version: int,
        item: Item,
        questions: Sequence[str] | None = None,
    ) -> Proposal:
        """Save a draft over the version that was seen.

        Raises UnknownProposal, NotInThisState, and ChangedMeanwhile when somebody else was faster.
        What cannot be content yet may still be saved.
        """
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.DRAFT)
            if (kind_of(item), subject_of(item)) != (found.kind, found.subject):
                raise NotAcceptable("The id stays; make a new one for another.")
            values: dict[str, Any] = {}
            if questions is not None:
                values["questions"] = [*questions][:MOST_QUESTIONS]
            return await rows.change(
                connection,
                found,
                version,
                title=title_of(item),
                content=packed(item),
                touches=sorted(await touches_of(connection, item)),
                **values,
                **rows.by(person, found),
            )

    async def submit(self, person: Person, proposal_id: str, version: int) -> Proposal:
        """Ask for a review. Raises as `save`, and NotAcceptable for what cannot be content."""
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.DRAFT)
            content = await rows.content_of(connection, found)
            if not isinstance(content, Staged):
                await refuse_unacceptable(connection, content)
            changed = await rows.change(connection, found, version, state=State.SUBMITTED.value)
            await self._note(connection, person, "submit", found.subject, {"proposal": found.id})
            return changed

    async def take_back(self, person: Person, proposal_id: str, version: int) -> Proposal:
        """Make a submitted proposal a draft again. Raises as `save`."""
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.SUBMITTED)
            changed = await rows.change(connection, found, version, state=State.DRAFT.value)
            await self._note(connection, person, "take back", found.subject, {"proposal": found.id})
            return changed

    async def discard(self, person: Person, proposal_id: str, version: int) -> Proposal:
        """Give a draft up. Raises as `save`."""
        async with self._engine.begin() as connection:
            found = await rows.find(connection, proposal_id)
            rows.demand(found, State.DRAFT)
            changed = await rows.change(connection, found, version, state=State.DISCARDED.value)
            await self._note(connection, person, "discard", found.subject, {"proposal": found.id})
            return changed

    async def revisions(self, document_id: str) -> list[Revision]:
        """Every revision of an entry, newest first."""
        async with self._engine.connect() as connection:
            return await rows.revisions_of(connection, document_id)

    async def roll_back(self, person: Person, document_id: str, number: int) -> Proposal:
        """A draft that holds an entry as it was; the open one for it is discarded.

        Raises UnknownProposal.
        """
        async with self._engine.begin() as connection:
            kept = await rows.revisions_of(connection, document_id)
            entry = next((r.entry for r in kept if r.number == number), None)
            if entry is None:
                raise UnknownProposal("There is no such revision.")
            found = await open_for(connection, Kind.EDIT, document_id)
            if found is not None:
                await rows.change(connection, found, found.version, state=State.DISCARDED.value)
            await self._note(connection, person, "roll back", document_id, {"revision": number})
            return await self._begin(connection, person, entry)


async def open_for(connection: AsyncConnection, kind: Kind, subject: str) -> Proposal | None:
    """The draft or submitted proposal for one entry or rule, if there is one."""
    states = [state.value for state in State if state.open]
    found = await rows.several(
        connection,
        proposals.c.kind == kind.value,
        proposals.c.subject == subject,
        proposals.c.state.in_(states),
        most=1,
    )
    return found[0] if found else None
