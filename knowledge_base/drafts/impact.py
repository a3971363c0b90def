"""What a proposal would change in the working copy, seen from how it stands now."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.drafts.proposal import Staged, Touch
from knowledge_base.drafts.touching import pages_of_aid, touched, touched_by_records
from knowledge_base.record import Record
from knowledge_base.rows.records import all_records
from knowledge_base.store import Changes, Entry, all_entries, replace_source


@dataclass(frozen=True, slots=True)
class Impact:
    """What a source would change: ids by kind of change, and the entries as they are now."""

    changes: Changes
    before: Mapping[str, Entry]
    touches: frozenset[Touch]
    base: str
    """Digest over all that would change, as it is now."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = ("added", "changed", "unchanged", "removed", "refused")
        return {kind: len(getattr(self.changes, kind)) for kind in kinds}


async def put(connection: AsyncConnection, staged: Staged) -> Impact:
    """Let the working copy hold a source, in the caller's transaction, and say what that does."""
    before = {entry.document.id: entry for entry in await all_entries(connection)}
    rules = await all_records(connection)
    changes = await replace_source(
        connection, staged.location, staged.format, staged.entries, staged.records, staged.origin
    )
    after = await all_records(connection)
    return await asyncio.to_thread(_impact, staged, before, rules, after, changes)


def _impact(
    staged: Staged,
    before: dict[str, Entry],
    rules: list[Record],
    rules_after: list[Record],
    changes: Changes,
) -> Impact:
    wanted = {entry.document.id: entry for entry in staged.entries}
    aid_pages = pages_of_aid([*rules, *rules_after])
    touches = touched_by_records(rules, rules_after)
    moved = [*changes.added, *changes.changed, *changes.removed]
    for one in moved:
        if len(touches) == len(Touch):
            break
        touches |= touched(before.get(one), wanted.get(one), aid_pages)
    digests = {f"{rule.kind}:{rule.id}": rule.digest for rule in rules}
    digests |= {name: entry.digest for name, entry in before.items()}
    whole = json.dumps([(one, digests.get(one, "")) for one in sorted(moved)])
    base = hashlib.sha256(whole.encode()).hexdigest()
    return Impact(changes, before, frozenset(touches), base)


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
