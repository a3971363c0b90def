"""Counts how many questions of a file are answered with the right document and words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Utterance


@dataclass(frozen=True, slots=True)
class Score:
    """Questions with an answer and how many got it; questions without and how many abstained."""

    answerable: int = 0
    right: int = 0
    unanswerable: int = 0
    abstained: int = 0


async def measure(knowledge_base: KnowledgeBase, file: Path) -> Score:
    """Ask every question of a file of JSON lines, as its README says."""
    answerable = right = unanswerable = abstained = 0
    for line in file.read_text(encoding="utf-8").splitlines():
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
