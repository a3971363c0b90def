"""A cross-encoder reads the question with the best passages when fusion is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from editions import TODAY

from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.ranking.rerank import Reranker, open_reranker, reranked
from knowledge_base.retriever import Query, Retriever

QUESTION = "How much is the fee for an application?"
TEXTS = (
    "Parking permits are sold online.",
    "The application fee is $25. You pay it once.",
    "Visitors park for free on weekends.",
)


def texts_of(places: np.ndarray) -> list[list[str]]:
    """What is read of passages that repeat the texts again and again, one each."""
    return [[TEXTS[place % len(TEXTS)]] for place in places]


def not_read(places: np.ndarray) -> list[list[str]]:
    """Fail: nothing may be read."""
    raise AssertionError(places)


@pytest.fixture(scope="module")
def packaged() -> Reranker:
    """The packaged reranker; it loads at its first use."""
    found = open_reranker("packaged")
    assert found is not None
    return found


class Unread:
    """A reranker that must not be asked."""

    def logits(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Fail."""
        raise AssertionError(f"{question}: {texts}")


def test_off_is_none() -> None:
    """Without a reranker nothing is loaded."""
    assert open_reranker("off") is None


def test_what_answers_is_told_from_what_does_not(packaged: Reranker) -> None:
    """The packaged model puts the passage that answers above those that do not."""
    assert int(np.argmax(packaged.logits(QUESTION, TEXTS))) == 1


def test_a_pair_is_read_alike_in_any_company(packaged: Reranker) -> None:
    """What is said of a text does not depend on what is read beside it."""
    together = packaged.logits(QUESTION, TEXTS)
    assert together.tolist() == [packaged.logits(QUESTION, [text])[0] for text in TEXTS]


def test_the_best_share_their_chances_anew(packaged: Reranker) -> None:
    """The answer moves up, all chances still sum to what they did, and the rest keep theirs."""
    chances = np.log([0.3, 0.25, 0.2, 0.1, 0.06, 0.05, 0.04])
    found = reranked(chances, QUESTION, texts_of, packaged)
    assert int(np.argmax(found)) == 1
    assert np.exp(found).sum() == pytest.approx(1.0)
    assert found[6] == chances[6]


def test_a_sure_answer_is_not_read() -> None:
    """Nor is a message that says too little by itself."""
    sure, unsure = np.log([0.8, 0.15, 0.05]), np.log([0.4, 0.3, 0.3])
    assert reranked(sure, QUESTION, not_read, Unread()) is sure
    later = reranked(unsure, "and for residents?", not_read, Unread(), later=True)
    assert later is unsure


def test_search_is_reranked(sample_edition: Edition, encoder: Encoder, packaged: Reranker) -> None:
    """The best passages are the same, with chances that the reranker has shared anew."""
    query = Query("What happens when I cannot pay everything at once?", TODAY)
    plain = Retriever(sample_edition, encoder).search(query)
    read = Retriever(sample_edition, encoder, reranker=packaged).search(query)
    assert {p.id for p in read.passages} == {p.id for p in plain.passages}
    assert read.scores != plain.scores
    assert read.scores[0] == max(read.scores)


def test_another_model_runs_through_torch(tmp_path: Path) -> None:
    """A CrossEncoder by path gives its logits, before any sigmoid."""
    from sentence_transformers import CrossEncoder  # noqa: PLC0415
    from transformers import BertConfig, BertForSequenceClassification  # noqa: PLC0415

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    from transformers import BertTokenizer  # noqa: PLC0415

    BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    found = open_reranker(str(tmp_path))
    assert found is not None
    said = found.logits("a b", ["c d", "e"])
    model = CrossEncoder(str(tmp_path), device="cpu")
    chances = model.predict([("a b", "c d"), ("a b", "e")])
    np.testing.assert_allclose(1 / (1 + np.exp(-said)), chances, atol=1e-4)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error says which setting to change."""
    found = open_reranker(str(tmp_path / "nothing"))
    assert found is not None
    with pytest.raises(EncoderUnavailable, match=r"knowledge_base\.rerank"):
        found.logits("a", ["b"])
