"""What staff call a dated rule, and the page that it stands on."""

from __future__ import annotations

from pydantic import TypeAdapter

from knowledge_base.credit.equivalency import Source
from knowledge_base.record import Record

_SOURCE = TypeAdapter(Source)


def name_of(record: Record) -> str:
    """The name of an aid, the question of a fact, what earlier learning gives which credit."""
    data = record.data
    if record.kind == "equivalency" and data:
        needed = data["alternatives"][0] if data["alternatives"] else []
        return " and ".join(part["name"] for part in needed) + f" → {data['target'] or 'no credit'}"
    return str(data.get("name" if record.kind == "aid_rule" else "question") or record.id)


def source_of(record: Record) -> Source | None:
    """The page, its words and the dates; None of a fact that is only asked for.

    Raises pydantic's ValidationError on data of another shape.
    """
    return _SOURCE.validate_python(record.data["source"]) if "source" in record.data else None
