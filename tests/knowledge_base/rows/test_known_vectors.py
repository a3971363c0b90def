"""A vector is taken over for the same text, and for no other."""

from __future__ import annotations

import hashlib

import numpy as np
from contract_vector_index import unit_vectors

from knowledge_base.index import BruteForceIndex
from knowledge_base.rows.known_vectors import KnownVectors


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_known_text_gets_its_vector() -> None:
    """In any order, also where texts repeat; -1 tells that a text is new."""
    vectors = unit_vectors(1, 4, 8)
    known = KnownVectors(map(digest, ["b", "a", "c", "a"]), BruteForceIndex(vectors))
    rows = known.rows([digest(text) for text in ["c", "new", "a", "b"]])
    assert rows.tolist() == [2, -1, 1, 0]
    np.testing.assert_array_equal(known.vectors(rows[[0, 3]]), vectors[[2, 0]])


def test_digests_that_end_alike_are_told_apart() -> None:
    """Also those that end in bytes of zero."""
    digests = ["11" * 31 + "00", "11" * 31 + "01", "11" * 30 + "0000"]
    known = KnownVectors(digests, BruteForceIndex(unit_vectors(1, 3, 8)))
    assert known.rows(digests[::-1]).tolist() == [2, 1, 0]
    assert known.rows(["11" * 32]).tolist() == [-1]


def test_of_an_edition_without_passages_nothing_is_known() -> None:
    """No rows, no vector, no crash."""
    known = KnownVectors([], BruteForceIndex(unit_vectors(1, 2, 8)))
    assert known.rows([digest("a")]).tolist() == [-1]
