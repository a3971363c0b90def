"""Quotes what is published for a need that is recognised whatever its words: a crisis, a complaint,
privacy, learning that no rule of credit names."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind
from knowledge_base.typed.draft import Draft

_CRISIS = "in a crisis or an emergency: lifeline, counseling, campus safety"
_HELPS = re.compile(
    r"(?=.*\d{3})(?=.*\b(?:crisis|suicid\w*|counsel\w*|emergency (?:services?|number|in the)\b))",
    re.I | re.S,
)
"""A passage that helps in a crisis names a number to call."""
_COMPLAINTS = "complaints: whom to tell, the complaint form, by when there is an answer"
_ON_COMPLAINTS = re.compile(r"\bcomplain(?:ts?|ing)?\b.*\b(?:form|office|dean|write|send|file)\b",
                            re.I | re.S)  # fmt: skip
_PRIVACY = (
    "privacy of chats with the assistant: what not to write, who can read it, how long it is kept"
)
_ON_PRIVACY = re.compile(r"\b(?:chats?|conversations?)\b", re.I)
_REVIEW = "prior-learning assessment: credit for work and courses, portfolio, challenge exam"
_ON_REVIEW = re.compile(r"\b(?:portfolios?|challenge exams?)\b", re.I)
_DECISIONS = "steps to apply for a program: application, documents, decision, registration"
_ON_DECISIONS = re.compile(
    r"(?=.*\bappl\w+)(?=.*\bregist\w+)(?=.*\b(?:decisions?|decided)\b.*\b(?:days?|weeks?)\b)",
    re.I | re.S,
)
_SEARCHED = 6
"""Passages among which a search looks for these."""
_MOST = 2


async def crisis_help(library: KnowledgeBase) -> Answer | None:
    """Published numbers for a crisis, quoted; None without any. Raises as `KnowledgeBase.ask`.

    What was spoken of before stays in focus: it is what is asked about once the crisis is over.
    """
    found = await _published(library, _CRISIS, _HELPS, _MOST)
    return replace(found, focus=None) if found else None


async def complaint_path(library: KnowledgeBase) -> Answer | None:
    """How a complaint is made, quoted; None if not published. Raises as `KnowledgeBase.ask`."""
    return await _published(library, _COMPLAINTS, _ON_COMPLAINTS, 1)


async def privacy(library: KnowledgeBase, words: str) -> Answer | None:
    """What is published on the privacy of chats, nearest to some words first; None without any.

    Raises as `KnowledgeBase.ask`.
    """
    return await _published(library, f"{words} ({_PRIVACY})", _ON_PRIVACY, _MOST)


async def decisions(library: KnowledgeBase) -> Answer | None:
    """How and when applications are decided; None if that is not published.

    Raises as `KnowledgeBase.ask`.
    """
    return await _published(library, _DECISIONS, _ON_DECISIONS, 1)


async def review_path(library: KnowledgeBase) -> Answer | None:
    """How learning that no rule of credit names is looked at; None if that is not published.

    Raises as `KnowledgeBase.ask`.
    """
    return await _published(library, _REVIEW, _ON_REVIEW, _MOST)


async def _published(
    library: KnowledgeBase, wanted: str, sign: re.Pattern[str], most: int
) -> Answer | None:
    _, ranking = await library.examine(wanted)
    fitting = [
        passage
        for passage in ranking.passages[:_SEARCHED]
        if sign.search(f"{passage.context}\n{passage.text}")
    ]
    found = [p for p in fitting if p.document_id == fitting[0].document_id][:most]
    if not found:
        return None
    told = [f"**{p.context}** [{at}]\n\n{p.text}" for at, p in enumerate(found, 1)]
    quoted = tuple((passage.document_id, passage.text) for passage in found)
    text, page = "\n\n".join(told), found[0].document_id
    return await library.told(Draft(AnswerKind.QUOTE, text, quoted=quoted, focus=page))
