"""Editions on a disk, in memory and in an S3 store keep one contract; a network may fail."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from contract_shelves import NEW, OLD, Machine, SharedShelfContract, ShelfContract
from editions import silent
from fsspec.core import url_to_fs
from moto.server import ThreadedMotoServer
from structlog.testing import capture_logs

from knowledge_base.edition import VECTORS, Edition
from knowledge_base.editions.live import LiveEdition
from knowledge_base.editions.remote import RemoteShelf, open_shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import ShelfUnreachable


@pytest.fixture
def machine(location: str, tmp_path: Path) -> Machine:
    """Opens the shelf as one machine after another sees it."""
    numbers = count()
    return lambda: open_shelf(location, tmp_path / f"machine-{next(numbers)}")


class TestPath(SharedShelfContract):
    """A folder."""

    @pytest.fixture
    def location(self, tmp_path: Path) -> str:
        """Made when something is published."""
        return str(tmp_path / "editions")


class TestFileUrl(SharedShelfContract):
    """A folder by its URL."""

    @pytest.fixture
    def location(self, tmp_path: Path) -> str:
        """Made when something is published."""
        return f"file://{tmp_path}/editions"


class TestMemory(ShelfContract):
    """The smallest storage that fsspec has."""

    @pytest.fixture
    def location(self) -> str:
        """A place that no other test uses."""
        return f"memory://{uuid.uuid4().hex}/editions"


class TestS3(SharedShelfContract):
    """A store over HTTP."""

    @pytest.fixture
    def location(self, bucket: str) -> str:
        """A place in a fresh bucket."""
        return bucket


class Store:
    """An S3 server on loopback that can be stopped and started again with what it holds."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self) -> None:
        """Refuse every connection."""
        self._server.stop()

    def start(self) -> None:
        """Listen again where it listened before."""
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = Store()
    known = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.port}",
        "AWS_ACCESS_KEY_ID": "fictional",
        "AWS_SECRET_ACCESS_KEY": "fictional",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    before = {name: os.environ.get(name) for name in known}
    os.environ.update(known)
    yield store
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    store.stop()


@pytest.fixture
def bucket(store: Store) -> str:
    name = f"bucket-{uuid.uuid4().hex}"
    url_to_fs(f"s3://{name}")[0].mkdir(name)
    return f"s3://{name}/editions"


PUBLISH_AND_STOP = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from editions import page, silent
    from knowledge_base.encoder import open_encoder
    from knowledge_base.editions.remote import RemoteShelf

    shelf = RemoteShelf(sys.argv[1], Path(sys.argv[2]))
    put = shelf._storage.put_file

    def put_until(path, name):
        if name.endswith(sys.argv[4]):
            print(name.split("/")[-2], flush=True)
            time.sleep(600)
        put(path, name)

    shelf._storage.put_file = put_until
    shelf.publish([page("new", "New.")], open_encoder(), silent)
"""


@pytest.mark.parametrize("where", ["vectors.faiss", "manifest.json"])
def test_an_upload_that_is_killed_is_never_seen(
    bucket: str, tmp_path: Path, encoder: Encoder, where: str
) -> None:
    """Half an upload is neither live nor listed; once it is a day old a publication removes it."""
    first = open_shelf(bucket, tmp_path / "one").publish(OLD, encoder, silent)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PUBLISH_AND_STOP), bucket, tmp_path / "two",
         Path(__file__).parent, where],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert child.stdout is not None
    half = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    storage, root = url_to_fs(bucket)
    assert storage.exists(f"{root}/{half}/content.sqlite")
    other = open_shelf(bucket, tmp_path / "three")
    assert other.open().id == first.id
    assert [m.id for m in other.manifests()] == [first.id]
    later = open_shelf(bucket, tmp_path / "two").publish(NEW, encoder, silent)
    assert other.open().id == later.id
    storage.invalidate_cache()
    assert storage.exists(f"{root}/{half}/content.sqlite")  # It may still be under way.
    for old in ("20200101T000000-abcdef/content.sqlite", "20200101-notes/not-ours"):
        storage.pipe_file(f"{root}/{old}", b"half")
    other.publish(OLD, encoder, silent)
    storage.invalidate_cache()
    assert not storage.exists(f"{root}/20200101T000000-abcdef")
    assert storage.exists(f"{root}/20200101-notes/not-ours")


def test_a_download_that_was_cut_short_is_not_taken(
    bucket: str, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrived stays no copy, and the next attempt copies the edition whole."""
    manifest = open_shelf(bucket, tmp_path / "one").publish(OLD, encoder, silent)
    reading = RemoteShelf(bucket, tmp_path / "two")

    def cut(name: str, path: str) -> None:
        if name.endswith(VECTORS):
            raise ConnectionResetError("connection lost")
        Path(path).write_bytes(reading._storage.cat_file(name))

    with monkeypatch.context() as broken:
        broken.setattr(reading._storage, "get_file", cut)
        with pytest.raises(ShelfUnreachable, match=r"s3://bucket.*connection lost"):
            reading.open()
    assert list((tmp_path / "two").iterdir()) == []
    assert reading.open().id == manifest.id


def test_a_copy_that_was_damaged_is_copied_anew(
    bucket: str, tmp_path: Path, encoder: Encoder
) -> None:
    """A fault of this machine's disk does not make the edition a damaged one."""
    manifest = open_shelf(bucket, tmp_path / "one").publish(OLD, encoder, silent)
    reading = open_shelf(bucket, tmp_path / "two")
    reading.open().close()
    copy = tmp_path / "two" / manifest.id / "content.sqlite"
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    assert len(reading.open().documents()) == 2


def test_copies_that_nobody_needs_are_removed(
    bucket: str, tmp_path: Path, encoder: Encoder
) -> None:
    """A machine keeps the three that it used last; the storage keeps them all."""
    publishing = open_shelf(bucket, tmp_path / "one")
    reading = open_shelf(bucket, tmp_path / "two")
    made = []
    for entries in (OLD, NEW, OLD, NEW):
        made.append(publishing.publish(entries, encoder, silent).id)
        reading.open().close()
    assert {path.name for path in (tmp_path / "two").iterdir()} == set(made[1:])
    publishing.point_to(made[0])
    assert reading.open().id == made[0]
    assert len(reading.manifests()) == 4


def test_a_store_out_of_reach_leaves_the_open_edition_serving(
    store: Store, bucket: str, tmp_path: Path, encoder: Encoder
) -> None:
    """The log says once that it is out of reach; a process that starts then uses its copy."""
    publishing = open_shelf(bucket, tmp_path / "one")
    first = publishing.publish(OLD, encoder, silent)
    shelf = _watching(bucket, tmp_path / "two")
    live = LiveEdition(shelf)
    assert live.edition().id == first.id
    store.stop()
    try:
        with capture_logs() as logs:
            for _ in range(3):
                assert _after_a_look(live).id == first.id
        assert [(log["event"], log["serving"]) for log in logs] == [
            ("editions_unreachable", first.id)
        ]
        with pytest.raises(ShelfUnreachable, match="credentials"):
            publishing.publish(NEW, encoder, silent)
        assert LiveEdition(_watching(bucket, tmp_path / "two")).edition().id == first.id
        with pytest.raises(ShelfUnreachable):
            LiveEdition(_watching(bucket, tmp_path / "three")).edition()
    finally:
        store.start()
    second = publishing.publish(NEW, encoder, silent)
    assert _after_a_look(live).id == second.id


def test_a_damaged_edition_is_refused_until_the_pointer_moves(
    bucket: str, tmp_path: Path, encoder: Encoder
) -> None:
    """The edition before it goes on serving, and the next whole one is taken."""
    publishing = open_shelf(bucket, tmp_path / "one")
    first = publishing.publish(OLD, encoder, silent)
    live = LiveEdition(_watching(bucket, tmp_path / "two"))
    live.edition()
    second = publishing.publish(NEW, encoder, silent)
    storage, root = url_to_fs(bucket)
    storage.pipe_file(f"{root}/{second.id}/{VECTORS}", b"?")
    with capture_logs() as logs:
        assert _after_a_look(live).id == _after_a_look(live).id == first.id
    assert [(log["event"], log["edition"]) for log in logs] == [("edition_refused", second.id)]
    third = publishing.publish(OLD, encoder, silent)
    assert _after_a_look(live).id == third.id


def test_no_question_waits_for_the_network(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a look at the pointer hangs, the open edition is given, and no second look starts."""
    url = f"memory://{uuid.uuid4().hex}"
    publishing = open_shelf(url, tmp_path / "one")
    first = publishing.publish(OLD, encoder, silent)
    shelf = _watching(url, tmp_path / "two")
    live = LiveEdition(shelf)
    live.edition()
    hanging, looks = threading.Event(), []

    def hang() -> str | None:
        looks.append(1)
        hanging.wait()
        return RemoteShelf.current_id(shelf)

    monkeypatch.setattr(shelf, "current_id", hang)
    second = publishing.publish(NEW, encoder, silent)
    assert [live.edition().id for _ in range(5)] == [first.id] * 5
    hanging.set()
    assert _after_a_look(live).id == second.id
    assert looks[:1] == [1]


def test_a_url_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    """An unknown protocol, and one whose package is missing, are named."""
    with pytest.raises(ShelfUnreachable, match=r"knowledge_base.editions: nowhere://"):
        open_shelf("nowhere://x/editions", tmp_path)
    with pytest.raises(ShelfUnreachable, match=r"gcs:// .*install gcsfs|gcs:// .*gcsfs"):
        open_shelf("gcs://bucket/editions", tmp_path)


def test_a_bucket_that_is_missing_is_no_empty_shelf(
    store: Store, tmp_path: Path, encoder: Encoder
) -> None:
    """Publishing there says that it cannot be reached, and leaves nothing behind."""
    shelf = open_shelf("s3://no-such-bucket-here/editions", tmp_path / "one")
    with pytest.raises(ShelfUnreachable, match="no-such-bucket-here"):
        shelf.publish(OLD, encoder, silent)
    assert list((tmp_path / "one").iterdir()) == []


def _watching(url: str, copies: Path) -> RemoteShelf:
    """A shelf whose pointer is looked at at every question, though aside."""
    shelf = RemoteShelf(url, copies)
    shelf.look_seconds = 1e-9
    return shelf


def _after_a_look(live: LiveEdition) -> Edition:
    """The edition that is held once a look that began after this call has ended."""
    for _ in range(2):  # One may have begun before.
        live.edition()
        with live._aside:
            pass
    return live.edition()
