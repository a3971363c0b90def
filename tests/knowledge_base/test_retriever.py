"""Search gives what a plain implementation of the same formula gives, and follows the talk."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import numpy as np
import pytest
from editions import TODAY

from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder, statement_encoder
from knowledge_base.lexical import words
from knowledge_base.model import Passage, Utterance
from knowledge_base.names import named_programs, without_names
from knowledge_base.ranking.fusion import WEIGHTS
from knowledge_base.ranking.leaning import continuation, leans
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
    Query("is parking free for visitors", TODAY),
    Query("tuition", date(2025, 9, 1), (Utterance("user", "hello"),)),
]


def plain_chances(edition: Edition, encoder: Encoder, query: Query) -> dict[str, float]:
    """The chance of every passage in force: the formula of the retriever, row by row."""
    everything = edition.passages(range(edition.manifest.passages))
    rows = [row for row, p in enumerate(everything) if p.validity.holds_on(query.day)]
    passages = [everything[row] for row in rows]
    vectors = edition.vectors.vectors(np.array(rows))
    question, said = query.question, [u.text for u in query.history[-4:]]
    own = plain_figures(edition, encoder, question, rows)
    own_words, all_words, last_words = (
        edition.lexical.scores(text)[rows]
        for text in (question, " ".join(said), said[-1] if said else "")
    )
    weights = [0.5 ** sum(u.role == "user" for u in query.history[-4:][n + 1 :]) for n in range(4)]
    turns = zip(weights, said, strict=False)
    talk = sum(w * (vectors @ encoder.encode([text])[0]) for w, text in turns)
    talk = np.zeros(len(rows)) + talk / (sum(weights[: len(said)]) or 1.0)
    short = bool(said) and len(words(question)) <= 2
    together = part(own_words + all_words) if said else talk
    documents = [passage.document_id for passage in passages]
    by_itself, going_on, elsewhere = own @ WEIGHTS.alone, [], []
    for n, document in enumerate(documents):
        same = [m for m, other in enumerate(documents) if other == document]
        of_passage = (together[n], talk[n], part(last_words)[n] if short else 0.0)
        of_document = (max(together[m] for m in same), max(talk[m] for m in same))
        elsewhere.append(np.dot(own[n], WEIGHTS.along) + np.dot(of_passage, WEIGHTS.talk[:3]))
        going_on.append(elsewhere[-1] + np.dot(of_document, WEIGHTS.talk[3:]))
    named = named_programs(question, edition.names)
    if named:
        bonus = [3.0 * (document in named) for document in documents]
        chances = softmax(np.array(elsewhere if said else by_itself) + bonus)
        left = without_names(question, named, edition.names, "the program")
        of_any = plain_figures(edition, encoder, left, rows) @ WEIGHTS.alone
        others = [3.0 * (document in {*edition.names} - {*named}) for document in documents]
        chances = 0.4 * chances + 0.6 * softmax(of_any + bonus - others)
    else:
        focused = query.focus and leans(question)
        bonus = [4.0 * bool(focused and document == query.focus) for document in documents]
        goes_on = 0.0
        if said:
            bearing = Retriever(edition, encoder).search(query).bearing
            assert bearing is not None
            goes_on = continuation(bearing)
        chances = (1 - goes_on) * softmax(by_itself + bonus)
        chances = chances + goes_on * softmax(np.array(going_on) + bonus)
    return {passage.id: float(c) for passage, c in zip(passages, chances, strict=True)}


def plain_figures(edition: Edition, encoder: Encoder, question: str, rows: list[int]) -> np.ndarray:
    """What a question alone says of each row: shape (rows, OWN)."""
    asked = edition.vectors.vectors(np.array(rows)) @ encoder.encode([question])[0]
    own_words = part(edition.lexical.scores(question)[rows])
    asking = statement_encoder(encoder).encode([question])[0]
    nearest = edition.nearest_statement(np.array(rows), asking)
    figures = []
    for n, passage in enumerate(edition.passages(rows)):
        heading = passage.headings[-1] if passage.headings else ""
        figures.append(
            (
                asked[n],
                own_words[n],
                held(edition, question, passage.context),
                held(edition, question, heading),
                held(edition, heading, question),
                math.log(len(passage.text.split()) + 1) / 6,
                nearest[n],
            )
        )
    return np.array(figures)


def part(bm25: np.ndarray) -> np.ndarray:
    """As a share of the best."""
    return bm25 / bm25.max() if bm25.max() > 0 else bm25


def held(edition: Edition, wanted: str, text: str) -> float:
    """The share of one text's words, by rarity, that stand in another."""
    rarity = {word: edition.lexical.rarity(word) for word in words(wanted)}
    whole = sum(rarity.values())
    return sum(r for word, r in rarity.items() if word in words(text)) / whole if whole else 0.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Chances that sum to 1."""
    chances = np.exp(logits - logits.max())
    return chances / chances.sum()


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.question)
def test_it_finds_what_the_plain_formula_finds(
    sample_edition: Edition, encoder: Encoder, query: Query
) -> None:
    """Candidates taken from two indexes, and a shortlist of them, lose nothing of the best ten."""
    ranking = Retriever(sample_edition, encoder).search(query)
    truth = plain_chances(sample_edition, encoder, query)
    best, *others = sorted(truth.values(), reverse=True)[:10]
    odds = [ranking.odds(place) for place in range(len(ranking.passages))]
    np.testing.assert_allclose(odds, [1.0, *(other / best for other in others)], atol=0.02)
    for place, passage in enumerate(ranking.passages):
        assert truth[passage.id] / best == pytest.approx(odds[place], abs=0.02)
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


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("can i pay Phlebotomy Technician in monthly installments", "payment-plans"),
        ("Bookkeeping Essentials: what if I withdraw in week 2", "refunds-and-withdrawal"),
        (
            "is a parent's signature needed at 16 for Data Analytics Foundations",
            "non-degree-and-under-18",
        ),
    ],
)
def test_what_holds_for_any_program_is_found_though_one_is_named(
    sample_edition: Edition, encoder: Encoder, question: str, document: str
) -> None:
    """A name does not hide the page of a rule."""
    assert named_programs(question, sample_edition.names)
    found = Retriever(sample_edition, encoder).search(Query(question, TODAY))
    quoted = [p.document_id for n, p in enumerate(found.passages[:3]) if found.odds(n) >= 0.1]
    assert document in quoted


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
