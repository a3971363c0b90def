"""The nearest statement of a passage is the one that plain arithmetic finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from contract_vector_index import unit_vectors
from sqlalchemy import Connection, create_engine, insert

from knowledge_base.model import Passage
from knowledge_base.rows.statements import (
    KnownStatements,
    nearest_statement,
    nearest_texts,
    packed,
    statement_texts,
    unpacked,
)
from knowledge_base.schema import content, published_statements

COUNTS = (3, 1, 0, 7, 2)
"""Statements of each passage."""


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A content without rows."""
    engine = create_engine("sqlite://")
    content.create_all(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def test_the_nearest_statement_is_the_plain_maximum(connection: Connection) -> None:
    """In any order of rows; a passage without statements has none near."""
    parts = [unit_vectors(row, count, 48) for row, count in enumerate(COUNTS)]
    _write(connection, parts)
    for number in range(20):
        query = unit_vectors(100 + number, 1, 48)[0]
        rows = np.random.default_rng(number).permutation(len(COUNTS))
        plain = [max(parts[row] @ query, default=0.0) for row in rows]
        np.testing.assert_allclose(nearest_statement(connection, rows, query), plain, atol=0.01)


def test_the_text_of_the_nearest_statement(connection: Connection) -> None:
    """Each passage gives one of its own; none where its statements are not those that were kept."""
    told = ("One fee is due. Another is not. A third is late.", "It rains.", "It snows. It thaws.")
    passages = [Passage(str(n), "d", "Page", (), t, 0, len(t)) for n, t in enumerate(told)]
    vectors = np.eye(4, 16, dtype=np.float32)
    _write(connection, [vectors[:3], np.zeros((0, 16)), vectors[3:]])
    found = nearest_texts(connection, np.arange(3), passages, vectors[1])
    assert found == ["Page: Another is not.", "", ""]
    turned = nearest_texts(connection, np.array([2, 0]), [passages[1], passages[0]], vectors[2])
    assert turned == ["Page: It rains.", "Page: A third is late."]


def test_more_rows_than_are_read_at_once(connection: Connection) -> None:
    """Each row gets its own, and rows that are not there get nothing."""
    vectors = unit_vectors(1, 1200, 16)
    _write(connection, [vectors[row : row + 1] for row in range(1200)])
    rows = np.arange(1300)[::-1]
    found = nearest_statement(connection, rows, vectors[7])
    np.testing.assert_allclose(found[100:][::-1], vectors @ vectors[7], atol=0.02)
    assert not found[:100].any()


def test_a_byte_for_each_figure_keeps_the_cosines() -> None:
    """What is read again are unit vectors, as long as an encoder's within .001 of the cosine."""
    vectors = unit_vectors(3, 200, 384)
    again = unpacked(packed(vectors), 384)
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1.0, atol=1e-5)
    assert np.abs(again @ vectors.T - vectors @ vectors.T).max() < 0.003
    assert len(packed(vectors)) == 200 * 384


def test_every_word_is_in_a_statement_under_its_title() -> None:
    """Sentences and items, each by itself, and rows of tables with their heads."""
    table = "| Fee | Amount |\n| --- | --- |\n| Late | $10 |"
    text = f"The fee is $5. It is due in May.\n\n- Books\n- Food\n\n{table}"
    passage = Passage("p", "d", "Fees", ("Money",), text, 0, len(text))
    assert statement_texts(passage) == [
        "Fees › Money: The fee is $5.",
        "Fees › Money: It is due in May.",
        "Fees › Money: - Books",
        "Fees › Money: - Food",
        "Fees › Money: Late; Amount: $10",
    ]


def test_an_endless_sentence_is_a_statement_too() -> None:
    """No passage is without any."""
    passage = Passage("p", "d", "Fees", (), "x " * 2000, 0, 4000)
    assert statement_texts(passage) == [f"Fees: {passage.text}"]


def test_what_is_known_is_found_by_its_digest() -> None:
    """Digests that are not there are left out; a content without statements knows nothing."""
    engine = create_engine("sqlite://")
    assert KnownStatements(engine).find(["x"]) == {}
    content.create_all(engine)
    with engine.begin() as connection:
        _write(connection, [unit_vectors(1, 2, 8)])
    assert KnownStatements(engine).find(["digest 0", "other"]) == {
        "digest 0": packed(unit_vectors(1, 2, 8))
    }
    engine.dispose()


def _write(connection: Connection, parts: list[np.ndarray]) -> None:
    rows = [
        {"row": row, "digest": f"digest {row}", "vectors": packed(part)}
        for row, part in enumerate(parts)
    ]
    connection.execute(insert(published_statements), rows)
