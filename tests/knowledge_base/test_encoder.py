"""Every encoder gives unit vectors, and a wrong name says what to set."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.encoder import Encoder, SentenceTransformersEncoder, open_encoder
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.settings import (
    PACKAGED_BGE,
    PACKAGED_E5,
    PACKAGED_MINILM,
    PACKAGED_STATEMENTS,
)

TEXTS = ["How much is tuition?", "What does a credit cost?", "My cat sleeps.", "", "é" * 5000]


@pytest.fixture(
    scope="module", params=[PACKAGED_BGE, PACKAGED_STATEMENTS, PACKAGED_E5, PACKAGED_MINILM]
)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """Each packaged encoder in turn."""
    return open_encoder(request.param)


def test_vectors_have_length_one(encoder: Encoder) -> None:
    """One row for each text, of the encoder's dimension; empty and overlong texts too."""
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    """An empty list has the right width."""
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_it_is_deterministic(encoder: Encoder) -> None:
    """The same text gives the same vector, alone or among others."""
    np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))
    np.testing.assert_allclose(encoder.encode(TEXTS)[1], encoder.encode([TEXTS[1]])[0], atol=1e-5)


def test_meaning_is_near(encoder: Encoder) -> None:
    """Two ways to ask for the price are nearer than a sentence about a cat."""
    price, credit, cat = encoder.encode(TEXTS[:3])
    assert price @ credit > price @ cat + 0.1


def test_eight_bits_say_nearly_what_the_whole_model_says() -> None:
    """The packaged all-MiniLM-L6-v2 is the model that torch runs: the same tokens, near vectors."""
    some = [*TEXTS[:3], "Café fees — “late” registration costs $1,250."]
    whole, packed = (
        open_encoder(name).encode(some) for name in (PACKAGED_MINILM, PACKAGED_STATEMENTS)
    )
    assert np.einsum("ij,ij->i", whole, packed).min() > 0.97


def test_a_wrong_path_says_what_to_set() -> None:
    """A model that is not there is named, with the setting that asks for it."""
    wrong = SentenceTransformersEncoder("/no/such/model")
    with pytest.raises(EncoderUnavailable, match=r"'/no/such/model'.*knowledge_base\.encoder"):
        wrong.encode(["x"])
