"""The same question asked in ten ways gets the same fact."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

from editions import PROJECT

from advisor.measuring.expected import missing
from knowledge_base.answering import Answering
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.ranking.rerank import open_reranker
from knowledge_base.settings import KnowledgeBaseSettings

QUESTIONS = [
    json.loads(line)
    for line in (PROJECT / "tests" / "questions" / "consistency.jsonl")
    .read_text("utf-8")
    .splitlines()
]
FLOOR = 0.75
"""Share of the 120 questions that reached their fact when this was last set, less what a change of
the pages may cost; `tests/questions/README.md` tells the first run."""


async def test_ten_wordings_reach_one_fact(sample_shelf: Shelf, encoder: Encoder) -> None:
    """Of twelve facts, each asked for in ten ways; which wordings miss theirs is shown."""
    answering = Answering(encoder, "/sources", KnowledgeBaseSettings().abstain_below)
    library = KnowledgeBase(
        sample_shelf,
        encoder,
        answering,
        today=lambda: date(2026, 11, 22),
        reranker=open_reranker(),
    )
    reached: Counter[str] = Counter()
    missed = []
    for asked in QUESTIONS:
        answer = await library.ask(asked["question"])
        cited = {citation.document_id for citation in answer.citations}
        right = cited & set(asked["document"]) and not missing(asked["must_contain"], answer.text)
        reached[asked["fact"]] += bool(right)
        missed += [] if right else [f"{asked['fact']}: {asked['question']}"]
    assert {len(QUESTIONS), len(set(map(str, QUESTIONS)))} == {120}
    assert reached.total() / len(QUESTIONS) >= FLOOR, "\n".join(missed)
