"""The shelf of editions, and the pointer that says which one is live."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from knowledge_base.bulk_encoding import Encode, in_this_process
from knowledge_base.edition import MANIFEST, Edition, Manifest, sha256_of
from knowledge_base.editions.publication import Progress, Reusable, build_edition
from knowledge_base.encoder import Encoder, statement_encoder
from knowledge_base.errors import (
    DamagedEdition,
    NothingPublished,
    UnknownEdition,
    VectorsUnreachable,
)
from knowledge_base.pgvector_index import VectorDatabase
from knowledge_base.record import Record
from knowledge_base.store import Entry

DRAFT = ".building-"
EDITION_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
"""When the publication began (UTC), and six digits by chance."""
ABANDONED_SECONDS = 86_400
"""A day; building 100,000 passages takes about an hour on one core."""


class Shelf:
    """The folder of editions; the file `current` names the live one and is replaced atomically."""

    look_seconds = 0.0
    """How long a look at the pointer holds; 0 where looking costs nothing."""

    def __init__(
        self,
        folder: Path,
        vectors: VectorDatabase | None = None,
        encode: Encode = in_this_process,
    ):
        """With `vectors`, a live edition's are searched there; the edition keeps its own.

        `encode` is how a publication encodes what is new.
        """
        self.folder = folder
        self._vectors, self._encode = vectors, encode
        self._pointer = folder / "current"

    def current_id(self) -> str | None:
        """The live edition's id, or None before the first publication."""
        try:
            return self._pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifests(self) -> list[Manifest]:
        """Every edition on the shelf, newest first.

        One whose manifest cannot be read is left out; opening it says what is wrong.
        """
        found = []
        for edition_id in self._ids():
            with suppress(DamagedEdition):
                found.append(Manifest.load(self.folder / edition_id / MANIFEST))
        return found

    def _ids(self) -> list[str]:
        """Names of whole editions, newest first; a draft's folder begins with a dot."""
        found = (path.parent.name for path in self.folder.glob(f"*/{MANIFEST}"))
        return sorted((name for name in found if not name.startswith(".")), reverse=True)

    def open(self, edition_id: str | None = None) -> Edition:
        """Open an edition, the live one by default, after checking every file's hash.

        Raises NothingPublished, UnknownEdition or DamagedEdition.
        """
        chosen = edition_id or self.current_id()
        if chosen is None:
            raise NothingPublished(
                "nothing is published yet; run `advisor import` and `advisor publish`"
            )
        self._refuse_unknown(chosen)
        return self._opened(chosen)

    def open_spare(self) -> Edition | None:
        """What can be opened while the pointer is out of reach; here it never is."""
        return None

    def _opened(self, edition_id: str) -> Edition:
        folder = self.folder / edition_id
        edition = Edition(folder, checked(folder))
        if self._vectors:
            edition.vectors = self._vectors.index(edition_id, edition.vectors)
        return edition

    def point_to(self, edition_id: str) -> None:
        """Make an edition live, its vectors in their database first.

        Raises UnknownEdition, and with a database of vectors DamagedEdition or VectorsUnreachable.
        """
        self._refuse_unknown(edition_id)
        self._share_vectors(edition_id)
        self._move_pointer(edition_id)

    def _share_vectors(self, edition_id: str) -> None:
        if self._vectors:
            edition = self._opened(edition_id)
            try:
                self._vectors.add(edition_id, edition.vectors, edition.manifest.passages)
            except VectorsUnreachable as error:
                raise VectorsUnreachable(
                    f"{error}, then run `advisor editions roll-back {edition_id}`"
                ) from None
            finally:
                edition.close()

    def _move_pointer(self, edition_id: str) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".current-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(edition_id + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._pointer)

    def _refuse_unknown(self, edition_id: str) -> None:
        known = self._ids()
        if edition_id not in known:
            names = ", ".join(known[:5]) or "none"
            raise UnknownEdition(f"there is no edition {edition_id!r}; there are: {names}")

    def publish(
        self,
        entries: Sequence[Entry],
        encoder: Encoder,
        progress: Progress,
        records: Sequence[Record] = (),
    ) -> Manifest:
        """Build an edition beside the others and make it live when it is whole.

        Raises NothingToPublish when `entries` hold no passage, EncoderUnavailable, and as
        `point_to`. A build that fails leaves nothing; what a killed one left is cleared by a later
        publication.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear_abandoned()
        if self._vectors:
            self._vectors.prepare()
        now = datetime.now(UTC)
        edition_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        draft = Path(tempfile.mkdtemp(dir=self.folder, prefix=DRAFT))
        try:
            manifest = build_edition(
                draft,
                edition_id,
                now,
                entries,
                encoder,
                self.reusable(encoder),
                progress,
                records,
                self._encode,
            )
            self._keep(draft, manifest)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        self.point_to(edition_id)
        return manifest

    def _keep(self, draft: Path, manifest: Manifest) -> None:
        """Make a whole draft an edition of the shelf, at once."""
        draft.rename(self.folder / manifest.id)

    def _clear_abandoned(self) -> None:
        """Remove drafts so old that nobody can still be building them."""
        for draft in self.folder.glob(f"{DRAFT}*"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > ABANDONED_SECONDS:
                    shutil.rmtree(draft, ignore_errors=True)

    def reusable(self, encoder: Encoder) -> Reusable:
        """Vectors of the live edition, where the same encoders made them and it is whole."""
        try:
            live = self.open()
        except (NothingPublished, UnknownEdition, DamagedEdition):
            return Reusable()
        made = live.manifest
        try:
            return Reusable(
                live.known_vectors() if made.encoder == encoder.name else None,
                live.known_statements()
                if made.statement_encoder == statement_encoder(encoder).name
                else None,
            )
        finally:
            live.close()


def checked(folder: Path) -> Manifest:
    """The manifest of a folder whose every file matches it. Raises DamagedEdition."""
    manifest = Manifest.load(folder / MANIFEST)
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != expected:
            raise DamagedEdition(
                f"{folder / name} does not match its manifest; publish again or roll back"
            )
    return manifest
