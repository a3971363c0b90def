"""Refuses what must not be published as it stands, whatever format it came in."""

from __future__ import annotations

import re
import unicodedata

from knowledge_base.model import Document, Skipped

LONGEST_ID = 400
"""Characters of an id: it becomes part of an address, and the width of its column."""
LONGEST_TITLE = 400
"""Characters of a title: more is a paragraph that landed in the wrong field."""

_HIDDEN = re.compile("[\0\u202d\u202e\ud800-\udfff\U000e0000-\U000e007f]")
"""Characters that make a text say something else than it shows: bidirectional overrides reorder
it, tag characters are read by machines only (Unicode Technical Report 36, sections 2.5 and 3.1;
the byte 0 and lone surrogates cannot be stored as text)."""
_ADDRESS = re.compile(r"(?:https?://[^\s/?#\\]+|/(?![/\\]))[^\s\\]*", re.I)


def objection(document: Document, where: str) -> Skipped | None:
    """Why a document cannot be taken, or None when it can."""
    valid = document.validity
    if not document.id.strip() or len(document.id) > LONGEST_ID:
        allowed = f"1 to {LONGEST_ID} characters"
        return Skipped(
            where, "has an id of a length that cannot be", "id", _shown(document.id), allowed
        )
    if len(document.title) > LONGEST_TITLE:
        allowed = f"at most {LONGEST_TITLE} characters"
        return Skipped(where, "is too long", "title", _shown(document.title), allowed)
    if document.url is not None and not _ADDRESS.fullmatch(document.url):
        allowed = "an address that begins with https://, http:// or /"
        return Skipped(where, "is not an address", "url", _shown(document.url), allowed)
    if valid.effective_from and valid.effective_to and valid.effective_to < valid.effective_from:
        allowed = f"{valid.effective_from} or later"
        return Skipped(
            where, "ends before it begins", "effective_to", str(valid.effective_to), allowed
        )
    for name in ("id", "title", "institution", "url", "text"):
        found = _HIDDEN.search(getattr(document, name) or "")
        if found:
            sign = f"U+{ord(found.group()):04X} {unicodedata.name(found.group(), 'no character')}"
            reason = f"holds a hidden character at position {found.start()}"
            return Skipped(where, reason, name, sign, "text that says what it shows")
    return None


def _shown(value: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in value[:80])
