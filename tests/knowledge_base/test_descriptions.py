"""A program that is described without its name is found; what describes none finds none."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.descriptions import Descriptions, phrases_of
from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder


@pytest.mark.parametrize(
    ("question", "words", "program"),
    [
        ("when do we meet in the excel class", "excel", "MHC-DA090"),
        ("is the nurse aide training hard to get into", "nurse aide", "MHC-HC130"),
        ("scrum course: whats the homework like", "scrum", "MHC-PM120"),
        ("do i need a truck for the forklift driver class", "forklift driver", "MHC-SC090"),
    ],
)
def test_what_a_student_calls_a_program_finds_it(
    sample_edition: Edition,
    encoder: Encoder,
    question: str,
    words: str,
    program: str,
) -> None:
    """With the place of the words."""
    found = sample_edition.descriptions.find(question, encoder)
    assert found is not None
    assert question[found.start : found.end] == words
    assert program in found.programs
    assert len(found.programs) <= 4


@pytest.mark.parametrize(
    "question",
    [
        "",
        "how do refunds work",
        "is there a language class",
        "do you have any welding course",
        "can i take another class",
        "the class",
        "an 8 week class",
        "the knitting and origami class",
    ],
)
def test_what_means_no_program_finds_none(
    sample_edition: Edition, encoder: Encoder, question: str
) -> None:
    """One that is asked for in general is a wish, and no name."""
    assert sample_edition.descriptions.find(question, encoder) is None


def test_programs_share_phrases(sample_edition: Edition) -> None:
    """Every program is found by its title, and a phrase of two by both."""
    phrases = phrases_of(sample_edition.programs)
    for program in sample_edition.programs:
        assert program.id in phrases[program.title]
        assert all(program.id in phrases[skill] for skill in program.skills)
    described = sample_edition.descriptions
    assert set(described.programs) == set(phrases.values())
    assert described.vectors.shape == (len(phrases), sample_edition.manifest.dimension)
    assert np.allclose(np.linalg.norm(described.vectors, axis=1), 1.0, atol=1e-4)


def test_an_edition_without_programs_describes_none(encoder: Encoder) -> None:
    """As one that was made before descriptions were kept."""
    assert Descriptions().find("the excel class", encoder) is None
