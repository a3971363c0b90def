"""Decides how a message is answered: from typed facts where they can answer it, else by quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge_base.answering import Answering, not_known, sure
from knowledge_base.as_of import dated, unchanged
from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder
from knowledge_base.model import Answer, AnswerKind, Passage, Utterance
from knowledge_base.program_page import day
from knowledge_base.questions import parts
from knowledge_base.ranking.leaning import leans
from knowledge_base.ranking.rerank import Reranker, best_read
from knowledge_base.retriever import Query, Ranking, Retriever
from knowledge_base.stated.rules import StatedRules
from knowledge_base.text.dates import find_dates
from knowledge_base.text.sentences import statements
from knowledge_base.typed.answers import TypedAnswers
from knowledge_base.typed.draft import Draft

_Asked = tuple[Query, Ranking]
_ENDS = re.compile(r"\b(?:last day|ends?|ending|until)\b", re.I)
_HOW_MUCH = re.compile(r"\W*how (?:much|long)\W*", re.I)
"""Behind another question it asks how much of that: "is there aid, and how much?"."""
_MUCH_WORSE = 8.0
"""By how much less, in logarithms of odds, a reader may make of a page of another time than of
today's. Of 16 students' questions to tune on whose thing such a page states it is at most 4.9; of
eleven made up about what none does, it is 10.4 or more for nine."""


class Asking:
    """Answers messages from one edition. Safe to use from several threads."""

    def __init__(
        self,
        edition: Edition,
        encoder: Encoder,
        answering: Answering,
        reranker: Reranker | None = None,
    ):
        self._edition = edition
        self._encoder = encoder
        self._retriever = Retriever(edition, encoder, reranker=reranker)
        self._answering = answering
        self._reranker = reranker
        self.typed = TypedAnswers(edition, answering.citation)
        self._stated = StatedRules(edition, self.typed, self._retriever.search)

    def answer(self, query: Query) -> tuple[Answer, Ranking]:
        """The answer to a message, and what the search found for it as a whole."""
        query = self._described(query)
        if query.today is not None:
            return self._of_another_time(query, query.today)
        ranking = self._retriever.search(query)
        asked = self._asked(query, ranking)
        whole = self.typed.draft(query) or self._stated.draft(query, ranking)
        if whole is not None and not self._are_apart(whole, asked):
            return self._told(whole, query), ranking
        return self._by_parts(asked), ranking

    def _of_another_time(self, query: Query, today: date) -> tuple[Answer, Ranking]:
        """What is quoted from pages of that day's own, or else from all that hold then.

        A page of that time knows more than today's catalog, so that nothing but bills is worked
        out. Where nothing that holds then tells of it, what holds today is quoted as no more.
        """
        now = replace(query, day=today, today=None)
        known = self._retriever.search(now)
        draft = self.typed.bill(query)
        if draft is not None:
            return dated(self._told(draft, query), query.day, today), known
        for special in (True, False):
            then = replace(query, special=special)
            ranking = self._retriever.search(then)
            quoted = self._quoted(then, ranking)
            if not quoted.abstained and self._tells_of_it(query.question, ranking, known):
                return dated(quoted, query.day, today, special=special), ranking
        return unchanged(self._quoted(now, known), query.day), known

    def _tells_of_it(self, question: str, then: Ranking, now: Ranking) -> bool:
        """Whether what holds at another time reads as about the question as what holds now: the
        few pages of a time that is over are the best of their kind for any question."""
        if self._reranker is None:
            return True
        read = (best_read(question, each.passages, self._reranker) for each in (then, now))
        return next(read) >= next(read) - _MUCH_WORSE

    def _described(self, query: Query) -> Query:
        """The question with the program that it describes, if it names none."""
        named = self.typed.named(query) is not None
        found = self._edition.descriptions
        return replace(
            query, described=None if named else found.find(query.question, self._encoder)
        )

    def _quoted(self, query: Query, ranking: Ranking) -> Answer:
        """What is quoted for each question of a message, of which all of this was found."""
        return self._answering.answer_parts(self._asked(query, ranking), self._edition.id)

    def _are_apart(self, whole: Draft, asked: Sequence[_Asked]) -> bool:
        """Whether each question of a message has a typed answer of its own, which one for all of
        them would leave out: "how much is it and how many hours are that in total"."""
        several = len(asked) > 1 and whole.kind is AnswerKind.COMPUTED
        return several and all(self._part(*each) for each in asked)

    def _part(self, query: Query, ranking: Ranking, first: int = 1) -> Draft | None:
        """What typed facts or stated rules answer to one question of several."""
        if _HOW_MUCH.fullmatch(query.question):
            return None
        return self.typed.draft(query, first) or self._stated.draft(query, ranking, first)

    def answer_each(self, queries: Sequence[Query]) -> tuple[Answer, Ranking]:
        """One answer to several questions, quoted for; and what the search found for the first."""
        asked = [(query, self._retriever.search(query)) for query in queries]
        return self._answering.answer_parts(asked, self._edition.id), asked[0][1]

    def _by_parts(self, asked: Sequence[_Asked]) -> Answer:
        """Each question of a message: those that typed facts answer come after the quotes."""
        typed = [self._part(*each) is not None for each in asked]
        rest = [each for each, told in zip(asked, typed, strict=True) if not told]
        if not any(typed):
            return self._answering.answer_parts(rest, self._edition.id)
        quoted = self._answering.answer_parts(rest, self._edition.id) if rest else None
        answers = [quoted] if quoted and not quoted.abstained else []
        for (query, ranking), told in zip(asked, typed, strict=True):
            first = 1 + sum(len(answer.citations) for answer in answers)
            draft = self._part(query, ranking, first) if told else None
            if draft is not None:
                answers.append(self._told(draft, query, first))
        missing = [query.question for query, _ in rest] if quoted and quoted.abstained else []
        return _together(answers, missing)

    def _told(self, draft: Draft, query: Query, first: int = 1) -> Answer:
        """A typed answer, with the calendar's words where the catalog leaves a last day open."""
        answer = self.typed.answer(draft)
        found = self._calendar(draft.session, query) if draft.session else None
        if found is None:
            return answer
        passage, words = found
        number = first + len(answer.citations)
        return replace(
            answer,
            text=f"{answer.text}\n\n**{passage.context}** [{number}]\n\n{words}",
            citations=(*answer.citations, self._answering.citation(passage, words)),
        )

    def _calendar(self, session: date, query: Query) -> tuple[Passage, str] | None:
        """A page that is no program's and says when what begins on a day ends."""
        wanted = f"first and last day of the session that starts on {day(session)}"
        asked = Query(wanted, query.day, institution=query.institution)
        for passage in self._retriever.search(asked).passages:
            for said in statements(passage.text):
                dates = {found.value for found in find_dates(said.text)}
                ends = _ENDS.search(said.text) and max(dates, default=session) > session
                if session in dates and ends and not self.typed.describes(passage.document_id):
                    return passage, said.text
        return None

    def _asked(self, query: Query, whole: Ranking) -> list[_Asked]:
        """The questions of a message, each with its ranking.

        One that leans goes on with those before it; others may begin anew: the surer reading
        counts.
        """
        pieces = parts(query.question)
        if len(pieces) == 1:
            return [(query, whole)]
        asked, history, focus = [], query.history, query.focus
        for piece in pieces:
            asks = self._described(replace(query, question=piece, focus=focus))
            before = (history,) if leans(piece) else dict.fromkeys((query.history, history))
            readings = [replace(asks, history=said) for said in before]
            found = [(reading, self._retriever.search(reading)) for reading in readings]
            asked.append(max(found, key=lambda each: sure(each[1])))
            history = (*history, Utterance("user", piece))
            focus = self.typed.named(asks) or focus
        return asked


def _together(answers: Sequence[Answer], missing: Sequence[str]) -> Answer:
    """One answer to several questions; it is of the kind of the last, which is a typed one."""
    return replace(
        answers[-1],
        text="\n\n".join([*(answer.text for answer in answers), *map(not_known, missing)]),
        citations=tuple(citation for answer in answers for citation in answer.citations),
        confidence=min(answer.confidence for answer in answers),
        nearest=tuple(topic for answer in answers for topic in answer.nearest),
        facts=tuple(fact for answer in answers for fact in answer.facts),
    )
