"""Answers from passages: quotes their best sentences, cites them, or says that it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import quote

import numpy as np

from knowledge_base.confidence import confidence
from knowledge_base.encoder import Encoder
from knowledge_base.model import Answer, AnswerKind, Citation, Passage, Topic
from knowledge_base.program_page import day
from knowledge_base.retriever import Query, Ranking
from knowledge_base.sentences import Sentence, statements

_WHOLE_WORDS = 60
"""A passage of up to this many words is shown whole; a longer one by its best three sentences.
In trials on policy pages this gave the best overlap with the spans that people marked."""
_BEST_SENTENCES = 3
_MOST_PASSAGES = 2
_NEARLY_AS_GOOD = 0.1
"""A further passage is quoted too when its score is less than this below the best one's. Each
one more costs agreement with the spans that people marked (F1 .37 with one passage, .34 at .03,
.28 at .1), but what is missing is worse than what is too much: a rate stands in one section and its
reason in the next. Chosen with the totals of the sample's questions in view."""
_TOPICS = 3

UNKNOWN = (
    "I don't have that in the published information, so I would rather not guess. "
    "You can ask about something close to it, or talk to a person."
)


class Answering:
    """Turns a ranking into an answer."""

    def __init__(self, encoder: Encoder, sources_url: str, abstain_below: float):
        self._encoder = encoder
        self._sources_url = sources_url.rstrip("/")
        self._abstain_below = abstain_below

    def answer(self, query: Query, ranking: Ranking, edition: str) -> Answer:
        """A quoted answer with citations, or an honest *unknown* with the nearest topics."""
        return self.answer_parts([(query, ranking)], edition)

    def answer_parts(self, asked: Sequence[tuple[Query, Ranking]], edition: str) -> Answer:
        """One answer to the questions of a message: each is quoted for, or named as not known.

        Its confidence is that of the least sure part that is answered.
        """
        sure = [_sure(ranking) for _, ranking in asked]
        known = [level >= self._abstain_below and level > 0 for level in sure]
        if not any(known):
            return Answer(
                UNKNOWN,
                AnswerKind.UNKNOWN,
                confidence=max(sure),
                edition=edition,
                nearest=tuple(_topics(asked[0][1].passages)),
            )
        quoted: dict[str, tuple[Passage, str]] = {}
        for (query, ranking), told in zip(asked, known, strict=True):
            for passage in _worth_quoting(ranking) if told else ():
                if passage.id not in quoted:
                    quoted[passage.id] = passage, self._quote(query.question, passage)
        chosen, quotes = zip(*quoted.values(), strict=True)
        missing = [
            query.question for (query, _), told in zip(asked, known, strict=True) if not told
        ]
        return Answer(
            "\n\n".join([_text(chosen, quotes), *map(not_known, missing)]),
            AnswerKind.QUOTE,
            citations=tuple(map(self.citation, chosen, quotes)),
            confidence=min(level for level, told in zip(sure, known, strict=True) if told),
            edition=edition,
            focus=chosen[0].document_id,
        )

    def _quote(self, question: str, passage: Passage) -> str:
        """The passage's own words: all of them, or its best sentences in their order."""
        found = statements(passage.text)
        if len(passage.text.split()) <= _WHOLE_WORDS or len(found) <= _BEST_SENTENCES:
            return passage.text.strip()
        vectors = self._encoder.encode([question, *(sentence.text for sentence in found)])
        best = np.argsort(-(vectors[1:] @ vectors[0]))[:_BEST_SENTENCES]
        return _joined([found[position] for position in sorted(best)], passage.text)

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


def _sure(ranking: Ranking) -> float:
    return confidence(ranking.signals) if ranking.passages else 0.0


def not_known(question: str) -> str:
    """That one of several questions has no answer, in words."""
    return f"I don't have an answer to “{question}” in the published information."


def _worth_quoting(ranking: Ranking) -> Iterator[Passage]:
    """The best passage, and the next ones of the same document that are nearly as good."""
    first = ranking.passages[0]
    for passage, score in zip(ranking.passages[:_MOST_PASSAGES], ranking.scores, strict=False):
        same = passage.document_id == first.document_id
        if passage is first or (same and score > ranking.scores[0] - _NEARLY_AS_GOOD):
            yield passage


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
    valid = passage.validity
    parts = [passage.institution or "The source"]
    if valid.effective_from:
        until = f" until {day(valid.effective_to)}" if valid.effective_to else ""
        parts.append(f"in force from {day(valid.effective_from)}{until}")
    if valid.last_verified:
        parts.append(f"last verified {day(valid.last_verified)}")
    return f"*{', '.join(parts)}.*" if len(parts) > 1 or passage.institution else ""


def _joined(picked: Sequence[Sentence], text: str) -> str:
    """Sentences in order; a gap between two that were not neighbours shows as an ellipsis."""
    parts = [picked[0].text]
    for before, after in pairwise(picked):
        between = text[before.end : after.start]
        parts.append(between if not between.strip() else " … ")
        parts.append(after.text)
    return "".join(parts)


def _topics(passages: Sequence[Passage]) -> Iterator[Topic]:
    seen: set[str] = set()
    for passage in passages:
        label = _heading(passage)
        if label not in seen and len(seen) < _TOPICS:
            seen.add(label)
            yield Topic(label, label.replace(" › ", ": "))
