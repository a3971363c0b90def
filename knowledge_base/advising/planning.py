"""Plans a path with a student: reads what they say into answers, and answers into two stacks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from knowledge_base import choices
from knowledge_base.advising.goals import (
    GoalKind,
    Goals,
    NamedGoal,
    content,
    goal_phrases,
)
from knowledge_base.advising.plan_answers import GOAL, HAVE, UNCLEAR, PlanAnswers
from knowledge_base.advising.plan_details import (
    ANY,
    BUDGET,
    DELIVERY,
    HOURS,
    LIMITS,
    START,
    leaves_open,
    limits_in,
)
from knowledge_base.advising.plan_files import plan_files
from knowledge_base.advising.plan_text import plan_draft
from knowledge_base.arrays import Vectors
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.typed.draft import Catalog
from languages.speech import say

_OFFERED = 4
"""Goals that are offered to choose from: as many as one reads at a glance."""
_MOST_ENCODED = 500
"""Names whose meaning is compared with a wish: some 3 ms each, once for each edition."""
_AT_ONCE = {HOURS, BUDGET, START}
"""Limits that a message must hold to be a plan by itself: a wish for programs has fewer."""
_CORRECTS = re.compile(
    r"\b(?:actually|instead|rather|change|make it|i meant|sorry|wait|correction|oh and)\b", re.I
)
"""What a student says who changes another answer while one is asked for."""
_HAVE = re.compile(
    r"\b(?:i(?:'ve| have)?|have|after|with) (?:already |just )?"
    r"(?:did|done|finished|completed|hold|passed|earned|took|taken|got|know|finishing|completing)\b"
    r"|\b(?:i|i've|already) (?:already )?(?:have|got|know)\b",
    re.I,
)
_NOTHING = re.compile(
    r"\W*(?:no+|none|nothing(?: (?:yet|so far|really|at all|much))*|nope|nah|zero|nil"
    r"|not (?:yet|really|much)"
    r"|n/?a|-+|(?:i(?:'m| am) )?(?:a )?(?:complete |total |absolute )?(?:beginner|newbie|new)"
    r"|(?:i (?:have|know) )?(?:nothing|none|no (?:skills|experience|courses|certificates)).*"
    r"|(?:i(?:'m| am) )?(?:starting )?from (?:zero|scratch|nothing).*)\W*",
    re.I,
)
_NOTHING_SAID = re.compile(
    r"\b(?:(?:i )?(?:have|know|with) (?:nothing|no (?:experience|skills))|no experience"
    r"|from (?:zero|scratch)|(?:total|complete|absolute) beginner)\b",
    re.I,
)
_OTHER_GOAL = re.compile(r"\b(?:another|other|different|new|change (?:the|my)) goal\b", re.I)


def not_found(slot: str) -> str:
    """What is said before the question of a slot is asked again; empty where nothing is.

    A limit that is not found twice is left open.
    """
    return {
        HAVE: say("I can't place that."),
        HOURS: say("I don't find a number of hours in that."),
        BUDGET: say("I don't find an amount in US dollars in that."),
        START: say("I don't find a day, month or term in that."),
        DELIVERY: say("I don't find in that whether it should be online."),
    }.get(slot, "")


class Planning:
    """Plans over the live edition. Its goals are read once for each edition."""

    def __init__(self, library: KnowledgeBase):
        self._library = library
        self._goals: tuple[object, Goals] | None = None
        self._vectors: dict[NamedGoal, Vectors] = {}

    async def taken_in(
        self,
        words: str,
        known: Mapping[str, Any],
        asked: str | None = None,
        *,
        begins: bool = False,
    ) -> dict[str, Any]:
        """The slots that a message changes; `asked` is the slot that it answers, if any.

        `begins` says that the message itself asked for a plan, so that a goal may stand anywhere
        in it. `UNCLEAR` tells what could not be read; a limit that is unclear twice is left open.
        Raises as `KnowledgeBase.ask`.
        """
        catalog = await self._library.catalog()
        goals = self._goals_of(catalog)
        changed: dict[str, Any] = {}
        if asked != HAVE or _CORRECTS.search(words):
            changed |= limits_in(words, known, asked, catalog.day)
        goal = _goal(words, goals, asked, begins=begins, known=known.get(GOAL))
        if not (changed and asked == GOAL and UNCLEAR in goal):
            changed |= goal
        answers = asked == HAVE and not changed
        changed |= _held(words, goals, catalog, known.get(HAVE), answers=answers)
        if begins and ANY in changed.values() and known.get(HAVE) is None:
            changed.setdefault(HAVE, {})
        missed = asked is not None and asked not in changed
        if missed and changed.keys() - {UNCLEAR}:
            missed = False
        if missed and asked in LIMITS and (known.get(UNCLEAR) or {}).get("slot") == asked:
            return {**changed, asked: ANY, UNCLEAR: None}
        if missed:
            changed.setdefault(UNCLEAR, {"slot": asked, "words": words})
        changed.setdefault(UNCLEAR, None)
        return changed

    async def told_at_once(self, words: str) -> bool:
        """Whether a message holds a goal and most of a plan's limits, so that it is one: "goal
        cook, 10 hours a week, $900, from may on". Raises as `KnowledgeBase.ask`."""
        told = await self.taken_in(words, {}, begins=True)
        return bool(told.get(GOAL)) and told.keys() >= _AT_ONCE

    async def goal_question(self, unclear: Mapping[str, Any] | None) -> Answer:
        """Asks for the goal: among those that the words may mean, or that come near them."""
        catalog = await self._library.catalog()
        goals = self._goals_of(catalog)
        phrase = (unclear or {}).get("words", "") if (unclear or {}).get("slot") == GOAL else ""
        if leaves_open(phrase):
            fields = say(
                "That's fine. Name a field that you like, such as data or health, and I'll show "
                "what the programs here lead to; or ask me to find programs first."
            )
            return _ask(fields, ())
        question = say(
            "What would you like to get to? A job, a certificate or degree, a program, or a skill."
        )
        if not content(phrase):
            return _ask(question, ())
        meant = goals.meant(phrase) or goals.meant(content(phrase))
        if len(meant) > 1:
            return _ask(_which(len(meant) - _OFFERED), meant[:_OFFERED])
        near = await self._nearest(content(phrase), goals)
        listed = list(dict.fromkeys([*meant, *near]))[:_OFFERED]
        lead = [] if meant else [say("No program here leads to that by that name.")]
        nearest = say("Do you mean one of these? They come nearest to it.")
        return _ask(" ".join([*lead, nearest if listed else question]), listed)

    async def plan(self, known: Mapping[str, Any]) -> Answer:
        """The plan for the answers so far, with its files. Raises as `KnowledgeBase.ask`."""
        answers = PlanAnswers.from_slots(known)
        catalog = await self._library.catalog()
        plan = await self._library.plan(answers.goal, answers.student, answers.limits)
        answer = await self._library.told(plan_draft(plan, answers, catalog))
        return replace(answer, files=plan_files(plan, answer, answers.sentence(catalog.titles)))

    async def _nearest(self, phrase: str, goals: Goals) -> list[NamedGoal]:
        """The jobs and awards whose names are nearest in meaning, the best first."""
        named = goals.resembling(phrase, _MOST_ENCODED)
        new = [goal for goal in named if goal not in self._vectors]
        vectors = await self._library.vectors([phrase, *(goal.name for goal in new)])
        self._vectors.update(zip(new, vectors[1:], strict=True))
        return sorted(named, key=lambda goal: -float(self._vectors[goal] @ vectors[0]))[:_OFFERED]

    def _goals_of(self, catalog: Catalog) -> Goals:
        held = self._goals
        if held is None or held[0] is not catalog.programs:
            day = catalog.day
            current = [p for p in catalog.programs.values() if p.validity.holds_on(day)]
            held = self._goals = (catalog.programs, Goals(current))
            self._vectors = {}
        return held[1]


def _goal(
    words: str, goals: Goals, asked: str | None, *, begins: bool, known: object
) -> dict[str, Any]:
    """The goal of a message, or that it is unclear which is meant."""
    if _OTHER_GOAL.search(words) and not list(goal_phrases(words, strong=True)):
        return {GOAL: None}
    phrases = list(goal_phrases(words, strong=not (begins or asked == GOAL)))
    if asked == GOAL and not leaves_open(words):
        phrases.append(words)
    if begins and not phrases and known is None and goals.meant(content(words)):
        phrases.append(content(words))
    for phrase in phrases:
        skills = goals.skills_in(phrase)
        if len(skills) > 1:
            return {GOAL: {"skills": skills}}
        if found := goals.sure(phrase) or goals.sure(content(phrase)):
            return {GOAL: found.to_slot()}
    if (begins or asked == GOAL) and (found := goals.named_in(_before_have(words))):
        return {GOAL: found.to_slot()}
    unclear = next((phrase for phrase in reversed(phrases) if content(phrase)), None)
    if unclear is None or (known is not None and not phrases):
        return {}
    return {GOAL: None, UNCLEAR: {"slot": GOAL, "words": unclear}}


def _before_have(words: str) -> str:
    """A message without what it says of things held already."""
    match = _HAVE.search(words)
    return words[: match.start()] if match else words


def _held(
    words: str, goals: Goals, catalog: Catalog, known: object, *, answers: bool
) -> dict[str, Any]:
    """What a student has: programs by name or code, and skills.

    What is neither is kept in words where the message `answers` that question.
    """
    if answers and (_NOTHING.fullmatch(words) or leaves_open(words)):
        return {HAVE: {}}
    if answers:
        said = words
    elif known is None and _NOTHING_SAID.search(words):
        return {HAVE: {}}
    else:
        match = _HAVE.search(words)
        said = re.split(r"[.;!?]|\b(?:want|how|hours?)\b", words[match.end() :])[0] if match else ""
    if not said.strip():
        return {}
    credentials = goals.programs_in(said)
    rest = said.casefold()
    for i in credentials:
        rest = rest.replace(catalog.programs[i].title.casefold(), " ")
    skills = goals.skills_in(rest)
    if not credentials and not skills:
        return {HAVE: {"unmatched": words}} if answers else {}
    before = known if isinstance(known, Mapping) else {}
    return {
        HAVE: {
            "credentials": list(dict.fromkeys([*before.get("credentials", ()), *credentials])),
            "skills": list(dict.fromkeys([*before.get("skills", ()), *skills])),
        }
    }


def _which(more: int) -> str:
    """Asks which goal is meant; `more` fit than are offered."""
    which = say("Which of these do you mean?")
    if more <= 0:
        return which
    rest = say("{count} more fit; say it more exactly if it is none of these.", count=more)
    return f"{which} {rest}"


def _ask(text: str, goals: Sequence[NamedGoal]) -> Answer:
    topics = tuple(choices.meant(_label(goal), goal.name, goal.name) for goal in goals)
    return Answer(text, AnswerKind.CLARIFY, nearest=topics)


def _label(goal: NamedGoal) -> str:
    if goal.kind is GoalKind.PROGRAM:
        return say("{title} (program)", title=goal.name)
    return goal.name
