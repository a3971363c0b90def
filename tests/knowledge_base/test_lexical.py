"""BM25 scores are those of the formula, and a saved index holds no pickle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.lexical import LexicalIndex, best_rows, words

TEXTS = (
    "Tuition is $190 per credit for residents of Westmark.",
    "The technology fee is $8 per credit; the fee is due with tuition.",
    "Students apply online. Applying takes twenty minutes.",
    "",
    "Phlebotomy Technician meets on Saturdays at the Harbor Hall campus.",
)
K1, B = 1.5, 0.75


def plain_bm25(texts: Sequence[str], query: str) -> list[float]:
    """Okapi BM25 with Lucene's idf, as Kamphuis et al. (2020) write it down."""
    documents = [words(text) for text in texts]
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for word in words(query):
            having = sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
            count = document.count(word)
            long = 1 - B + B * len(document) / mean
            score += idf * count / (count + K1 * long) if having else 0.0
        scores.append(score)
    return scores


@pytest.mark.parametrize(
    "query", ["tuition fee per credit", "how do I apply", "saturday", "zebra", "", "fee fee"]
)
def test_scores_are_those_of_the_formula(query: str) -> None:
    """Every row's score equals the formula's."""
    found = LexicalIndex.build(TEXTS).scores(query)
    np.testing.assert_allclose(found, plain_bm25(TEXTS, query), atol=1e-5)


VOCABULARY = ("fee", "tuition", "credit", "apply", "grant", "the")
LINES = st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(LINES, min_size=1, max_size=8), query=LINES)
def test_scores_are_those_of_the_formula_for_any_texts(texts: list[str], query: str) -> None:
    """Also where texts are empty, words repeat, or nothing is known."""
    if any(words(text) for text in texts):
        expected = plain_bm25(texts, query)
    else:
        expected = [0.0] * len(texts)
    np.testing.assert_allclose(LexicalIndex.build(texts).scores(query), expected, atol=1e-5)


def test_search_gives_rows_that_share_a_word_best_first() -> None:
    """Rows without any of the words are left out, however many are asked for."""
    rows, scores = LexicalIndex.build(TEXTS).search("technology fee and tuition", 10)
    assert rows.tolist() == [1, 0]
    assert scores[0] > scores[1] > 0


def test_search_gives_only_rows_that_are_allowed() -> None:
    """A better row that is not allowed takes nobody's place."""
    allowed = np.array([True, False, True, True, True])
    rows, _ = LexicalIndex.build(TEXTS).search("technology fee and tuition", 1, allowed)
    assert rows.tolist() == [0]


@settings(deadline=None)
@given(
    scores=st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5]), min_size=1, max_size=40),
    count=st.integers(1, 45),
    seed=st.integers(0, 99),
)
def test_the_best_rows_are_those_of_a_full_sort(scores: list[float], count: int, seed: int) -> None:
    """Best first; of equal rows the first ones; none without a score."""
    given_scores = np.array(scores, np.float32)
    allowed = np.random.default_rng(seed).random(len(scores)) < 0.7
    plain = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    expected = [row for row in plain if allowed[row] and scores[row] > 0][:count]
    assert best_rows(given_scores, count, allowed).tolist() == expected


def test_words_are_found_in_any_form() -> None:
    """Stems: a question about applying finds how to apply."""
    assert LexicalIndex.build(TEXTS).search("applied", 1)[0].tolist() == [2]


def test_a_question_of_stop_words_keeps_them() -> None:
    """ "What is it" is not an empty question."""
    assert words("What is it?")
    assert "tuition" in "".join(words("the tuition"))
    assert words("the tuition") == words("tuition")


@pytest.mark.parametrize("texts", [[""], ["!!!", "???"], TEXTS])
def test_saved_and_opened_it_scores_the_same(tmp_path: Path, texts: Sequence[str]) -> None:
    """Also when no text holds a word. Only arrays and JSON are written, never a pickle."""
    index = LexicalIndex.build(texts)
    index.save(tmp_path / "lexical")
    opened = LexicalIndex.load(tmp_path / "lexical")
    for query in ("tuition", "fee per credit", "zebra"):
        np.testing.assert_array_equal(opened.scores(query), index.scores(query))
        assert opened.rarity("tuition") == index.rarity("tuition")
        assert len(opened.search(query, 3)[0]) <= 3
    written = list((tmp_path / "lexical").iterdir())
    assert {path.suffix for path in written} <= {".json", ".npy"}
    for path in written:
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)


def test_a_rare_word_is_worth_more() -> None:
    """Rarity falls with the number of texts that hold the word; an unknown word is rarest."""
    index = LexicalIndex.build(TEXTS)
    (common,), (rare,) = words("credit"), words("phlebotomy")
    assert index.rarity("zebra") > index.rarity(rare) > index.rarity(common) > 0
