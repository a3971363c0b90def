"""Rows belong to documents as the passages were published."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.rows.documents import DocumentRows

LENGTHS = st.lists(st.integers(1, 5), min_size=1, max_size=12)


@given(lengths=LENGTHS, chosen=st.sets(st.integers(0, 14)))
def test_rows_are_those_of_their_documents(lengths: list[int], chosen: set[int]) -> None:
    """Whatever the number of passages in each; a document without passages has no rows."""
    names = [f"d{number}" for number in range(len(lengths))]
    owner = [name for name, length in zip(names, lengths, strict=True) for _ in range(length)]
    documents = DocumentRows({name: owner.index(name) for name in reversed(names)}, len(owner))
    assert documents.ids(np.arange(len(owner))).tolist() == owner
    wanted = {f"d{number}" for number in chosen}
    assert documents.of(wanted).tolist() == [name in wanted for name in owner]
