"""What every shelf must do, wherever it keeps its editions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from editions import page, silent
from fsspec.core import url_to_fs

from knowledge_base.edition import MANIFEST
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import DamagedEdition, NothingPublished, UnknownEdition

OLD = [page("fees", "The application fee is $25."), page("aid", "Grants pay for short programs.")]
NEW = [page("fees", "The application fee is $30."), OLD[1]]

Machine = Callable[[], Shelf]
"""Gives the shelf as one more machine sees it; each has a disk of its own."""


class ShelfContract:
    """Inherit it in a class whose fixture `location` is an empty place, and `machine` opens it."""

    def test_what_one_machine_publishes_another_answers_from(
        self, machine: Machine, encoder: Encoder
    ) -> None:
        """Documents, vectors and counts arrive as they were published."""
        manifest = machine().publish(OLD, encoder, silent)
        other = machine()
        edition = other.open()
        assert other.current_id() == manifest.id
        assert edition.manifest == manifest
        assert {d.id: d.text for d in edition.documents()} == {
            entry.document.id: entry.document.text for entry in OLD
        }
        texts = [f"{p.context}\n{p.text}" for p in edition.passages([0, 1])]
        np.testing.assert_array_equal(edition.vectors.vectors(np.arange(2)), encoder.encode(texts))

    def test_an_empty_place_says_what_to_do(self, machine: Machine) -> None:
        """Before the first publication there is nothing to open and nothing to list."""
        shelf = machine()
        assert shelf.current_id() is None
        assert shelf.manifests() == []
        with pytest.raises(NothingPublished, match="advisor publish"):
            shelf.open()

    def test_a_roll_back_holds_on_every_machine(self, machine: Machine, encoder: Encoder) -> None:
        """Both editions stay on the shelf, newest first, and the pointer moves for all."""
        publishing, other = machine(), machine()
        made = [publishing.publish(entries, encoder, silent) for entries in (OLD, NEW)]
        assert other.open().id == made[1].id
        other.point_to(made[0].id)
        assert publishing.open().id == machine().open().id == made[0].id
        assert {m.id for m in other.manifests()} == {m.id for m in made}
        ids = [m.id for m in other.manifests()]
        assert ids == sorted(ids, reverse=True)

    def test_vectors_of_another_machines_edition_are_reused(
        self, machine: Machine, encoder: Encoder
    ) -> None:
        """A machine that never published encodes only what is new."""
        machine().publish(OLD, encoder, silent)
        assert machine().publish(NEW, encoder, silent).reused_vectors == 1

    def test_an_unknown_edition_lists_those_there_are(
        self, machine: Machine, encoder: Encoder
    ) -> None:
        """A wrong name, or one that leaves the shelf, is refused with the names there are."""
        manifest = machine().publish(OLD, encoder, silent)
        shelf = machine()
        for name in ("20200101T000000-abcdef", "../editions", "."):
            with pytest.raises(UnknownEdition, match=manifest.id):
                shelf.open(name)
            with pytest.raises(UnknownEdition):
                shelf.point_to(name)
        assert shelf.current_id() == manifest.id

    @pytest.mark.parametrize("name", ["content.sqlite", "vectors.faiss", "lexical/size.json"])
    @pytest.mark.parametrize("how", ["changed", "missing"])
    def test_a_damaged_file_is_found(
        self, machine: Machine, location: str, encoder: Encoder, name: str, how: str
    ) -> None:
        """No machine opens it; the error names the file and what to do."""
        manifest = machine().publish(OLD, encoder, silent)
        storage, root = url_to_fs(location)
        path = f"{root}/{manifest.id}/{name}"
        if how == "changed":
            storage.pipe_file(path, storage.cat_file(path)[:-1] + b"?")
        else:
            storage.rm(path)
        with pytest.raises(DamagedEdition, match=rf"{manifest.id}/{name}.*publish again"):
            machine().open()

    def test_a_manifest_that_is_none_is_found(
        self, machine: Machine, location: str, encoder: Encoder
    ) -> None:
        """A manifest that cannot be read, or that reaches outside the edition, opens nothing."""
        storage, root = url_to_fs(location)
        first = machine().publish(OLD, encoder, silent)
        path = f"{root}/{first.id}/{MANIFEST}"
        good: bytes = storage.cat_file(path)
        for bad in (b"", b"\xff\xfe", good.replace(b'"content.sqlite"', b'"../content.sqlite"')):
            storage.pipe_file(path, bad)
            with pytest.raises(DamagedEdition, match=MANIFEST):
                machine().open()
        second = machine().publish(OLD, encoder, silent)
        assert [m.id for m in machine().manifests()] == [second.id]


class SharedShelfContract(ShelfContract):
    """The same where threads may read one file at once, which `memory://` does not stand."""

    def test_machines_that_publish_at_once_leave_whole_editions(
        self, machine: Machine, encoder: Encoder
    ) -> None:
        """While four publish, who looks at the pointer finds an edition that opens."""
        first = machine().publish(OLD, encoder, silent)
        watching = machine()
        with ThreadPoolExecutor(4) as pool:
            publishing = [
                pool.submit(shelf.publish, NEW, encoder, silent)
                for shelf in [machine() for _ in range(4)]
            ]
            seen = {watching.open().id}
            while not all(made.done() for made in publishing):
                seen.add(watching.open().id)
        made = {future.result().id for future in publishing}
        assert seen <= {first.id, *made}
        reading = machine()
        assert reading.current_id() in made
        assert {m.id for m in reading.manifests()} == {first.id, *made}
        for edition_id in made:
            assert reading.open(edition_id).id == edition_id
