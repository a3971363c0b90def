"""Answers from passages: quotes their best sentences, cites them, or says that it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from urllib.parse import quote

from knowledge_base.answerable import Answerable
from knowledge_base.choices import about
from knowledge_base.encoder import Encoder
from knowledge_base.lexical import words
from knowledge_base.model import Answer, AnswerKind, Citation, Passage, Topic, Validity
from knowledge_base.quotable import beside, likely
from knowledge_base.quoting import Quoting
from knowledge_base.retriever import Query, Ranking
from languages.speech import ENGLISH, say, say_day, spoken

_TOPICS = 3
_UNSURE_BELOW = 0.4
"""Probability that an answer is published below which what is quoted is told as what comes nearest.
Of 440 questions of students to tune on 35 lie between .2 and .4: 21 of them are quoted for rightly,
five have no answer."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One question of a message, with what is published nearest to it."""

    query: Query
    level: float
    """How sure the answer from the best passage may be, 0-1."""
    passages: tuple[Passage, ...]
    answers: bool
    """Whether the passages may hold what is asked for."""
    unsure: bool
    """Whether it is rather likely that none does."""


class Answering:
    """Turns a ranking into an answer."""

    def __init__(self, encoder: Encoder, sources_url: str, abstain_below: float):
        self._quoting = Quoting(encoder)
        self._answerable = Answerable(encoder)
        self._sources_url = sources_url.rstrip("/")
        self._abstain_below = abstain_below

    def answer(self, query: Query, ranking: Ranking, edition: str) -> Answer:
        """A quoted answer with citations, or an honest *unknown* with the nearest topics."""
        return self.answer_parts([(query, ranking)], edition)

    def answer_parts(self, asked: Sequence[tuple[Query, Ranking]], edition: str) -> Answer:
        """One answer to the questions of a message: each is quoted for, or named as not known.

        Its confidence is that of the least sure part that is answered.
        """
        parts = [self._part(*each) for each in asked]
        known = [part for part in parts if part.answers]
        near = [replace(part, passages=part.passages[:1]) for part in parts if part.passages]
        if not near:
            return _unknown(asked, max(part.level for part in parts), edition)
        chosen: dict[str, Passage] = {}
        questions: dict[str, list[Query]] = {}
        for part in known or near:
            for passage in part.passages:
                chosen[passage.id] = passage
                questions.setdefault(passage.id, []).append(part.query)
        passages = tuple(chosen.values())
        quotes = [self._quote(questions[passage.id], passage) for passage in passages]
        told = [_text(passages, quotes)]
        if not known:
            told = [near_only(), *told]
        elif any(part.unsure for part in known):
            told = [perhaps(), *told]
        missing = [part.query for part in parts if known and not part.answers]
        told += [not_known(query.question, query.institution) for query in missing]
        return Answer(
            "\n\n".join(told),
            AnswerKind.QUOTE if known else AnswerKind.UNKNOWN,
            citations=tuple(map(self.citation, passages, quotes)),
            confidence=min(part.level for part in known or near),
            edition=edition,
            focus=passages[0].document_id,
        )

    def _part(self, query: Query, ranking: Ranking) -> _Part:
        """What would be quoted for a question: what counts is that an answer is published, since of
        several passages that are much alike none may be likely to be the one."""
        published = bool(ranking.passages) and ranking.published >= self._abstain_below
        found = tuple(likely(query.question, ranking)) if published else ()
        read = [f"{passage.context} {passage.text}" for passage in found]
        answers = bool(found) and self._answerable.by(query.question, read)
        unsure = ranking.published < _UNSURE_BELOW
        passages = (*found, *beside(found, ranking)) if answers else found
        return _Part(query, sure(ranking), passages, answers, unsure)

    def _quote(self, queries: Sequence[Query], passage: Passage) -> str:
        """The passage's own words: the stretch that answers all the questions it is quoted for."""
        said = [u.text for u in queries[0].history if u.role == "agent"]
        asked = [query.question for query in queries]
        return self._quoting.quote(asked, said[-1] if said else "", passage.text)

    def _reading_address(self, passage: Passage) -> str:
        return f"{self._sources_url}/{quote(passage.document_id, safe='')}#{passage.id}"

    def citation(self, passage: Passage, quoted: str) -> Citation:
        """The source of words that stand in a passage."""
        return Citation(
            title=passage.context,
            quote=quoted,
            url=passage.url or self._reading_address(passage),
            document_id=passage.document_id,
            passage_id=passage.id,
            institution=passage.institution,
            validity=passage.validity,
        )


def sure(ranking: Ranking) -> float:
    """How sure an answer from the best passage may be, 0-1."""
    return ranking.confidence


def not_known(question: str, institution: str | None = None) -> str:
    """That one of several questions has no answer, in words."""
    if spoken() != ENGLISH:
        return say("I don't have an answer to one part of your question.")
    if institution:
        return say(
            "I don't have an answer to “{question}” in the published information of {institution}.",
            question=question,
            institution=institution,
        )
    return say(
        "I don't have an answer to “{question}” in the published information.", question=question
    )


def _text(chosen: Sequence[Passage], quotes: Sequence[str]) -> str:
    parts = [
        f"**{_heading(passage)}**\n\n{words} [{number}]"
        if "\n|" not in f"\n{words}"
        else f"**{_heading(passage)}** [{number}]\n\n{words}"
        for number, (passage, words) in enumerate(zip(chosen, quotes, strict=True), 1)
    ]
    return "\n\n".join([*parts, *dict.fromkeys(filter(None, map(provenance, chosen)))])


def _heading(passage: Passage) -> str:
    last = passage.headings[-1] if passage.headings else ""
    return f"{passage.title} › {last}" if last and last != passage.title else passage.title


def provenance(passage: Passage) -> str:
    """Whose words these are and for which dates, in one line."""
    parts = [passage.institution or say("The source"), *in_force(passage.validity)]
    return f"*{', '.join(parts)}.*" if len(parts) > 1 or passage.institution else ""


def in_force(valid: Validity) -> list[str]:
    """From when to when a source holds, and when somebody last checked it; what is known of it."""
    parts = []
    if valid.effective_from and valid.effective_to:
        parts.append(
            say(
                "in force from {first} until {last}",
                first=say_day(valid.effective_from),
                last=say_day(valid.effective_to),
            )
        )
    elif valid.effective_from:
        parts.append(say("in force from {day}", day=say_day(valid.effective_from)))
    if valid.last_verified:
        parts.append(say("last verified {day}", day=say_day(valid.last_verified)))
    return parts


def _unknown(asked: Sequence[tuple[Query, Ranking]], level: float, edition: str) -> Answer:
    """That nothing of what was asked is known, with the topics that come near each question."""
    said = "".join(query.question for query, _ in asked)
    near = [list(_topics(query, ranking)) for query, ranking in asked]
    topics = [topic for together in zip_longest(*near) for topic in together if topic]
    return Answer(
        not_published() if any(map(str.isalnum, said)) else no_question(),
        AnswerKind.UNKNOWN,
        confidence=level,
        edition=edition,
        nearest=tuple(dict.fromkeys(topics))[:_TOPICS],
    )


def perhaps() -> str:
    """That what follows may not answer what was asked."""
    return say(
        "I am not sure that this is what you are asking for. It is what comes nearest to it in the "
        "published information:"
    )


def near_only() -> str:
    """That what was asked for is not published, before what comes nearest to it."""
    return say(
        "What you ask for is not in the published information, so I would rather not guess. "
        "This is what comes nearest to it:"
    )


def not_published() -> str:
    """That nothing of what was asked is published."""
    return say(
        "I don't have that in the published information, so I would rather not guess. "
        "You can ask about something close to it, or talk to a person."
    )


def no_question() -> str:
    """That a message has no word to search for."""
    return say(
        "I could not find a question in that. Write in a few words what you would like to know, "
        "such as what a program costs or when it starts, or talk to a person."
    )


def _topics(query: Query, ranking: Ranking) -> Iterator[Topic]:
    """The nearest passage of each page, and only then others of the same pages.

    What shares no word with the question is not near it: something is always found.
    """
    asked = {word for word in words(query.question) if len(word) > 2}
    near = [p for p in ranking.passages if asked & set(words(f"{p.context} {p.text}"))]
    first = {passage.document_id: passage for passage in reversed(near)}
    for passage in sorted(near, key=lambda passage: first[passage.document_id] is not passage):
        yield about(_heading(passage))
