"""Files that a person sends a student: kept with the conversation, opened by signed addresses."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import quote

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id, new_token
from channels.model import Attachment
from channels.schema import attachments
from channels.storage import Storage

MOST_FILES = 3
"""Of one message; a student reads them on a phone."""
LONGEST_NAME = 120
SIGNATURE_DIGITS = 32
"""Hexadecimal: 128 bits, as of a session's token."""
_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".docx": (f"{_OFFICE}.wordprocessingml.document", (_ZIP,)),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", (_ZIP,)),
    ".odt": ("application/vnd.oasis.opendocument.text", (_ZIP,)),
    ".ics": ("text/calendar", (b"BEGIN:VCALENDAR",)),
    ".txt": ("text/plain", ()),
}
"""What may be sent, by the end of its name, with how its content begins: nothing that a browser or
a phone would run."""


class AttachmentRefused(ValueError):
    """A file that may not be sent; the text says why, for whoever sends it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its content, checked by `accepted`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it will be kept, which has its address already."""

    id: str
    key: str = field(repr=False)
    upload: Upload
    conversation: str

    @property
    def attachment(self) -> Attachment:
        """What a message says of it."""
        upload, signed = self.upload, _signature(self.key, self.conversation, self.id)
        path = f"/chat/files/{self.id}/{signed}/{quote(upload.name)}"
        return Attachment(upload.name, upload.media_type, len(upload.content), path)


def accepted(name: str, content: bytes, most_bytes: int) -> Upload:
    """The file if it may be sent. Raises AttachmentRefused."""
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    suffix = PurePosixPath(plain.lower()).suffix
    if suffix not in TYPES:
        raise AttachmentRefused(f"{plain or 'A file'}: only {', '.join(TYPES)} may be sent.")
    if not content or len(content) > most_bytes:
        raise AttachmentRefused(f"{plain}: it must hold 1 to {most_bytes:,} bytes.")
    media_type, beginnings = TYPES[suffix]
    if beginnings and not content.startswith(beginnings):
        raise AttachmentRefused(f"{plain}: this is no {suffix} file.")
    if suffix == ".txt" and b"\0" in content:
        raise AttachmentRefused(f"{plain}: this is no text.")
    return Upload(plain[-LONGEST_NAME:], media_type, content)


def stored(conversation: str, uploads: Sequence[Upload]) -> tuple[Stored, ...]:
    """Files of a conversation with their ids and addresses; nothing is written."""
    return tuple(Stored(new_id("f"), new_token(), each, conversation) for each in uploads)


async def keep(db: AsyncConnection, files: Sequence[Stored], at: datetime) -> None:
    """Write files, in the transaction that writes the message which names them."""
    for each in files:
        row = {
            "id": each.id,
            "conversation_id": each.conversation,
            "signing_key": each.key,
            "name": each.upload.name,
            "media_type": each.upload.media_type,
            "content": each.upload.content,
            "at": at,
        }
        await db.execute(insert(attachments).values(row))


class Attachments:
    """Reads files. Raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def open(self, identity: str, signature: str) -> Upload | None:
        """The file of a signed address; None of any other, and once its conversation is erased."""
        async with self._storage.reading() as db:
            query = select(attachments).where(attachments.c.id == identity)
            row = (await db.execute(query)).first()
        if row is None:
            return None
        expected = _signature(row.signing_key, row.conversation_id, row.id)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return None
        return Upload(row.name, row.media_type, row.content)


def _signature(key: str, conversation: str, identity: str) -> str:
    """Binds a file to its conversation; the key is the file's own and goes with it."""
    said = f"{conversation} {identity}".encode()
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()[:SIGNATURE_DIGITS]
