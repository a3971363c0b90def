"""Conducts an estimate of credit over the published rules, turn by turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from knowledge_base.advising.credit_claim import OTHER, TOWARD, Claim, adds, claimed, of_program
from knowledge_base.advising.crediting import estimated
from knowledge_base.credit.equivalency import EquivalencyTable, Held, Tier
from knowledge_base.credit.question import held_in
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer

_MINE = re.compile(r"\b(?:my|i|ive|i've)\b", re.I)
"""Words of somebody who speaks of what they did themselves."""


class Appraising:
    """Estimates credit over one knowledge base; the state is the dialogue's. Raises as `ask`."""

    def __init__(self, library: KnowledgeBase):
        self._library = library

    async def begin(self, text: str, slot: Mapping[str, Any] | None) -> Claim:
        """The claim when it begins or is resumed, with what the message tells already."""
        claim = Claim.from_slot(slot)
        claim = await self._heard(text, claim, asked=bool(claim.have) and adds(text)) or claim
        if claim.have or TOWARD.search(text) or not _MINE.search(text):
            return claim
        whole = await self._known(Held(OTHER, text), await self._library.equivalencies())
        return claim if whole.kind == OTHER else replace(claim, have=(whole,))

    async def told(self, text: str) -> bool:
        """Whether a message says, asked or not, which mark somebody has in what may give credit."""
        if not any(map(str.isdigit, text)):
            return False
        table = await self._library.equivalencies()
        given = [rule for rule in table.rules if rule.status is not Tier.NOT_TRANSFERABLE]
        kinds = {needed.kind for rule in given for parts in rule.alternatives for needed in parts}
        return any(thing.score and thing.kind in kinds for thing in held_in(text, table))

    async def hear(self, text: str, slot: Mapping[str, Any] | None) -> Claim:
        """The claim after an answer to "what do you have?"."""
        claim = Claim.from_slot(slot)
        return await self._heard(text, claim, asked=True) or claim

    async def _heard(self, text: str, claim: Claim, *, asked: bool) -> Claim | None:
        table = await self._library.equivalencies()
        programs = (await self._library.catalog()).programs
        new = claimed(text, claim, table, programs.values(), asked=asked)
        if new is not None and new != claim:
            new = replace(new, have=tuple([await self._known(held, table) for held in new.have]))
        named = await self._library.named(text) if TOWARD.search(text) else None
        program = programs.get(named) if named else None
        award = of_program(program, table) if program else None
        if program is None or award is None or (new and new.award != claim.award):
            return new
        return replace(new or claim, award=award, toward=program.title)

    async def _known(self, held: Held, table: EquivalencyTable) -> Held:
        """A thing in somebody's own words as the program that it names, where rules speak of it."""
        named = await self._library.named(held.name) if held.kind == OTHER else None
        program = (await self._library.catalog()).programs.get(named) if named else None
        if program is None:
            return held
        rules = [n for rule in table.rules for parts in rule.alternatives for n in parts]
        spoken = next((n for n in rules if n.name in {program.code, program.title}), None)
        return replace(held, kind=spoken.kind, name=program.title) if spoken else held

    async def estimate(self, slot: Mapping[str, Any] | None) -> Answer:
        """What it may be worth, by the rules of today."""
        claim = Claim.from_slot(slot)
        table = await self._library.equivalencies()
        estimate = await self._library.estimate_credit(claim.have, claim.award)
        return await self._library.told(estimated(claim, estimate, table))
