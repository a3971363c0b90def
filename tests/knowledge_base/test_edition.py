"""Editions: immutable, checked before use, built whole or not at all, switched at once."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from editions import page, silent

from knowledge_base.arrays import Vectors
from knowledge_base.edition import CONTENT, MANIFEST, sha256_of
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, statement_encoder
from knowledge_base.errors import (
    DamagedEdition,
    NothingPublished,
    NothingToPublish,
    UnknownEdition,
)
from knowledge_base.model import Validity
from knowledge_base.passages import passages
from knowledge_base.retriever import Query, Retriever

ENTRIES = [
    page("fees", "# Fees\n\nThe application fee is $25.\n\n## Tuition\n\nTuition is $190.\n"),
    page("aid", "Grants pay for short programs.", validity=Validity(date(2027, 1, 1))),
]


class Counting:
    """The real encoder, which remembers what it was asked, and fails when told to."""

    def __init__(self, real: Encoder, fail: bool = False):
        self._real, self.name, self.dimension = real, real.name, real.dimension
        self.asked: list[str] = []
        self._fail = fail
        compares = statement_encoder(real)
        self.statements: Encoder = self if compares is real else Counting(compares, fail)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the real one."""
        if self._fail:
            raise MemoryError("no room for the model")
        self.asked += texts
        return self._real.encode(texts)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "editions")


def fingerprint(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_an_edition_holds_what_was_published(shelf: Shelf, encoder: Encoder) -> None:
    """Documents, passages in order, vectors and counts are those of the working copy."""
    manifest = shelf.publish(ENTRIES, encoder, silent)
    edition = shelf.open()
    assert (edition.id, shelf.current_id()) == (manifest.id, manifest.id)
    assert (manifest.documents, manifest.passages, manifest.programs) == (2, 3, 0)
    cut = passages(ENTRIES[0].document)
    assert edition.document("fees") == (ENTRIES[0].document, tuple(cut))
    assert edition.passages([1, 0]) == [cut[1], cut[0]]
    assert {d.id for d in edition.documents()} == {"fees", "aid"}
    assert edition.document("nothing") is None
    expected = encoder.encode([f"{p.context}\n{p.text}" for p in cut])
    np.testing.assert_allclose(edition.vectors.vectors(np.array([0, 1])), expected, atol=1e-5)
    assert edition.in_force(date(2026, 12, 31)).tolist() == [True, True, False]
    assert edition.in_force(date(2027, 1, 1)).tolist() == [True, True, True]


def test_using_an_edition_does_not_change_it(shelf: Shelf, encoder: Encoder) -> None:
    """Reading, and publishing another, leave every byte of its folder as it was."""
    first = shelf.publish(ENTRIES, encoder, silent)
    before = fingerprint(shelf.folder / first.id)
    edition = shelf.open()
    edition.documents()
    edition.names  # noqa: B018
    shelf.publish(ENTRIES[:1], encoder, silent)
    edition.close()
    assert fingerprint(shelf.folder / first.id) == before
    assert set(before) == {MANIFEST, *first.files}


def test_the_database_of_an_edition_refuses_writes(shelf: Shelf, encoder: Encoder) -> None:
    """It is opened read-only."""
    shelf.publish(ENTRIES, encoder, silent)
    edition = shelf.open()
    raw = edition._database.raw_connection()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        raw.cursor().execute("DELETE FROM documents")
    raw.close()


def test_vectors_of_unchanged_passages_are_reused(shelf: Shelf, encoder: Encoder) -> None:
    """Only what is new is encoded, and a reused vector belongs to the same words."""
    shelf.publish(ENTRIES, encoder, silent)
    counting = Counting(encoder)
    changed = [page("new", "A new page."), page("aid", ENTRIES[1].document.text), ENTRIES[0]]
    manifest = shelf.publish(changed, counting, silent)
    assert counting.asked == ["New\nA new page."]
    assert counting.statements.asked == ["New: A new page."]
    assert (manifest.passages, manifest.reused_vectors, manifest.reused_statements) == (4, 3, 3)
    edition = shelf.open()
    texts = [f"{p.context}\n{p.text}" for p in edition.passages(range(4))]
    np.testing.assert_allclose(
        edition.vectors.vectors(np.arange(4)), encoder.encode(texts), atol=1e-5
    )
    fee = counting.statements.encode(["Fees › Tuition: Tuition is $190."])[0]
    nearest = edition.nearest_statement(np.arange(4), fee)
    assert texts[int(nearest.argmax())].endswith("Tuition is $190.")
    assert nearest.max() == pytest.approx(1.0, abs=1e-3)


def test_many_documents_keep_their_passages_and_vectors(shelf: Shelf, encoder: Encoder) -> None:
    """Whatever is written together: each row holds its passage, its document and its vector."""
    entries = [page(f"d{n}", f"# Page {n}\n\nOne.\n\n## More\n\nTwo.\n") for n in range(230)]
    manifest = shelf.publish(entries, encoder, silent)
    edition = shelf.open()
    cut = [passage for entry in entries for passage in passages(entry.document)]
    assert edition.passages(range(manifest.passages)) == cut
    rows = np.arange(manifest.passages)
    assert edition.document_ids(rows).tolist() == [p.document_id for p in cut]
    some = [0, 399, 400, manifest.passages - 1]
    expected = encoder.encode([f"{cut[row].context}\n{cut[row].text}" for row in some])
    np.testing.assert_allclose(edition.vectors.vectors(np.array(some)), expected, atol=1e-5)
    again = shelf.publish(entries[::-1], Counting(encoder, fail=True), silent)
    assert again.reused_vectors == again.reused_statements == manifest.passages


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)])
def test_what_is_in_force_is_told_by_both_ends(shelf: Shelf, encoder: Encoder, day: date) -> None:
    """The first and the last day count, an open end always does."""
    ranges = [
        Validity(),
        Validity(date(2026, 6, 30)),
        Validity(None, date(2026, 6, 30)),
        Validity(date(2026, 1, 1), date(2026, 7, 1)),
    ]
    entries = [page(f"d{n}", "Words.", validity=validity) for n, validity in enumerate(ranges)]
    shelf.publish(entries, encoder, silent)
    assert shelf.open().in_force(day).tolist() == [r.holds_on(day) for r in ranges]


def test_vectors_of_another_encoder_are_not_reused(shelf: Shelf, encoder: Encoder) -> None:
    """A manifest that names another encoder keeps its vectors to itself."""
    shelf.publish(ENTRIES, encoder, silent)
    renamed = Counting(encoder)
    renamed.name = "another-model"
    again = shelf.publish(ENTRIES, renamed, silent)
    assert (again.reused_vectors, again.reused_statements) == (0, 3)
    renamed.statements.name = "another-model"
    assert shelf.publish(ENTRIES, renamed, silent).reused_statements == 0


def test_an_edition_from_before_statements_answers(shelf: Shelf, encoder: Encoder) -> None:
    """It opens and is searched by its passages; the next one reuses what it has."""
    made = shelf.publish(ENTRIES, encoder, silent)
    folder = shelf.folder / made.id
    with closing(sqlite3.connect(folder / CONTENT)) as database:
        database.execute("DROP TABLE statements")
    older = asdict(made)
    del older["statement_encoder"], older["reused_statements"]
    older["files"][CONTENT] = sha256_of(folder / CONTENT)
    (folder / MANIFEST).write_text(json.dumps(older), encoding="utf-8")
    found = Retriever(shelf.open(), encoder).search(Query("What is the tuition?", date.today()))
    assert found.passages[0].text == "Tuition is $190."
    again = shelf.publish(ENTRIES, encoder, silent)
    assert (again.reused_vectors, again.reused_statements) == (3, 0)


def test_a_build_that_fails_leaves_nothing(shelf: Shelf, encoder: Encoder) -> None:
    """The live edition stays live and no half-built folder stays behind."""
    first = shelf.publish(ENTRIES, encoder, silent)
    listing = sorted(path.name for path in shelf.folder.iterdir())
    with pytest.raises(MemoryError):
        shelf.publish([page("new", "New words.")], Counting(encoder, fail=True), silent)
    assert sorted(path.name for path in shelf.folder.iterdir()) == listing
    assert shelf.open().id == first.id


@pytest.mark.parametrize("entries", [[], [page("blank", " \n ")]])
def test_nothing_to_publish_says_what_to_do(
    shelf: Shelf, encoder: Encoder, entries: list[object]
) -> None:
    """An edition is never empty."""
    with pytest.raises(NothingToPublish, match="run `advisor import` first"):
        shelf.publish(entries, encoder, silent)  # type: ignore[arg-type]
    assert shelf.current_id() is None


def test_a_text_without_words_is_published(shelf: Shelf, encoder: Encoder) -> None:
    """A page of signs has no word to index, and breaks nothing."""
    shelf.publish([page("signs", "!!! ???", title="***")], encoder, silent)
    assert shelf.open().lexical.scores("fee").tolist() == [0.0]


def test_progress_names_each_stage(shelf: Shelf, encoder: Encoder) -> None:
    """Cutting, encoding and indexing are reported up to their end."""
    seen: dict[str, tuple[int, int]] = {}
    shelf.publish(ENTRIES, encoder, lambda what, done, total: seen.update({what: (done, total)}))
    stages = [what.split()[0] for what in seen]
    assert stages[0] == "cutting"
    assert {"encoding", "indexing"} <= set(stages)
    assert seen["encoding passages"] == seen["encoding statements"] == (3, 3)


@pytest.mark.parametrize("name", ["content.sqlite", "vectors.faiss", "lexical/size.json"])
@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_damaged_file_is_found(shelf: Shelf, encoder: Encoder, name: str, how: str) -> None:
    """Every file is checked against the manifest; the error names it and what to do."""
    manifest = shelf.publish(ENTRIES, encoder, silent)
    path = shelf.folder / manifest.id / name
    if how == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    else:
        path.unlink()
    with pytest.raises(DamagedEdition, match=rf"{name}.*publish again or roll back"):
        shelf.open()


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", b"\xff\xfe", '{"id": "x", "files": []}', "no list"],
)
def test_a_manifest_that_is_none_is_found(
    shelf: Shelf, encoder: Encoder, manifest: str | bytes
) -> None:
    """A manifest that cannot be read, or that vouches for nothing, opens nothing."""
    first = shelf.publish(ENTRIES, encoder, silent)
    path = shelf.folder / first.id / MANIFEST
    if manifest == "no list":
        manifest = json.dumps({**json.loads(path.read_text()), "files": {}})
    path.write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())
    with pytest.raises(DamagedEdition, match=MANIFEST):
        shelf.open()
    second = shelf.publish(ENTRIES, encoder, silent)
    assert [m.id for m in shelf.manifests()] == [second.id]


def test_an_unknown_edition_lists_those_there_are(shelf: Shelf, encoder: Encoder) -> None:
    """A wrong name, or one that leaves the shelf, is refused with the names there are."""
    manifest = shelf.publish(ENTRIES, encoder, silent)
    for name in ("20200101T000000-abcdef", "../editions", "."):
        with pytest.raises(UnknownEdition, match=manifest.id):
            shelf.open(name)
        with pytest.raises(UnknownEdition):
            shelf.point_to(name)
    assert shelf.current_id() == manifest.id


def test_an_empty_shelf_says_what_to_do(shelf: Shelf) -> None:
    """Before the first publication there is nothing to open and nothing to list."""
    assert shelf.current_id() is None
    assert shelf.manifests() == []
    with pytest.raises(NothingPublished, match="advisor publish"):
        shelf.open()


def test_a_draft_is_no_edition(shelf: Shelf, encoder: Encoder) -> None:
    """A whole but unfinished folder, as a killed build leaves it, is neither listed nor opened."""
    manifest = shelf.publish(ENTRIES, encoder, silent)
    draft = shelf.folder / ".building-left"
    (shelf.folder / manifest.id).rename(draft)
    assert shelf.manifests() == []
    with pytest.raises(UnknownEdition):
        shelf.open(".building-left")
    os.utime(draft, (0, 0))
    shelf.publish(ENTRIES, encoder, silent)
    assert not draft.exists()


def test_rolling_back_points_to_the_earlier_edition(shelf: Shelf, encoder: Encoder) -> None:
    """The pointer moves; both editions stay."""
    first = shelf.publish(ENTRIES, encoder, silent)
    second = shelf.publish(ENTRIES[:1], encoder, silent)
    shelf.point_to(first.id)
    assert shelf.open().id == first.id
    assert {m.id for m in shelf.manifests()} == {first.id, second.id}


def test_the_pointer_is_never_half_written(shelf: Shelf, encoder: Encoder) -> None:
    """While it is switched back and forth, every look at it finds one of the two editions."""
    both = [shelf.publish(ENTRIES, encoder, silent).id for _ in range(2)]
    done = threading.Event()

    def look() -> set[str | None]:
        seen = set()
        while not done.is_set():
            seen.add(shelf.current_id())
        return seen

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for turn in range(300):
            shelf.point_to(both[turn % 2])
        done.set()
    assert looking.result() <= set(both)
    assert not list(shelf.folder.glob(".current-*"))


def test_publications_at_the_same_time_all_stay_whole(shelf: Shelf, encoder: Encoder) -> None:
    """Each builds its own folder, and the pointer names one that is whole."""
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: shelf.publish(ENTRIES, encoder, silent), range(4)))
    assert len({manifest.id for manifest in made}) == 4
    for manifest in made:
        assert shelf.open(manifest.id).manifest == manifest
    assert shelf.current_id() in {manifest.id for manifest in made}
    assert not list(shelf.folder.glob(".building-*"))


PUBLISH_AND_WAIT = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from editions import page, silent
    from knowledge_base.encoder import open_encoder
    from knowledge_base.editions.shelf import Shelf

    class Slow(Shelf):
        def point_to(self, edition_id):
            print("built", flush=True)
            time.sleep(600)

    Slow(Path(sys.argv[1])).publish([page("new", "New.")], open_encoder(), silent)
"""


def test_a_crash_before_the_switch_leaves_the_old_edition_live(
    shelf: Shelf, encoder: Encoder
) -> None:
    """A process killed between building and switching changes nothing that is live."""
    first = shelf.publish(ENTRIES, encoder, silent)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PUBLISH_AND_WAIT), shelf.folder,
         Path(__file__).parent],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "built\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert shelf.open().id == first.id
    assert shelf.open().document("new") is None
    later = shelf.publish(ENTRIES, encoder, silent)
    assert shelf.open().id == later.id


def test_hashes_are_sha256(tmp_path: Path) -> None:
    """A manifest can be checked with any tool."""
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert sha256_of(path) == hashlib.sha256(b"abc").hexdigest()
