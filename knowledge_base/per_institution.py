"""Keeps an answer to the institution that is meant where an edition holds several."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from knowledge_base.asking import Asking
from knowledge_base.choices import meant
from knowledge_base.edition import Edition
from knowledge_base.institutions import Institutions
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.names import named_programs
from knowledge_base.questions import parts
from knowledge_base.retriever import Query, Ranking
from languages.speech import say

_CLEARLY = 0.95
"""Share of the likelihood of all passages found that one institution's must have to be the one that
is meant. Of 350 first questions over two public sets of policy pages, published as those of two
institutions with different subjects, 96 % were then answered, 0.3 % from the wrong one; at .8 it
was 99 and 0.6 %. With every page given to one of the two at random 44 % were answered and none
wrongly; at .8 it was 73 and 2.9 %. The rest is asked back."""
_MOST = 3
"""Institutions that are answered for at once, and that are offered when it is asked which."""


class PerInstitution:
    """Answers messages from one edition. Safe to use from several threads."""

    def __init__(self, edition: Edition, asking: Asking):
        self._edition = edition
        self._asking = asking
        self._institutions = Institutions(edition.institutions)

    def answer(self, query: Query) -> tuple[Answer, Ranking]:
        """The answer to a message, and what the search found, as `Asking.answer` gives them.

        A message that names no institution goes on with the one that was spoken of. When none was,
        it is answered from the one that alone has what is asked for, and that is said; when several
        have, it is asked which is meant.
        """
        if len(self._edition.institutions) < 2 or query.institution is not None:
            return self._asking.answer(query)
        query = self._taken_up(query)
        meant = self._meant(query)
        plain = replace(query, question=self._institutions.without_names(query.question))
        if len(meant) == 1:
            return self._asking.answer(replace(plain, institution=meant[0]))
        if meant:
            return self._asking.answer_each(self._each(query, meant))
        return self._unsaid(query)

    def _taken_up(self, query: Query) -> Query:
        """The question before, asked of the institution that is all that a message says."""
        before = [u.text for u in query.history if u.role == "user"]
        if not before or not self._institutions.only_names(query.question):
            return query
        asked = self._institutions.without_names(before[-1])
        named = ", ".join(self._institutions.named(query.question))
        return replace(query, question=f"{asked} ({named})")

    def _meant(self, query: Query) -> tuple[str, ...]:
        if not self._institutions.named(query.question):
            programs = named_programs(query.question, self._edition.names)
            owners = {p.institution for p in self._edition.programs if p.id in programs} - {""}
            if len(owners) == 1:
                return tuple(owners)
        held = self._edition.document(query.focus) if query.focus else None
        earlier = [utterance.text for utterance in query.history]
        return self._institutions.meant(
            query.question, earlier, held[0].institution if held else ""
        )

    def _each(self, query: Query, meant: tuple[str, ...]) -> list[Query]:
        """The question for each institution, or each part of it for the one that it names."""
        pieces = parts(query.question)
        named = [self._institutions.named(piece) for piece in pieces]
        if len(pieces) == 1 or any(len(names) != 1 for names in named):
            pieces, named = [query.question] * len(meant), [(name,) for name in meant]
        return [
            replace(query, question=self._institutions.without_names(piece), institution=names[0])
            for piece, names in zip(pieces, named, strict=True)
        ][:_MOST]

    def _unsaid(self, query: Query) -> tuple[Answer, Ranking]:
        answer, ranking = self._asking.answer(query)
        if answer.kind is not AnswerKind.QUOTE:
            return answer, ranking
        shares = _shares(ranking)
        first = max(shares, key=lambda name: shares[name])
        if shares[first] < _CLEARLY:
            return self._which(query, [name for name in shares if name]), ranking
        answer, ranking = self._asking.answer(replace(query, institution=first))
        if first and answer.citations:
            said = say(
                "*You named no institution; this is what {institution} publishes.*",
                institution=first,
            )
            answer = replace(answer, text=f"{said}\n\n{answer.text}")
        return answer, ranking

    def _which(self, query: Query, names: list[str]) -> Answer:
        asked = query.question.strip()
        topics = [meant(name, name, f"{asked} ({name})") for name in names[:_MOST]]
        text = say("Several institutions publish here, and they may differ. Which one do you mean?")
        return Answer(text, AnswerKind.CLARIFY, edition=self._edition.id, nearest=tuple(topics))


def _shares(ranking: Ranking) -> dict[str, float]:
    """Per institution, in the order of their best passages: its share of the likelihood."""
    odds: dict[str, float] = defaultdict(float)
    for position, passage in enumerate(ranking.passages):
        odds[passage.institution] += ranking.odds(position)
    return {name: value / sum(odds.values()) for name, value in odds.items()}
