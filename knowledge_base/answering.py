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
_MOST_PASSAGES = 3
_NEARLY_AS_GOOD = 0.9
"""A further passage is quoted too when its score reaches this share of the best one's."""
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
        sure = confidence(ranking.signals) if ranking.passages else 0.0
        if not ranking.passages or sure < self._abstain_below:
            return Answer(
                UNKNOWN,
                AnswerKind.UNKNOWN,
                confidence=sure,
                edition=edition,
                nearest=tuple(_topics(ranking.passages)),
            )
        chosen = list(_worth_quoting(ranking))
        quotes = [self._quote(query.question, passage) for passage in chosen]
        return Answer(
            _text(chosen, quotes),
            AnswerKind.QUOTE,
            citations=tuple(map(self._citation, chosen, quotes)),
            confidence=sure,
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

    def _citation(self, passage: Passage, quoted: str) -> Citation:
        return Citation(
            title=passage.context,
            quote=quoted,
            url=passage.url or self._reading_address(passage),
            document_id=passage.document_id,
            passage_id=passage.id,
            institution=passage.institution,
            validity=passage.validity,
        )


def _worth_quoting(ranking: Ranking) -> Iterator[Passage]:
    """The best passage, and the next ones of the same document that are nearly as good."""
    first = ranking.passages[0]
    for passage, score in zip(ranking.passages[:_MOST_PASSAGES], ranking.scores, strict=False):
        same = passage.document_id == first.document_id
        if passage is first or (same and score >= _NEARLY_AS_GOOD * ranking.scores[0]):
            yield passage


def _text(chosen: Sequence[Passage], quotes: Sequence[str]) -> str:
    parts = [
        f"**{_heading(passage)}**\n\n{words} [{number}]"
        if "\n|" not in f"\n{words}"
        else f"**{_heading(passage)}** [{number}]\n\n{words}"
        for number, (passage, words) in enumerate(zip(chosen, quotes, strict=True), 1)
    ]
    return "\n\n".join([*parts, _provenance(chosen[0])])


def _heading(passage: Passage) -> str:
    last = passage.headings[-1] if passage.headings else ""
    return f"{passage.title} › {last}" if last and last != passage.title else passage.title


def _provenance(passage: Passage) -> str:
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
