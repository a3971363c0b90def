"""Finds programs by wish in conversation: editable conditions, cards, and what to relax."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.advising.cards import card
from knowledge_base.advising.wishing import (
    MORE,
    NEXT,
    asking_pieces,
    corrected,
    goes_on,
    is_a_wish,
    wish_in,
)
from knowledge_base.catalog_query import Findings, Match
from knowledge_base.filters.refining import spoken
from knowledge_base.filters.tree import Compare, Op, Wish
from knowledge_base.filters.wording import phrase
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Topic, UsedFact
from knowledge_base.typed.cells import cell
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import counted, say

AT_ONCE = 5
"""Cards in one reply: more cannot be read on a telephone."""
_OFFERED = 3
"""Conditions that are offered to be dropped, wishes that are offered instead, and programs that
might fit that are named."""
_SUBJECTS = 6
"""Subjects that are offered when all programs are asked for."""
ALL = "all programs"
"""The wish of who asks what there is."""
_BY_ORDER = re.compile(r"\bthe (?:\d+ )?(?P<order>[a-z ]+?)(?: programs)?$")
"""How a wish for programs in an order ends, as it is kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of a wish, and what has to be remembered of it."""

    answer: Answer
    shown: tuple[str, ...]
    """Ids of the programs on the cards, in order."""
    wish: dict[str, Any]
    """`text`, the whole wish in words that can be asked again, and `from`, how many were shown
    before."""


async def found(
    library: KnowledgeBase, words: str, kept: Mapping[str, Any] | None, shown: Sequence[str] = ()
) -> Found | None:
    """The programs that meet a wish, which may go on with the one before; None when nothing of it
    is understood. Raises as `KnowledgeBase.ask`."""
    wish = wish_in(words)
    findings = await library.find(wish)
    if kept and (MORE.fullmatch(words) or goes_on(wish, findings)):
        further = await changed(library, words, kept, shown)
        if further is not None:
            return further
    if findings.understood and (findings.conditions or findings.order):
        return await _cards(library, findings, 0)
    if findings.understood or not findings.not_understood:
        return await _overview(library)
    return None


async def sought(
    library: KnowledgeBase, words: str, kept: Mapping[str, Any] | None, shown: Sequence[str] = ()
) -> Found | None:
    """The programs that a question asks for, such as "which classes begin in April?".

    None when it asks for something else, or when no program is found: a page may know more. Raises
    as `KnowledgeBase.ask`.
    """
    for piece in asking_pieces(words):
        findings = await library.find(piece)
        if findings.matches and is_a_wish(piece, findings):
            result = await found(library, words, kept, shown)
            return result if result and result.shown else await _cards(library, findings, 0)
    return None


async def changed(
    library: KnowledgeBase, words: str, kept: Mapping[str, Any], shown: Sequence[str] = ()
) -> Found | None:
    """What a detail makes of the wish before; None when it says nothing of programs."""
    if NEXT.fullmatch(words) and _BY_ORDER.search(kept["text"]):
        further = _BY_ORDER.sub(r"the \g<order> programs", kept["text"])
        start = kept["from"] + max(1, len(shown))
        return await _cards(library, await library.find(further), start, 1)
    if MORE.fullmatch(words):
        return await _cards(library, await library.find(kept["text"]), kept["from"] + AT_ONCE)
    catalog = await library.catalog()
    detail = corrected(wish_in(words))
    wish = await library.refine(kept["text"], detail, _than(catalog, shown))
    if wish is None:
        return None
    findings = await library.find(wish or ALL)
    if not findings.conditions and findings.order is None:
        return await _overview(library)
    return await _cards(library, findings, 0)


def _than(catalog: Catalog, shown: Sequence[str]) -> dict[str, Compare]:
    """What is cheaper or shorter than the one program that was shown."""
    program = catalog.programs.get(shown[0]) if len(shown) == 1 else None
    if program is None:
        return {}
    cells = {"total": Aspect.COST, "duration": Aspect.LENGTH}
    told = {field: cell(aspect, program, catalog) for field, aspect in cells.items()}
    return {
        field: Compare(field, Op.LT, known.rank, unit=known.unit)
        for field, known in told.items()
        if known.rank is not None
    }


async def _cards(
    library: KnowledgeBase, findings: Findings, start: int, most: int = AT_ONCE
) -> Found:
    catalog = await library.catalog()
    page = findings.matches[start : start + most]
    cards = [
        card(catalog.programs[match.id], findings.filter.parts, catalog, start + place, place)
        for place, match in enumerate(page, 1)
    ]
    texts = [_head(findings, start, len(page)), *(text for text, _, _ in cards)]
    texts += [] if page else _relaxed(findings, start)
    texts += _might_fit(findings.unknown) if start + AT_ONCE >= len(findings.matches) else []
    texts += _left_out(findings.not_understood)
    facts: list[UsedFact] = [fact for _, used, _ in cards for fact in used]
    stated = {match.id: words for match, (_, _, words) in zip(page, cards, strict=True)}
    only = page[0].id if len(page) == 1 and 1 in {most, len(findings.matches)} else None
    draft = Draft(
        AnswerKind.PROGRAMS,
        "\n\n".join(texts),
        tuple(facts),
        stated,
        nearest=_offers(findings, start),
        focus=only,
    )
    shown = tuple(match.id for match in page)
    return Found(await library.told(draft), shown, {"text": _spoken(findings), "from": start})


def _head(findings: Findings, start: int, number: int) -> str:
    wish = _conditions(findings)
    total = len(findings.matches)
    if not total:
        return say("No program fits {wish}.", wish=wish)
    if not number:
        return counted(
            "That was all: One program fits {wish}.",
            "That was all: {count} programs fit {wish}.",
            total,
            wish=wish,
        )
    if total == number:
        return counted("One program fits {wish}:", "{count} programs fit {wish}:", total, wish=wish)
    if number == 1:
        return say(
            "{count} programs fit {wish}. Here is number {place} of them:",
            count=total,
            wish=wish,
            place=start + 1,
        )
    return say(
        "{count} programs fit {wish}. Here are {first}–{last} of them:",
        count=total,
        wish=wish,
        first=start + 1,
        last=start + number,
    )


def _conditions(findings: Findings) -> str:
    """The conditions, and the order, as they were understood."""
    told = joined([f"**{label}**" for label in findings.conditions]) if findings.conditions else ""
    told = told or say("what you asked for")
    order = findings.ordered
    if order is None:
        return told
    if order.take is None:
        return say("{wish} (**{order}** first)", wish=told, order=order.word)
    return say("{wish} (**{count} {order}**)", wish=told, count=order.take, order=order.word)


def _relaxed(findings: Findings, start: int) -> list[str]:
    if start or not findings.relaxations:
        return []
    lines = [
        say(
            "- {change}: {count}, such as {title}",
            change=relaxation.change,
            count=relaxation.total,
            title=relaxation.nearest[0].title,
        )
        for relaxation in findings.relaxations[:_OFFERED]
    ]
    return [say("These would fit with one change:") + "\n\n" + "\n".join(lines)]


def _might_fit(unknown: Sequence[Match]) -> list[str]:
    if not unknown:
        return []
    whole = say("all of it")
    lines = [f"- {match.title}: {_either(match.unsaid) or whole}" for match in unknown[:_OFFERED]]
    more = len(unknown) - _OFFERED
    lines += [say("- and {count} more", count=more)] if more > 0 else []
    head = say("Might also fit, but the catalog does not say whether:")
    return [head + "\n\n" + "\n".join(lines)]


def _left_out(words: Sequence[str]) -> list[str]:
    if not words:
        return []
    return [say("I could not search by {words}.", words=_either(words))]


def _either(words: Sequence[str]) -> str:
    return joined([f"“{word}”" for word in words], "or")


def _spoken(findings: Findings) -> str:
    """The whole wish in words that are read as the same wish."""
    return spoken(Wish(findings.filter, findings.ordered)) or ALL


def _topic(label: str, wish: str) -> Topic:
    """A whole wish to tap, which is asked anew and not taken for a detail."""
    return Topic(label, say("Show me programs: {wish}", wish=wish))


def _offers(findings: Findings, start: int) -> tuple[Topic, ...]:
    """What can be tapped next: each is a whole question of its own."""
    if not findings.matches:
        nearer = [_topic(r.change, r.wish) for r in findings.relaxations[:_OFFERED]]
        return (*nearer, Topic(say("What is there?"), say("What programs do you have?")))
    topics = []
    if len(findings.matches) > start + AT_ONCE:
        topics.append(Topic(say("Show more"), say("Show more")))
    if len(findings.matches[start : start + AT_ONCE]) > 1:
        topics.append(Topic(say("Compare the first two"), say("Compare the first two")))
    for label in findings.conditions[:_OFFERED] if len(findings.conditions) > 1 else ():
        rest = [other for other in findings.conditions if other != label]
        rest += [findings.order] if findings.order else []
        without = say("Without “{condition}”", condition=label)
        topics.append(_topic(without, say(", and ").join(rest)))
    return tuple(topics)


async def _overview(library: KnowledgeBase) -> Found:
    """How many programs there are in which subjects, when all are asked for."""
    catalog = await library.catalog()
    running = [p for p in catalog.programs.values() if p.validity.holds_on(catalog.day)]
    subjects = Counter(program.subject for program in running if program.subject)
    most = [name for name, _ in sorted(subjects.items(), key=lambda pair: (-pair[1], pair[0]))]
    held = say("There are {programs} programs.", programs=len(running))
    if most:
        held = say(
            "There are {programs} programs, in {subjects} subjects: {listed}.",
            programs=len(running),
            subjects=len(most),
            listed=joined([f"{name} ({subjects[name]})" for name in most]),
        )
    asked = say(
        "Tell me what you would like: a subject, a job, what it may cost, when it should start,"
        " how many hours a week you have, online or in person."
    )
    topics = [_topic(name, phrase("topic", name)) for name in most[:_SUBJECTS]]
    draft = Draft(AnswerKind.PROGRAMS, f"{held} {asked}", nearest=tuple(topics))
    return Found(await library.told(draft), (), {"text": ALL, "from": 0})
