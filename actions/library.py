"""What the actions need of the knowledge base, so that anything that has it can serve them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from knowledge_base.model import Answer, Utterance


class Library(Protocol):
    """The part of `knowledge_base.library.KnowledgeBase` that dialogue uses."""

    async def ask(
        self,
        question: str,
        history: Sequence[Utterance] = (),
        focus: str | None = None,
        shown: Sequence[str] = (),
        before: str = "",
    ) -> Answer:
        """Answers from the live edition. Raises KnowledgeBaseError when it cannot."""
        ...
