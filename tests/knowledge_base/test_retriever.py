"""Search gives what a plain implementation of the same formula gives, and follows the talk."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from editions import TODAY

from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder
from knowledge_base.leaning import Bearing, continuation, leans
from knowledge_base.model import Passage, Utterance
from knowledge_base.names import named_programs
from knowledge_base.retriever import Query, Retriever

CHAT = (
    Utterance("user", "Tell me about Data Analytics Foundations"),
    Utterance("agent", "Students clean, join and summarize real public data sets."),
)
QUERIES = [
    Query("How much is the application fee?", TODAY),
    Query("phlebotomy technician cost", TODAY),
    Query("how much is it", TODAY, CHAT),
    Query("and the deadline?", TODAY, CHAT, focus="MHC-DA101"),
    Query("What is the refund policy when I withdraw from a class?", TODAY, CHAT),
    Query("zxqv", TODAY),
    Query("tuition", date(2025, 9, 1), (Utterance("user", "hello"),)),
]


def plain_scores(edition: Edition, encoder: Encoder, query: Query) -> dict[str, float]:
    """The score of every passage in force: the formula of the retriever, row by row."""
    size = edition.manifest.passages
    everything = edition.passages(range(size))
    vectors = edition.vectors.vectors(np.arange(size))
    turns = [query.question, *(u.text for u in reversed(query.history[-4:]))]
    relevance = []
    for turn in turns:
        cosine = vectors @ encoder.encode([turn])[0]
        bm25 = edition.lexical.scores(turn)
        share = 0.4 if relevance else 0.2
        relevance.append(cosine + share * (bm25 / bm25.max() if bm25.max() > 0 else bm25))
    weights, weight = [], 1.0
    for utterance in reversed(query.history[-4:]):
        weights.append(weight)
        weight *= 0.5 if utterance.role == "user" else 1.0
    history = np.zeros(size)
    for share, scores in zip(weights, relevance[1:], strict=True):
        history += share / sum(weights) * scores
    named = named_programs(query.question, edition.names)
    in_force = [row for row in range(size) if everything[row].validity.holds_on(query.day)]
    own = {row: float(relevance[0][row]) for row in in_force}
    spoken_of = max(in_force, key=lambda row: history[row])
    there = [
        row for row in in_force if everything[row].document_id == everything[spoken_of].document_id
    ]
    best_own = max(own.values())
    gap = best_own - max(own[row] for row in there)
    goes_on = continuation(Bearing.of(query.question, best_own, gap)) ** 2 if query.history else 0.0
    best: dict[str, float] = {}
    for row in in_force:
        document = everything[row].document_id
        best[document] = max(best.get(document, -np.inf), float(history[row]))
    total = {}
    for row in in_force:
        passage = everything[row]
        score = own[row]
        if named:
            score += 0.6 * (passage.document_id in named) + 0.5 * history[row]
        else:
            score += goes_on * (0.5 * history[row] + 1.5 * best[passage.document_id])
            score += 0.3 * (passage.document_id == query.focus and leans(query.question))
        total[passage.id] = float(score)
    return total


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.question)
def test_it_finds_what_the_plain_formula_finds(
    sample_edition: Edition, encoder: Encoder, query: Query
) -> None:
    """Candidates taken from two indexes lose nothing of the best ten."""
    ranking = Retriever(sample_edition, encoder).search(query)
    truth = plain_scores(sample_edition, encoder, query)
    expected = sorted(truth.values(), reverse=True)[:10]
    np.testing.assert_allclose(ranking.scores, expected, atol=1e-4)
    for passage, score in zip(ranking.passages, ranking.scores, strict=True):
        assert truth[passage.id] == pytest.approx(score, abs=1e-4)
        assert passage.validity.holds_on(query.day)


def first(edition: Edition, encoder: Encoder, query: Query) -> Passage:
    """The best passage."""
    return Retriever(edition, encoder).search(query).passages[0]


def test_a_follow_up_is_about_what_was_talked_of(sample_edition: Edition, encoder: Encoder) -> None:
    """The same words ask for another program after another conversation."""
    about = {
        "Data Analytics Foundations": "MHC-DA101",
        "Phlebotomy Technician": "MHC-HC101",
    }
    for title, document in about.items():
        history = (Utterance("user", f"Tell me about {title}"), Utterance("agent", title))
        query = Query("how much does it cost", TODAY, history)
        assert first(sample_edition, encoder, query).document_id == document


def test_the_focus_helps_only_a_question_that_leans(
    sample_edition: Edition, encoder: Encoder
) -> None:
    """What the last answer was about decides an unclear question, not a clear one."""
    both = "Compare Data Analytics Foundations with Phlebotomy Technician"
    for focus in ("MHC-DA101", "MHC-HC101"):
        query = Query("how long is it", TODAY, (Utterance("user", both),), focus)
        assert first(sample_edition, encoder, query).document_id == focus
    clear = "Which payment plan installments follow the first twenty-five percent?"
    ranking = Retriever(sample_edition, encoder).search(Query(clear, TODAY))
    with_focus = Retriever(sample_edition, encoder).search(Query(clear, TODAY, focus="MHC-HC101"))
    assert ranking == with_focus


@pytest.mark.parametrize("document", ["MHC-DA101", "MHC-DA120"])
def test_a_named_program_wins_over_its_twin(
    sample_edition: Edition, encoder: Encoder, document: str
) -> None:
    """Each of two programs with like titles is found by its own title, and by its code."""
    title, code = sample_edition.names[document]
    for name in (title, code):
        query = Query(f"What are the prerequisites for {name}?", TODAY)
        assert first(sample_edition, encoder, query).document_id == document


def test_a_new_subject_is_not_held_back_by_the_talk(
    sample_edition: Edition, encoder: Encoder
) -> None:
    """A question about something else is answered as if nothing had been said before it."""
    question = "Where can I park my car on campus?"
    alone = first(sample_edition, encoder, Query(question, TODAY))
    assert first(sample_edition, encoder, Query(question, TODAY, CHAT)).id == alone.id


def test_a_day_without_content_finds_nothing(sample_edition: Edition, encoder: Encoder) -> None:
    """Before any page was in force the ranking is empty."""
    query = dataclasses.replace(QUERIES[0], day=date(1990, 1, 1))
    ranking = Retriever(sample_edition, encoder).search(query)
    held = [d for d in sample_edition.documents() if d.validity.holds_on(query.day)]
    assert {p.document_id for p in ranking.passages} <= {d.id for d in held}


@pytest.mark.parametrize("question", ["", "   ", "!!!", "\0", "🎓" * 500, "a" * 100_000])
def test_any_text_can_be_asked(sample_edition: Edition, encoder: Encoder, question: str) -> None:
    """Empty, signs only, enormous: a ranking comes back, never a crash."""
    ranking = Retriever(sample_edition, encoder).search(Query(question, TODAY))
    assert len(ranking.passages) == 10
    assert np.isfinite(ranking.scores).all()
    for value in dataclasses.astuple(ranking.signals):
        assert np.isfinite(value)
