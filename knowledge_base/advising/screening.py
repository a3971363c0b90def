"""Conducts a check of aid over the published rules, turn by turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from knowledge_base.advising.aid_words import not_understood, question_words, reason, verdicts
from knowledge_base.advising.aiding import (
    AidCheck,
    asks_why,
    fact_asked,
    has_enough,
    heard,
    next_question,
)
from knowledge_base.aid import AidReport
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, Program, Topic


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message did: the check after it, whether it is over, and what is said at once.

    Without a check the message is none of its business.
    """

    check: AidCheck | None = None
    settled: bool = False
    words: str = ""
    answer: Answer | None = None


class Screening:
    """Checks aid over one knowledge base; the state is the dialogue's. Raises as `ask` does."""

    def __init__(self, library: KnowledgeBase):
        self._library = library

    async def begin(self, text: str, slot: Mapping[str, Any] | None, focus: str | None) -> Heard:
        """The check when it begins or is resumed: with what the message tells already.

        A check that the student had enough of gives its verdicts anew once it hears something else.
        """
        check = AidCheck.from_slot(slot)
        program = check.program or (focus if await self._program(focus) else None)
        check = replace(check, asked="", before=check.asked or check.before, program=program)
        report = await self._report(check)
        new = heard(text, check, report, await self._named(text))
        had_enough = check.told and next_question(check, report) is not None
        changed = new is not None and new != check
        new = new or check
        over = (had_enough and changed) or next_question(new, await self._report(new)) is None
        return Heard(replace(new, told=False), settled=over)

    async def hear(self, text: str, slot: Mapping[str, Any] | None, *, tells: bool) -> Heard:
        """What a message does to a check that is under way.

        `tells` says that it was understood as telling something; else only a wish to know why, or
        to have the verdicts now, is heard.
        """
        check = AidCheck.from_slot(slot)
        report = await self._report(check)
        if asks_why(text) and (draft := reason(check, report)):
            return Heard(check, answer=await self._library.told(draft))
        if has_enough(text):
            return Heard(check, settled=True)
        if not tells:
            return Heard()
        new = heard(text, check, report, await self._named(text))
        if new is None:
            return Heard(check, words=not_understood(fact_asked(check.asked, report)))
        return Heard(new, settled=next_question(new, await self._report(new)) is None)

    async def question(
        self, slot: Mapping[str, Any] | None
    ) -> tuple[str, tuple[Topic, ...], AidCheck]:
        """The next question with answers to choose, and the check that remembers it."""
        check = AidCheck.from_slot(slot)
        report = await self._report(check)
        fact = next_question(check, report)
        if fact is None:
            return "", (), check
        program = await self._program(check.program)
        text, choices = question_words(fact, check, report, program)
        if fact.name == check.asked:
            return text, choices, check
        return text, choices, replace(check, asked=fact.name, before=check.asked or check.before)

    async def verdicts(self, slot: Mapping[str, Any] | None) -> tuple[Answer, AidCheck]:
        """Every verdict so far, and the check that remembers that they were given."""
        check = AidCheck.from_slot(slot)
        draft = verdicts(check, await self._report(check), await self._program(check.program))
        return await self._library.told(draft), replace(check, told=True)

    async def _report(self, check: AidCheck) -> AidReport:
        return await self._library.check_aid(
            check.facts, check.program, only=check.only, declined=check.declined
        )

    async def _program(self, program_id: str | None) -> Program | None:
        if program_id is None:
            return None
        return (await self._library.catalog()).programs.get(program_id)

    async def _named(self, text: str) -> list[str]:
        named = await self._library.named(text)
        return [named] if named else []
