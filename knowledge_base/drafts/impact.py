"""What a proposal would change in the working copy, seen from how it stands now."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.drafts.proposal import Staged, Touch
from knowledge_base.drafts.touching import (
    OF_ENTRIES,
    pages_of_aid,
    touched,
    touched_by_records,
)
from knowledge_base.record import Record
from knowledge_base.rows.records import all_records
from knowledge_base.store import (
    Changes,
    Entry,
    entries_by_id,
    ids_of_source,
    replace_source,
)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a source would change: ids by kind of change, and the entries as they are now."""

    changes: Changes
    before: Mapping[str, Entry]
    """Of what would change; what stays as it is may be missing."""
    rules: Sequence[Record]
    rules_after: Sequence[Record]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = ("added", "changed", "unchanged", "removed", "refused")
        return {kind: len(getattr(self.changes, kind)) for kind in kinds}

    @property
    def moved(self) -> Sequence[str]:
        """Ids of all that would be another afterwards."""
        return (*self.changes.added, *self.changes.changed, *self.changes.removed)


@dataclass(frozen=True, slots=True)
class Weight:
    """What an impact needs a second person for, and a digest over all of it as it is now."""

    touches: frozenset[Touch]
    base: str


async def put(connection: AsyncConnection, staged: Staged) -> Impact:
    """Let the working copy hold a source, in the caller's transaction, and say what that does."""
    ids = {entry.document.id for entry in staged.entries}
    ids.update(await ids_of_source(connection, staged.location))
    before = await entries_by_id(connection, sorted(ids))
    rules = await all_records(connection)
    changes = await replace_source(
        connection, staged.location, staged.format, staged.entries, staged.records, staged.origin
    )
    return Impact(changes, before, rules, await all_records(connection))


async def weigh(impact: Impact, staged: Staged) -> Weight:
    """Reads every word that would change: about a second for a thousand programs."""
    return await asyncio.to_thread(_weigh, impact, staged)


def _weigh(impact: Impact, staged: Staged) -> Weight:
    wanted = {entry.document.id: entry for entry in staged.entries}
    aid_pages = pages_of_aid([*impact.rules, *impact.rules_after])
    touches = touched_by_records(impact.rules, impact.rules_after)
    for one in impact.moved:
        if touches >= OF_ENTRIES:
            break
        touches |= touched(impact.before.get(one), wanted.get(one), aid_pages)
    digests = {f"{rule.kind}:{rule.id}": rule.digest for rule in impact.rules}
    moved = sorted(impact.moved)
    digests |= {one: impact.before[one].digest for one in moved if one in impact.before}
    whole = json.dumps([(one, digests.get(one, "")) for one in moved])
    return Weight(frozenset(touches), hashlib.sha256(whole.encode()).hexdigest())


def with_proposal(
    entries: Sequence[Entry], records: Sequence[Record], content: Entry | Record | Staged
) -> tuple[list[Entry], list[Record]]:
    """What the working copy would hold with a proposal, for a trial; nothing is written.

    What a source no longer holds stays in the trial: it is about what is new.
    """
    new: Sequence[Entry] = [content] if isinstance(content, Entry) else ()
    rules: Sequence[Record] = [content] if isinstance(content, Record) else ()
    if isinstance(content, Staged):
        new, rules = content.entries, content.records
    by_id = {entry.document.id: entry for entry in (*entries, *new)}
    by_name = {(rule.kind, rule.id): rule for rule in (*records, *rules)}
    return [*by_id.values()], [*by_name.values()]
