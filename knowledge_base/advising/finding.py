"""Finds programs by wish in conversation: editable conditions, cards, and what to relax."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.advising.cards import card
from knowledge_base.catalog_query import Findings, Match
from knowledge_base.filters.tree import Compare, Op
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Topic, UsedFact
from knowledge_base.typed.cells import ROWS
from knowledge_base.typed.draft import Catalog, Draft, joined
from knowledge_base.typed.question import Aspect

AT_ONCE = 5
"""Cards in one reply: more cannot be read on a telephone."""
_OFFERED = 3
"""Conditions that are offered to be dropped, wishes that are offered instead, and programs that
might fit that are named."""
_SUBJECTS = 6
"""Subjects that are offered when all programs are asked for."""
_ALL = "all programs"
_ASK_FOR = "Show me programs: "
"""Before the words of a whole wish, so that they are asked again and not taken for a detail."""
_MORE = re.compile(
    r"\W*(?:(?:yes|ok|okay|please|can you|could you) )*"
    r"(?:show|see|list|give)?(?: me)?(?: some| the)? ?"
    r"(?:more|next|others|rest|other (?:ones|options|programs)|next (?:page|ones|five)"
    r"|more (?:ones|options|programs|results|please|of them))\W*(?:please)?\W*",
    re.I,
)
_REFERS = re.compile(
    r"\b(?:ones|those|these|them|instead|also|too|make it|change (?:it|the)|cheaper|shorter|quicker"
    r"|faster|sooner|earlier|longer|later|less expensive|fewer hours|forget|drop|remove"
    r"|(?:does not|doesn['’]?t) matter)\b",
    re.I,
)
"""Words that go on with the wish before."""
_CORRECTS = re.compile(
    r"^(?:\W*\b(?:no+|nope|nah|sorry|oops|wait|hmm|actually|ugh|i (?:meant|mean|said|wanted"
    r"|asked (?:for|about)|was (?:asking|talking) about|am talking about)|im talking about"
    r"|it is|its)\b)+\W*",
    re.I,
)


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
    if kept and (_MORE.fullmatch(words) or _REFERS.search(words)):
        further = await changed(library, words, kept, shown)
        if further is not None:
            return further
    findings = await library.find(words)
    if findings.understood and (findings.conditions or findings.order):
        return await _cards(library, findings, 0)
    if findings.understood or not findings.not_understood:
        return await _overview(library)
    return None


async def changed(
    library: KnowledgeBase, words: str, kept: Mapping[str, Any], shown: Sequence[str] = ()
) -> Found | None:
    """What a detail makes of the wish before; None when it says nothing of programs."""
    if _MORE.fullmatch(words):
        return await _cards(library, await library.find(kept["text"]), kept["from"] + AT_ONCE)
    catalog = await library.catalog()
    wish = await library.refine(kept["text"], words, _than(catalog, shown))
    if wish is None:
        return None
    findings = await library.find(wish or _ALL)
    if not findings.conditions and findings.order is None:
        return await _overview(library)
    return await _cards(library, findings, 0)


def _than(catalog: Catalog, shown: Sequence[str]) -> dict[str, Compare]:
    """What is cheaper or shorter than the one program that was shown."""
    program = catalog.programs.get(shown[0]) if len(shown) == 1 else None
    if program is None:
        return {}
    cells = {"total": Aspect.COST, "duration": Aspect.LENGTH}
    told = {field: ROWS[aspect][1](program, catalog) for field, aspect in cells.items()}
    return {
        field: Compare(field, Op.LT, cell.rank, unit=cell.unit)
        for field, cell in told.items()
        if cell.rank is not None
    }


async def _cards(library: KnowledgeBase, findings: Findings, start: int) -> Found:
    catalog = await library.catalog()
    page = findings.matches[start : start + AT_ONCE]
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
    only = page[0].id if len(findings.matches) == 1 else None
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
        return f"No program fits {wish}."
    if not number:
        return f"That was all: {_counted(total)} {wish}."
    said = f"{_counted(total)} {wish}"
    if total > number:
        said += f". Here {'are' if number > 1 else 'is'} {start + 1}–{start + number} of them"
        said = said.replace(f"{start + 1}–{start + 1} ", f"number {start + 1} ")
    return f"{said}:"


def _counted(total: int) -> str:
    return "One program fits" if total == 1 else f"{total} programs fit"


def _conditions(findings: Findings) -> str:
    """The conditions, and the order, as they were understood."""
    told = joined([f"**{label}**" for label in findings.conditions]) if findings.conditions else ""
    if findings.order is None:
        return told or "what you asked for"
    word = findings.order.removeprefix("the ").removesuffix(" programs")
    ordered = f"(**{word}** first)" if findings.order.endswith(" programs") else f"(**{word}**)"
    return f"{told or 'what you asked for'} {ordered}"


def _relaxed(findings: Findings, start: int) -> list[str]:
    if start or not findings.relaxations:
        return []
    lines = [
        f"- {relaxation.change}: {relaxation.total}, such as {relaxation.nearest[0].title}"
        for relaxation in findings.relaxations[:_OFFERED]
    ]
    return ["These would fit with one change:\n\n" + "\n".join(lines)]


def _might_fit(unknown: Sequence[Match]) -> list[str]:
    if not unknown:
        return []
    lines = [
        f"- {match.title}: {joined([f'“{label}”' for label in match.unsaid], 'or') or 'all of it'}"
        for match in unknown[:_OFFERED]
    ]
    more = len(unknown) - _OFFERED
    lines += [f"- and {more} more"] if more > 0 else []
    return ["Might also fit, but the catalog does not say whether:\n\n" + "\n".join(lines)]


def _left_out(words: Sequence[str]) -> list[str]:
    if not words:
        return []
    return [f"I could not search by {joined([f'“{word}”' for word in words], 'or')}."]


def _spoken(findings: Findings) -> str:
    """The whole wish in words that are read as the same wish."""
    order = [findings.order] if findings.order else []
    return ", and ".join([*findings.conditions, *order]) or _ALL


def _offers(findings: Findings, start: int) -> tuple[Topic, ...]:
    """What can be tapped next: each is a whole question of its own."""
    if not findings.matches:
        nearer = [Topic(r.change, _ASK_FOR + r.wish) for r in findings.relaxations[:_OFFERED]]
        return (*nearer, Topic("What is there?", "What programs do you have?"))
    topics = []
    if len(findings.matches) > start + AT_ONCE:
        topics.append(Topic("Show more", "Show more"))
    if len(findings.matches[start : start + AT_ONCE]) > 1:
        topics.append(Topic("Compare the first two", "Compare the first two"))
    for label in findings.conditions[:_OFFERED] if len(findings.conditions) > 1 else ():
        rest = [other for other in findings.conditions if other != label]
        rest += [findings.order] if findings.order else []
        topics.append(Topic(f"Without “{label}”", _ASK_FOR + ", and ".join(rest)))
    return tuple(topics)


async def _overview(library: KnowledgeBase) -> Found:
    """How many programs there are in which subjects, when all are asked for."""
    catalog = await library.catalog()
    running = [p for p in catalog.programs.values() if p.validity.holds_on(catalog.day)]
    subjects = Counter(program.subject for program in running if program.subject)
    most = [name for name, _ in sorted(subjects.items(), key=lambda pair: (-pair[1], pair[0]))]
    text = f"There are {len(running)} programs"
    if most:
        listed = [f"{name} ({subjects[name]})" for name in most]
        text += f", in {len(most)} subjects: {joined(listed)}"
    text += (
        ". Tell me what you would like: a subject, a job, what it may cost, when it should start,"
        " how many hours a week you have, online or in person."
    )
    topics = [Topic(name, f"{_ASK_FOR}about {name}") for name in most[:_SUBJECTS]]
    draft = Draft(AnswerKind.PROGRAMS, text, nearest=tuple(topics))
    return Found(await library.told(draft), (), {"text": _ALL, "from": 0})


def corrected(words: str) -> str:
    """The words of a correction without those that only say that it is one."""
    return _CORRECTS.sub("", words).strip() or words
