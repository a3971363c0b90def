"""A real Dask cluster gives the vectors that one process gives, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, LocalCluster
from editions import page, silent

from knowledge_base.bulk_encoding import encoding_on, in_this_process
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.errors import EncoderUnavailable

BATCHES = [
    [f"Fee number {batch * 8 + row} is ${row * 17}." + " More words." * row for row in range(8)]
    for batch in range(12)
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers in processes of their own."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    """As the setting says it."""
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


@pytest.mark.parametrize("place", ["processes", "cluster"])
def test_the_vectors_are_those_of_one_process(address: str, encoder: Encoder, place: str) -> None:
    """Bit by bit, and in order."""
    encode = encoding_on("processes" if place == "processes" else address)
    spread = list(encode(encoder, BATCHES))
    for found, expected in zip(spread, in_this_process(encoder, BATCHES), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_worker_that_dies_costs_nothing(
    cluster: LocalCluster, address: str, encoder: Encoder
) -> None:
    """One is killed while it works; its batches are done by another."""
    spread = encoding_on(address)(encoder, BATCHES)
    found = [next(spread)]
    with Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    found += spread
    for vectors, expected in zip(found, in_this_process(encoder, BATCHES), strict=True):
        np.testing.assert_array_equal(vectors, expected)


def test_a_publication_uses_the_cluster(address: str, tmp_path: Path, encoder: Encoder) -> None:
    """The edition's vectors, and those that it reuses, are in the places of their passages."""
    entries = [page(f"page-{n}", f"Page {n} says ${n}.") for n in range(150)]
    seen: list[tuple[int, int]] = []

    def watch(what: str, done: int, total: int) -> None:
        if what == "encoding passages":
            seen.append((done, total))

    plain, spread = Shelf(tmp_path / "a"), Shelf(tmp_path / "b", encode=encoding_on(address))
    for shelf in (plain, spread):
        shelf.publish(entries[10:20], encoder, silent)
        assert shelf.publish(entries, encoder, watch).reused_vectors == 10
    ours, theirs = (shelf.open().vectors.vectors(np.arange(150)) for shelf in (plain, spread))
    np.testing.assert_array_equal(ours, theirs)
    assert seen[-1] == (140, 140)


def test_workers_with_another_model_are_refused(address: str, encoder: Encoder) -> None:
    """Vectors of two models are never mixed, even when both go by one name."""

    class Other:
        name, dimension = encoder.name, encoder.dimension

        def encode(self, texts: list[str]) -> np.ndarray:
            return np.ascontiguousarray(encoder.encode(texts)[:, ::-1])

    with pytest.raises(EncoderUnavailable, match="another model"):
        list(encoding_on(address)(Other(), BATCHES))


@pytest.mark.parametrize("place", ["process", "ray://host:1", "host:8786"])
def test_a_place_that_is_none_says_what_one_looks_like(place: str) -> None:
    """Before anything is encoded."""
    with pytest.raises(EncoderUnavailable, match=r"encode_on.*processes.*dask://host"):
        encoding_on(place)


def test_a_scheduler_that_is_not_there_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is published."""
    monkeypatch.setattr("knowledge_base.bulk_encoding._START_SECONDS", 0.5)
    shelf = Shelf(tmp_path / "editions", encode=encoding_on("dask://127.0.0.1:9"))
    with pytest.raises(EncoderUnavailable, match=r"cannot be encoded on dask://127\.0\.0\.1:9"):
        shelf.publish([page("fees", "The fee is $25.")], open_encoder(), silent)
    assert shelf.manifests() == []
