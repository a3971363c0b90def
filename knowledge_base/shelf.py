"""The shelf of editions, and the pointer that says which one is live."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from knowledge_base.arrays import Vectors
from knowledge_base.edition import MANIFEST, Edition, Manifest, sha256_of
from knowledge_base.encoder import Encoder
from knowledge_base.errors import DamagedEdition, NothingPublished, UnknownEdition
from knowledge_base.publication import Progress, build_edition
from knowledge_base.store import Entry


class Shelf:
    """The folder of editions; the file `current` names the live one and is replaced atomically."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._pointer = folder / "current"

    def current_id(self) -> str | None:
        """The live edition's id, or None before the first publication."""
        try:
            return self._pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifests(self) -> list[Manifest]:
        """Every edition on the shelf, newest first."""
        found = [Manifest.load(path) for path in self.folder.glob(f"*/{MANIFEST}")]
        return sorted(found, key=lambda manifest: manifest.id, reverse=True)

    def open(self, edition_id: str | None = None) -> Edition:
        """Open an edition, the live one by default, after checking every file's hash.

        Raises NothingPublished, UnknownEdition or DamagedEdition.
        """
        chosen = edition_id or self.current_id()
        if chosen is None:
            raise NothingPublished(
                "nothing is published yet; run `advisor import` and `advisor publish`"
            )
        folder = self._edition_folder(chosen)
        manifest = Manifest.load(folder / MANIFEST)
        for name, expected in manifest.files.items():
            if not (folder / name).is_file() or sha256_of(folder / name) != expected:
                raise DamagedEdition(
                    f"{folder / name} does not match its manifest; publish again or roll back"
                )
        return Edition(folder, manifest)

    def point_to(self, edition_id: str) -> None:
        """Make an edition live. Raises UnknownEdition."""
        self._edition_folder(edition_id)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".current-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(edition_id + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._pointer)

    def _edition_folder(self, edition_id: str) -> Path:
        known = {path.parent.name for path in self.folder.glob(f"*/{MANIFEST}")}
        if edition_id not in known:
            names = ", ".join(sorted(known, reverse=True)[:5]) or "none"
            raise UnknownEdition(f"there is no edition {edition_id!r}; there are: {names}")
        return self.folder / edition_id

    def publish(self, entries: Sequence[Entry], encoder: Encoder, progress: Progress) -> Manifest:
        """Build an edition beside the others and make it live when it is whole.

        Raises NothingToPublish when `entries` hold no passage. A build that fails leaves nothing.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        edition_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        draft = Path(tempfile.mkdtemp(dir=self.folder, prefix=".building-"))
        try:
            manifest = build_edition(
                draft, edition_id, now, entries, encoder, self._reusable(encoder), progress
            )
            draft.rename(self.folder / edition_id)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        self.point_to(edition_id)
        return manifest

    def _reusable(self, encoder: Encoder) -> dict[str, Vectors]:
        """Vectors of the live edition, if the same encoder made them and it is whole."""
        try:
            live = self.open()
        except (NothingPublished, UnknownEdition, DamagedEdition):
            return {}
        try:
            return live.vectors_by_digest() if live.manifest.encoder == encoder.name else {}
        finally:
            live.close()
