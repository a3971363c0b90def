"""Finds the passages that a question asks for, with the conversation as part of the query."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Allowed, Rows, Scores
from knowledge_base.descriptions import Described
from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder, question_vector, statement_encoder
from knowledge_base.lexical import best_rows
from knowledge_base.model import Passage, Utterance
from knowledge_base.names import named_programs, without_names
from knowledge_base.ranking.confidence import Calibration, Signals, confidence, published
from knowledge_base.ranking.duplicates import without_repeats
from knowledge_base.ranking.evidence import Evidence, Turns, as_read, evidence, share, stems
from knowledge_base.ranking.fusion import WEIGHTS, Logits, Weights, mixed, normalised
from knowledge_base.ranking.leaning import WEIGHTS as GATE
from knowledge_base.ranking.leaning import Bearing, continuation, leans
from knowledge_base.ranking.rerank import Reranker, reranked, windows

_CANDIDATES = 100
"""Passages taken from each index, for the question and for the conversation with it."""
_SHORTLIST = 60
"""Candidates of which titles, headings and lengths are read."""
_TURNS = 4
"""Earlier utterances that are looked at."""
_LEAST_CHANCE = 1e-6
"""What the question alone can say against a document at most."""
_STRANGE_WORDS = 2
"""A message of this many meaningful words, none of which stands in any page, gets no support from
what was said before it; a single one may be a *yep*. Such turns are rare: none to two of 1,300 to
1,550 turns of public dialogues, at most one of them from another subject and at most one whose
first passage was right."""
_NAMED = 3.0
"""Added to the logits of passages of a program that the question names ..."""
_ASKED_OF_ANY = 0.6
"""... and the chance that its answer is the one for any program: "can I pay X in parts" stands on
the page of payment plans, and on that of no other program. Of 161 first questions of students to
tune on that a policy answers, each with the name of a program put in, 78 then have the right page
first and 116 among what is quoted, where with the name alone 0 and 1 had; of 44 that the program's
own page answers 42 and 44 (44 and 44)."""
_ANY_PROGRAM = "the program"
"""What stands where a question names one, when it is read as asked of any."""
_DESCRIBED = 1.4
"""Added to those of a program that the question describes: fitted with the other weights over 199
first questions of students to tune on."""
_FOCUS = 4.0
"""Added to those of the document that the last answer was about, when the question leans. Of turns
of two public sets of policy dialogues that lean and go on, .94 and .95 then find their document
first (.80 and .84 without), and of first questions put behind another dialogue with "ok" or "and
then" .71 and .66 (.74 and .68 without); with 6 it was .96 and .98, and .68 and .62."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the conversation before it (oldest first) and the day it is asked on."""

    question: str
    day: date
    history: tuple[Utterance, ...] = ()
    focus: str | None = None
    institution: str | None = None
    """Whose content is searched; None: everybody's."""
    today: date | None = None
    """The day on which it is asked, where `day` is another that it asks about."""
    special: bool = False
    """Whether only what is in force on `day` and not `today` is searched."""
    described: Described | None = None
    """What of the question describes a program that it does not name."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages, best first, with what speaks for the first."""

    passages: tuple[Passage, ...] = ()
    scores: tuple[float, ...] = ()
    """Logarithm of the probability that each passage holds the answer, given that one does."""
    bearing: Bearing | None = None
    """How the question stands to the conversation; None when there is none."""
    signals: Signals = field(default_factory=Signals)
    confidence: float = 0.0
    """Probability in 0-1 that the first passage holds the answer."""
    published: float = 0.0
    """Probability in 0-1 that any passage holds it."""

    def odds(self, position: int) -> float:
        """How likely a passage holds the answer, as a share of how likely the first one does."""
        return math.exp(self.scores[position] - self.scores[0])


@dataclass(frozen=True, slots=True)
class Sight:
    """What a question sees of an edition: its best candidates, with the evidence for each."""

    turns: Turns
    found: Evidence
    named: tuple[str, ...]
    """Ids of the programs that the question names."""
    nameless: Turns | None
    """The question without these names; None when there are none, or nothing else is asked."""
    apart: Evidence | None
    """The evidence for that."""
    passages: tuple[Passage, ...]
    best: float
    """Relevance to the question alone of the best passage of all."""
    best_talked_about: float
    """The same of the document that the conversation is about."""


class Retriever:
    """Hybrid search over one edition."""

    def __init__(
        self,
        edition: Edition,
        encoder: Encoder,
        weights: Weights = WEIGHTS,
        gate: tuple[float, ...] = GATE,
        reranker: Reranker | None = None,
    ):
        """Other weights than those shipped are for measuring only."""
        self._edition = edition
        self._weights = weights
        self._gate = gate
        self._reranker = reranker
        self._calibration = Calibration.stored(edition.manifest.calibration)
        self._encode = lru_cache(maxsize=2048)(lambda text: question_vector(encoder, text))
        compares = statement_encoder(encoder)
        self._knows_statements = edition.manifest.statement_encoder == compares.name
        self._encode_for_statements = lru_cache(maxsize=256)(partial(question_vector, compares))
        self._rarity = lru_cache(maxsize=65_536)(edition.lexical.rarity)

    def search(self, query: Query, count: int = 10) -> Ranking:
        """At most `count` passages in force on the query's day, best first."""
        sight = self.look(query)
        if sight is None:
            return Ranking()
        bearing = self.bearing(query, sight)
        scores = self._scores(query, sight, bearing)
        if self._reranker is not None:
            scores = reranked(
                scores,
                query.question,
                partial(self._to_read, sight),
                self._reranker,
                later=bearing is not None,
            )
        order = without_repeats(np.argsort(-scores, kind="stable"), sight.passages, count)
        signals = self._signals(query, sight, bearing, scores, int(order[0]))
        return Ranking(
            tuple(sight.passages[place] for place in order),
            tuple(scores[order].tolist()),
            bearing,
            signals,
            confidence(signals, self._calibration),
            published(signals, self._calibration),
        )

    def look(self, query: Query, shortlist: int = _SHORTLIST) -> Sight | None:
        """The evidence for the best candidates; None when nothing is in force."""
        allowed = self._allowed(query)
        turns = self._turns(query.question, query.history[-_TURNS:])
        named = tuple(named_programs(query.question, self._edition.names))
        nameless = self._nameless(query.question, named)
        rows = self._candidates(turns, allowed)
        if nameless is not None:
            rows = np.union1d(rows, self._candidates(nameless, allowed))
        if len(rows) == 0:
            return None
        found, places = self._seen(turns, rows, shortlist)
        best = float(found.relevance.max())
        there = found.relevance[found.documents == found.talked_about]
        others, more = self._seen(nameless, rows, shortlist) if nameless else (None, places)
        places = np.union1d(places, more)
        passages = tuple(self._edition.passages(rows[places]))
        return Sight(
            turns,
            self._as_read(turns, found.of(places), passages),
            named,
            nameless,
            self._as_read(nameless, others.of(places), passages) if nameless and others else None,
            passages,
            best,
            float(there.max()) if len(there) else best,
        )

    def _nameless(self, question: str, named: Sequence[str]) -> Turns | None:
        """The question without the programs that it names; None when nothing else is asked."""
        left = without_names(question, named, self._edition.names, _ANY_PROGRAM)
        asks = left != question and stems(left) - stems(_ANY_PROGRAM)
        return self._turns(left) if asks else None

    def _turns(self, question: str, earlier: Sequence[Utterance] = ()) -> Turns:
        return Turns.of(question, earlier, self._encode, self._edition.lexical)

    def _seen(self, turns: Turns, rows: Rows, shortlist: int) -> tuple[Evidence, Rows]:
        """The evidence for rows, and the places of the best of them."""
        _, documents = np.unique(self._edition.document_ids(rows), return_inverse=True)
        found = evidence(turns, rows, self._edition.vectors.vectors(rows), documents)
        return found, self._shortlist(found, shortlist)

    def _as_read(self, turns: Turns, found: Evidence, passages: Sequence[Passage]) -> Evidence:
        nearest = self._nearest_statement(turns.question, found.rows)
        return as_read(found, turns.question, passages, nearest, self._rarity)

    def _nearest_statement(self, question: str, rows: Rows) -> Scores:
        """Cosines of single statements; zeros where an edition has none of the same encoder."""
        if not self._knows_statements:
            return np.zeros(len(rows), np.float32)
        return self._edition.nearest_statement(rows, self._encode_for_statements(question))

    def _to_read(self, sight: Sight, places: Rows) -> list[list[str]]:
        """What a reader gets of some passages: each one's nearest statement, or else its likeliest
        stretches."""
        question, rows = sight.turns.question, sight.found.rows[places]
        passages = [sight.passages[place] for place in places]
        near = [""] * len(rows)
        if self._knows_statements:
            asked = self._encode_for_statements(question)
            near = self._edition.nearest_texts(rows, passages, asked)
        return [
            [statement] if statement else windows(question, passage)
            for statement, passage in zip(near, passages, strict=True)
        ]

    def _allowed(self, query: Query) -> Allowed:
        """Which rows may be found: in force on the day, and of the institution that is meant."""
        in_force = self._edition.in_force(query.day)
        if query.special and query.today is not None:
            in_force = in_force & ~self._edition.in_force(query.today)
        if query.institution is None:
            return in_force
        allowed: Allowed = in_force & self._edition.of_institution(query.institution)
        return allowed

    def _candidates(self, turns: Turns, allowed: Allowed) -> npt.NDArray[np.int64]:
        """The best allowed rows of each index; those that are not take nobody's place."""
        near, worded = [turns.vector], [turns.lexical]
        if turns.talk_vector is not None and turns.talk_lexical is not None:
            near.append(turns.talk_vector)
            worded.append(turns.lexical + turns.talk_lexical)
        found = [self._edition.vectors.search(turn, _CANDIDATES, allowed)[0] for turn in near]
        found += [best_rows(turn, _CANDIDATES, allowed) for turn in worded]
        kept: npt.NDArray[np.int64] = np.unique(np.concatenate(found))
        return kept

    def _scores(self, query: Query, sight: Sight, bearing: Bearing | None) -> Logits:
        extra = self.pointed_at(query, sight)
        if sight.named:
            # Another program may be named: what was asked before still tells which of its facts.
            read = self._weights.by_itself if bearing is None else self._weights.elsewhere
            of_it = read(sight.found) + extra
            if sight.apart is None:
                return normalised(of_it)
            of_any = self._weights.by_itself(sight.apart) + extra - _NAMED * self._others(sight)
            return mixed(of_it, of_any, _ASKED_OF_ANY)
        by_itself = self._weights.by_itself(sight.found) + extra
        if bearing is None:
            return normalised(by_itself)
        going_on = self._weights.going_on(sight.found) + extra
        return mixed(by_itself, going_on, continuation(bearing, self._gate))

    def pointed_at(self, query: Query, sight: Sight) -> Logits:
        """What is added to passages of the programs that the question names or describes, or else
        of the document that it goes on about, shape (len(sight.passages),)."""
        documents = np.array([passage.document_id for passage in sight.passages])
        added, those = _FOCUS, [query.focus] if query.focus and leans(query.question) else []
        if sight.named:
            added, those = _NAMED, [*sight.named]
        elif query.described is not None:
            added, those = _DESCRIBED, [*query.described.programs]
        extra: Logits = np.where(np.isin(documents, those), added, 0.0)
        return extra

    def _others(self, sight: Sight) -> npt.NDArray[np.bool_]:
        """Which passages are of programs that the question does not name."""
        programs = set(self._edition.names) - set(sight.named)
        return np.array([passage.document_id in programs for passage in sight.passages])

    def _signals(
        self, query: Query, sight: Sight, bearing: Bearing | None, scores: Logits, first: int
    ) -> Signals:
        passage, found, turns = sight.passages[first], sight.found, sight.turns
        readings = [seen for seen in (found, sight.apart) if seen is not None]
        texts = [seen.question for seen in (turns, sight.nameless) if seen is not None]
        held, context = stems(f"{passage.context} {passage.text}"), stems(passage.context)
        chances = np.exp(scores)
        mine = found.documents == found.documents[first]
        own = Signals(
            chance=float(chances[first]),
            document_chance=float(chances[mine].sum()),
            cosine=max(float(seen.own[first, 0]) for seen in readings),
            coverage=max(share(stems(text), held, self._rarity) for text in texts),
        )
        strange = not turns.lexical.any() and len(stems(query.question)) >= _STRANGE_WORDS
        if bearing is None or turns.talk_lexical is None or (strange and not bearing.points_back):
            return own
        said = stems(" ".join(utterance.text for utterance in query.history[-_TURNS:]))
        rarity = sum(map(self._rarity, said))
        return replace(
            own,
            later=True,
            history_cosine=float(found.talk[first, -1]),
            history_coverage=share(said, held, self._rarity),
            history_words=float(turns.talk_lexical[found.rows[first]]) / max(rarity, 1.0),
            history_in_context=share(said, context, self._rarity),
            likeness=bearing.likeness,
        )

    def bearing(self, query: Query, sight: Sight) -> Bearing | None:
        """How the question stands to the conversation; None when there is none."""
        turns, found = sight.turns, sight.found
        if turns.talk_vector is None:
            return None
        home = found.documents == found.documents[int(np.argmax(self._weights.going_on(found)))]
        by_itself = np.exp(normalised(self._weights.by_itself(found)))
        length = float(np.linalg.norm(turns.talk_vector))
        return Bearing.of(
            query.question,
            sight.best,
            sight.best - sight.best_talked_about,
            student_goes_on=turns.last_role == "user",
            likeness=float(turns.vector @ turns.talk_vector) / length if length else 0.0,
            at_home=math.log(max(float(by_itself[home].sum()), _LEAST_CHANCE)),
        )

    def _shortlist(self, found: Evidence, count: int) -> Rows:
        """Places of the best rows by the question alone, and of the best along the conversation."""
        readings = self._weights.by_itself(found), self._weights.going_on(found)
        orders = [np.argsort(-logits, kind="stable")[: count // 2] for logits in readings]
        places: Rows = np.unique(np.concatenate(orders))
        return places
