"""Counts how many questions of a file are answered with the right document and words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Utterance


@dataclass(frozen=True, slots=True)
class Score:
    """Questions with an answer and how many got it; questions without and how many abstained."""

    answerable: int = 0
    right: int = 0
    unanswerable: int = 0
    abstained: int = 0


async def measure(knowledge_base: KnowledgeBase, lines: Sequence[str]) -> Score:
    """Ask every question, one JSON line each, as tests/questions/README.md says."""
    answerable = right = unanswerable = abstained = 0
    for line in lines:
        case = json.loads(line)
        history = [Utterance(turn["role"], turn["utterance"]) for turn in case["history"]]
        answer = await knowledge_base.ask(case["question"], history)
        if case.get("abstain"):
            unanswerable += 1
            abstained += answer.abstained
            continue
        answerable += 1
        cited = any(c.document_id == case["document"] for c in answer.citations)
        right += cited and all(words in answer.text for words in case["must_contain"])
    return Score(answerable, right, unanswerable, abstained)
