"""The knowledge base as the rest of the assistant sees it: ask a question, get an answer."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge_base.aid import AidReport, Facts, check, program_facts
from knowledge_base.aid_rule import rules_from
from knowledge_base.answering import Answering
from knowledge_base.arrays import Vectors
from knowledge_base.as_of import as_asked
from knowledge_base.asking import Asking
from knowledge_base.catalog_query import CatalogQuery, Findings
from knowledge_base.credit.equivalency import Award, EquivalencyTable, Held, table_from
from knowledge_base.credit.question import held_in
from knowledge_base.credit_transfer import Estimate, estimate
from knowledge_base.edition import Edition
from knowledge_base.editions.live import LiveEdition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.filters.tree import Compare
from knowledge_base.model import Answer, AnswerKind, Passage, Retrieved, Utterance
from knowledge_base.pathway.plan import Goal, Limits, Plan, Student
from knowledge_base.pathways import plan
from knowledge_base.per_institution import PerInstitution
from knowledge_base.ranking.rerank import Reranker
from knowledge_base.retriever import Query, Ranking
from knowledge_base.source_language import naming_language
from knowledge_base.turning import turned_to
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.mentions import Mention
from knowledge_base.typed.pointing import Meant, Pointed, Pointing
from languages.lists import joined
from languages.speech import say

RETRIEVED = 8
"""Passages that an answer tells of with their scores; a search finds ten at most."""


@dataclass(frozen=True, slots=True)
class _Open:
    edition: Edition
    asking: Asking
    per_institution: PerInstitution
    catalog: CatalogQuery
    pointing: Pointing


class KnowledgeBase:
    """Answers from the live edition and follows the shelf when another one becomes live."""

    def __init__(
        self,
        shelf: Shelf,
        encoder: Encoder,
        answering: Answering,
        today: Callable[[], date] = date.today,
        reranker: Reranker | None = None,
    ):
        self._live_edition = LiveEdition(shelf, encoder.name)
        self._encoder = encoder
        self._answering = answering
        self._today = today
        self._reranker = reranker
        self._open: _Open | None = None

    async def ask(
        self,
        question: str,
        history: Sequence[Utterance] = (),
        focus: str | None = None,
        shown: Sequence[str] = (),
        before: str = "",
    ) -> Answer:
        """Answer a question in its conversation.

        `history` holds earlier utterances, oldest first; `focus` is the `focus` of an earlier
        answer, `shown` the ids of the programs that were shown last, in order, and `before` the
        last question, which "and the second one?" asks again; a message that leaves all that is
        asked by itself. Raises EncoderUnavailable, and when no edition is open yet
        NothingPublished, UnknownEdition or DamagedEdition.
        """
        if history and (anew := turned_to(question)):
            question, history, focus, shown, before = anew, (), None, (), ""
        meant = await self.meant(question, Pointed(tuple(shown), focus, before))
        if meant.choices:
            listed = joined([f"**{topic.label}**" for topic in meant.choices], "or")
            which = say("Which one: {titles}?", titles=listed)
            return await self.told(Draft(AnswerKind.CLARIFY, which, nearest=meant.choices))
        answer, ranking = await self.examine(meant.question, history, meant.focus)
        return replace(answer, question=meant.question, retrieved=_retrieved(ranking))

    async def compare(
        self, programs: Sequence[str], aspects: Sequence[str] = (), day: date | None = None
    ) -> Answer:
        """The facts of two to four programs side by side, in the order of their ids.

        `aspects` are values of `typed_question.Aspect`, such as "cost"; without them all that is
        stated is compared. Without `day` the facts of today count. Raises as `ask`, and
        UnknownProgram, and ValueError for another number of programs or an unknown aspect.
        """
        return await asyncio.to_thread(self._compare, programs, aspects, day or self._today())

    def _compare(self, programs: Sequence[str], aspects: Sequence[str], day: date) -> Answer:
        started = time.perf_counter()
        answer = self._live().asking.typed.compare(programs, aspects, day)
        elapsed = (time.perf_counter() - started) * 1000
        return replace(naming_language(answer), milliseconds=elapsed)

    async def refine(
        self,
        wish: str,
        words: str,
        than: Mapping[str, Compare] | None = None,
        day: date | None = None,
    ) -> str | None:
        """The wish that the words of a next turn make of one, such as "make it in person".

        `than` holds, per field, what "cheaper" or "shorter" asks for beside the order. The wish is
        empty when nothing is left of it, and None when the words say nothing of it. Raises as
        `ask`.
        """
        return await asyncio.to_thread(
            lambda: self._live().catalog.refine(wish, words, day or self._today(), than)
        )

    async def meant(self, words: str, before: Pointed) -> Meant:
        """What a message asks that may point at programs: "the second one", "and the other?".

        Raises as `ask`.
        """
        return await asyncio.to_thread(
            lambda: self._live().pointing.meant(words, before, self._today())
        )

    async def catalog(self, day: date | None = None) -> Catalog:
        """The programs of the live edition, with what telling about them needs.

        Without `day` it is as of today. Raises as `ask`.
        """
        return await asyncio.to_thread(
            lambda: self._live().asking.typed.catalog(day or self._today())
        )

    async def told(self, draft: Draft) -> Answer:
        """A drafted answer with the citations of the programs and pages that it rests on.

        Raises as `ask`.
        """
        answer = await asyncio.to_thread(lambda: self._live().asking.typed.answer(draft))
        return naming_language(answer)

    async def estimate_credit(
        self, have: str | Sequence[Held], award: Award | None = None, day: date | None = None
    ) -> Estimate:
        """What earlier learning may be worth by the published rules; never a decision.

        `have` is a student's words or a list of what they have. Without `day` the rules of today
        count. Raises as `ask`.
        """
        return await asyncio.to_thread(self._estimate, have, award, day or self._today())

    def _estimate(self, have: str | Sequence[Held], award: Award | None, day: date) -> Estimate:
        table = table_from(self._live_edition.edition().records)
        things = held_in(have, table) if isinstance(have, str) else have
        return estimate(things, table, day, award)

    async def equivalencies(self) -> EquivalencyTable:
        """The published rules of credit, whatever their dates. Raises as `ask`."""
        return await asyncio.to_thread(lambda: table_from(self._live_edition.edition().records))

    async def named(self, text: str) -> str | None:
        """Id of the one program that a text names, if it does. Raises as `ask`."""
        query = Query(text, self._today())
        return await asyncio.to_thread(lambda: self._live().asking.typed.named(query))

    async def mentions(self, text: str) -> tuple[Mention, ...]:
        """The names of programs in a text, in order, each with all that it fits.

        Nothing when a name fits too many. Raises as `ask`.
        """
        query = Query(text, self._today())
        found = await asyncio.to_thread(
            lambda: self._live().asking.typed.referents.mentions(query) or ()
        )
        return tuple(found)

    async def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a published document in order; of another, none. Raises as `ask`."""
        found = await asyncio.to_thread(lambda: self._live_edition.edition().document(document_id))
        return found[1] if found else ()

    async def find(self, wish: str, day: date | None = None) -> Findings:
        """Exactly the programs that meet a wish such as "online, under $500, starts in May".

        Without `day` the wish is made today. Raises as `ask`.
        """
        return await asyncio.to_thread(self._find, wish, day or self._today())

    def _find(self, wish: str, day: date) -> Findings:
        started = time.perf_counter()
        found = self._live().catalog.find(wish, day)
        return replace(found, milliseconds=(time.perf_counter() - started) * 1000)

    async def check_aid(
        self,
        facts: Facts,
        program_id: str | None = None,
        day: date | None = None,
        *,
        only: Collection[str] = (),
        declined: Collection[str] = (),
    ) -> AidReport:
        """Which aid a student may get by the published rules, and what it depends on.

        `facts` are the student's, by the names that the rules use; with `program_id` the catalog's
        are added, which a student's own override. `only` holds ids of rules, if not all matter;
        `declined` names facts that are not to be asked for. Raises as `ask`.
        """
        return await asyncio.to_thread(
            self._check_aid, facts, program_id, day or self._today(), only, declined
        )

    def _check_aid(
        self,
        facts: Facts,
        program_id: str | None,
        day: date,
        only: Collection[str],
        declined: Collection[str],
    ) -> AidReport:
        edition = self._live_edition.edition()
        known = [program_facts(p, day) for p in edition.programs if p.id == program_id]
        told = {**(known[0] if known else {}), **facts}
        return check(rules_from(edition.records), told, day, only, declined)

    async def plan(
        self,
        goal: Goal,
        student: Student | None = None,
        limits: Limits | None = None,
        day: date | None = None,
    ) -> Plan:
        """Up to two stacks of programs toward a goal, or what to relax. Raises as `ask`."""
        return await asyncio.to_thread(
            self._plan, goal, student or Student(), limits or Limits(), day or self._today()
        )

    def _plan(self, goal: Goal, student: Student, limits: Limits, day: date) -> Plan:
        return plan(self._live_edition.edition().programs, goal, student, limits, day)

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (n, d); their products say how near they are in meaning.

        Raises EncoderUnavailable.
        """
        return await asyncio.to_thread(self._encoder.encode, texts)

    async def refresh(self) -> str:
        """Open the live edition if it is not open yet, and return its id. Raises as `ask`."""
        return (await asyncio.to_thread(self._live)).edition.id

    async def examine(
        self, question: str, history: Sequence[Utterance] = (), focus: str | None = None
    ) -> tuple[Answer, Ranking]:
        """What `ask` answers, with the ranking that it rests on. Raises as `ask`."""
        today = self._today()
        earlier = [utterance.text for utterance in history if utterance.role == "user"]
        asked, day = as_asked(question, earlier, today)
        then = today if day != today else None
        query = Query(asked, day, tuple(history), focus, today=then)
        return await asyncio.to_thread(self._examine, query)

    def _examine(self, query: Query) -> tuple[Answer, Ranking]:
        started = time.perf_counter()
        answer, ranking = self._live().per_institution.answer(query)
        answer = naming_language(answer)
        elapsed = (time.perf_counter() - started) * 1000
        return replace(answer, milliseconds=elapsed), ranking

    def _live(self) -> _Open:
        """The open live edition. A question that is under way keeps the edition it began with."""
        edition = self._live_edition.edition()
        held = self._open
        if held is None or held.edition is not edition:
            asking = Asking(edition, self._encoder, self._answering, self._reranker)
            per_institution = PerInstitution(edition, asking)
            catalog = CatalogQuery(edition)
            pointing = Pointing(asking.typed.referents, catalog)
            held = self._open = _Open(edition, asking, per_institution, catalog, pointing)
        return held


def _retrieved(ranking: Ranking) -> tuple[Retrieved, ...]:
    """What a search found first, with its scores as probabilities."""
    found = zip(ranking.passages[:RETRIEVED], ranking.scores, strict=False)
    return tuple(
        Retrieved(each.id, each.document_id, each.context, math.exp(score)) for each, score in found
    )
