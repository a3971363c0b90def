"""One thing that is proposed by itself, an entry or a dated rule: what stands now, what changes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.catalog.acceptance import objection
from knowledge_base.drafts.proposal import Kind, NotAcceptable, Touch
from knowledge_base.drafts.touching import pages_of_aid, touched, touched_by_records
from knowledge_base.record import Record
from knowledge_base.rows.records import all_records, keep_record, record_of
from knowledge_base.rules.naming import name_of, source_of
from knowledge_base.store import Entry, entries_by_id, keep_edited, staff_source

Item = Entry | Record


def kind_of(item: Item) -> Kind:
    """The kind of a proposal that holds it."""
    return Kind.EDIT if isinstance(item, Entry) else Kind.RULE


def subject_of(item: Item) -> str:
    """What a proposal of it is about: the id of the document, or the rule's kind and id."""
    return item.document.id if isinstance(item, Entry) else rule_subject(item.kind, item.id)


def rule_subject(kind: str, identity: str) -> str:
    """`aid_rule:harbor-scholarship`."""
    return f"{kind}:{identity}"


def title_of(item: Item) -> str:
    """What staff call it."""
    return item.document.title if isinstance(item, Entry) else name_of(item)


async def current(connection: AsyncConnection, kind: Kind, subject: str) -> Item | None:
    """What the working copy holds of a subject."""
    if kind is Kind.RULE:
        return await record_of(connection, *subject.split(":", 1))
    return (await entries_by_id(connection, [subject])).get(subject)


async def touches_of(connection: AsyncConnection, item: Item) -> set[Touch]:
    """What it would change that needs a second person, from how it stands now."""
    before = await current(connection, kind_of(item), subject_of(item))
    return await touches_between(connection, before, item)


async def touches_between(
    connection: AsyncConnection, before: Item | None, after: Item
) -> set[Touch]:
    """What differs between two states of one thing that needs a second person."""
    if isinstance(after, Record):
        assert before is None or isinstance(before, Record)
        return touched_by_records([before] if before else [], [after])
    assert before is None or isinstance(before, Entry)
    return touched(before, after, pages_of_aid(await all_records(connection)))


async def keep(connection: AsyncConnection, item: Item) -> None:
    """Let the working copy hold it as staff want it; from now on it is theirs."""
    if isinstance(item, Entry):
        await keep_edited(connection, item)
    else:
        await keep_record(connection, item, await staff_source(connection))


async def refuse_unacceptable(connection: AsyncConnection, item: Item) -> None:
    """Raises NotAcceptable that says what of it cannot be content.

    A rule needs the page that it stands on, and its words there: that is what students are shown.
    """
    if isinstance(item, Record):
        if not item.data:
            raise NotAcceptable("This rule says nothing yet.")
        source = source_of(item)
        if source is None:
            return
        page = (await entries_by_id(connection, [source.document_id])).get(source.document_id)
        if page is None:
            raise NotAcceptable(f"There is no page {source.document_id!r} that it could stand on.")
        if _plain(source.quote) not in _plain(page.document.text):
            raise NotAcceptable(f"The page “{page.document.title}” does not hold the quoted words.")
        return
    refused = objection(item.document, item.document.title or "this entry")
    if refused is not None:
        raise NotAcceptable(str(refused))
    if not item.document.title.strip() or not item.document.text.strip():
        raise NotAcceptable("An entry needs a title and a text.")


def _plain(text: str) -> str:
    """Words alone, since a page wraps its lines where a rule does not."""
    return " ".join(text.split())
