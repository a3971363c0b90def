"""Editions in storage that several machines share, read through copies on this machine's disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fsspec.core import url_to_fs

from knowledge_base.bulk_encoding import Encode, in_this_process
from knowledge_base.edition import MANIFEST, Edition, Manifest
from knowledge_base.editions.shelf import ABANDONED_SECONDS, DRAFT, EDITION_ID, Shelf, checked
from knowledge_base.errors import DamagedEdition, KnowledgeBaseError, ShelfUnreachable
from knowledge_base.pgvector_index import VectorDatabase

_KEPT_COPIES = 3
"""The live edition, the one before it for a roll-back, and one that a slower process still has."""
_LOCAL = "file://"


def open_shelf(
    location: str,
    copies: Path,
    vectors: VectorDatabase | None = None,
    encode: Encode = in_this_process,
) -> Shelf:
    """The shelf at a path or a URL; a URL's editions are copied into the folder `copies`.

    `file://` is a path; `vectors` and `encode` are as in Shelf. Raises ShelfUnreachable when the
    URL's protocol is not known or its package is not installed.
    """
    if "://" not in location or location.startswith(_LOCAL):
        return Shelf(Path(location.removeprefix(_LOCAL)), vectors, encode)
    return RemoteShelf(location, copies, vectors, encode)


class RemoteShelf(Shelf):
    """Editions at any URL that fsspec knows, whose storage replaces an object as a whole.

    An edition is uploaded file by file, its manifest last, and only then does the object `current`
    name it. It is opened from a copy whose every file matches the manifest.
    """

    look_seconds = 5.0

    def __init__(
        self,
        url: str,
        copies: Path,
        vectors: VectorDatabase | None = None,
        encode: Encode = in_this_process,
    ):
        super().__init__(copies, vectors, encode)
        try:
            self._storage, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ShelfUnreachable(
                f"knowledge_base.editions: {url.partition('://')[0]}:// cannot be used: {error}"
            ) from None
        self._place = self._storage.unstrip_protocol(self._root)

    def current_id(self) -> str | None:
        """The live edition's id, or None before the first publication. Raises ShelfUnreachable."""
        with self._reaching():
            try:
                raw: bytes = self._storage.cat_file(f"{self._root}/current")
            except FileNotFoundError:
                return None
        return raw.decode("ascii", "replace").strip() or None

    def manifests(self) -> list[Manifest]:
        """Every edition in the storage, newest first. Raises ShelfUnreachable.

        One whose manifest cannot be read is left out; opening it says what is wrong.
        """
        names = [f"{self._root}/{edition_id}/{MANIFEST}" for edition_id in self._ids()]
        with self._reaching():
            raw: dict[str, bytes] = self._storage.cat(names, on_error="omit") if names else {}
        found = []
        for name in names:
            with suppress(DamagedEdition):
                found.append(Manifest.parse(raw.get(name, b""), name))
        return found

    def _ids(self) -> list[str]:
        with self._reaching():
            self._storage.invalidate_cache()
            paths = self._storage.glob(f"{self._root}/*/{MANIFEST}")
        return sorted((path.split("/")[-2] for path in paths), reverse=True)

    def _move_pointer(self, edition_id: str) -> None:
        with self._reaching():
            self._storage.pipe_file(f"{self._root}/current", f"{edition_id}\n".encode())

    def open_spare(self) -> Edition | None:
        """The copy that was used last, for when the storage is out of reach."""
        for copy in self._copies():
            with suppress(DamagedEdition):
                return super()._opened(copy.name)
        return None

    def _opened(self, edition_id: str) -> Edition:
        try:
            edition = super()._opened(edition_id)
        except DamagedEdition:  # There is no copy yet, or it was damaged on this disk.
            self._fetch(edition_id)
            edition = super()._opened(edition_id)
        os.utime(self.folder / edition_id)
        for copy in self._copies()[_KEPT_COPIES:]:
            shutil.rmtree(copy, ignore_errors=True)
        return edition

    def _copies(self) -> list[Path]:
        """Folders of whole copies, the last used first."""
        found = (path.parent for path in self.folder.glob(f"*/{MANIFEST}"))
        whole = (path for path in found if not path.name.startswith("."))
        return sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)

    def _fetch(self, edition_id: str) -> None:
        """Copy an edition to this disk, and take it only when every file matches its manifest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self.folder, prefix=DRAFT))
        remote = f"{self._root}/{edition_id}"
        try:
            with self._reaching():
                self._storage.get_file(f"{remote}/{MANIFEST}", str(draft / MANIFEST))
                for name in Manifest.load(draft / MANIFEST).files:
                    (draft / name).parent.mkdir(parents=True, exist_ok=True)
                    with suppress(FileNotFoundError):  # Then it does not match its manifest.
                        self._storage.get_file(f"{remote}/{name}", str(draft / name))
            try:
                checked(draft)
            except DamagedEdition as error:
                there = f"{self._place}/{edition_id}"
                raise DamagedEdition(str(error).replace(str(draft), there)) from None
            self._take(draft, self.folder / edition_id)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @staticmethod
    def _take(draft: Path, copy: Path) -> None:
        """Put a whole copy in its place, unless another process was faster."""
        with suppress(DamagedEdition):
            checked(copy)
            return
        shutil.rmtree(copy, ignore_errors=True)
        with suppress(OSError):  # Another process was faster after all.
            draft.rename(copy)

    def _keep(self, draft: Path, manifest: Manifest) -> None:
        with self._reaching():
            for name in (*manifest.files, MANIFEST):
                self._storage.put_file(str(draft / name), f"{self._root}/{manifest.id}/{name}")
        super()._keep(draft, manifest)

    def _clear_abandoned(self) -> None:
        """Also remove uploads without a manifest whose publication began long ago."""
        super()._clear_abandoned()
        oldest = f"{datetime.now(UTC) - timedelta(seconds=ABANDONED_SECONDS):%Y%m%dT%H%M%S}"
        whole = set(self._ids())
        with self._reaching():
            for path in self._storage.glob(f"{self._root}/*"):
                name = path.rstrip("/").rsplit("/", 1)[-1]
                if EDITION_ID.fullmatch(name) and name < oldest and name not in whole:
                    self._storage.rm(path, recursive=True)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Every storage has errors of its own; here they all mean that it cannot be reached."""
        try:
            yield
        except KnowledgeBaseError:
            raise
        except Exception as error:
            raise ShelfUnreachable(
                f"the editions at {self._place} cannot be reached "
                f"({type(error).__name__}: {error}); check knowledge_base.editions, the network "
                f"and the storage's credentials"
            ) from error
