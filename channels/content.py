"""What the gateway needs of content: what is published, where it came from, what is wrong in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from knowledge_base.facts.fact import Conflict
from knowledge_base.model import Document, Passage
from knowledge_base.rows.sources import Source


class EditionSummary(Protocol):
    """One edition on the shelf."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def published_at(self) -> str:
        """When it was built, in ISO 8601 with a time zone."""

    @property
    def documents(self) -> int:
        """How many documents it holds."""

    @property
    def passages(self) -> int:
        """How many passages they were cut into."""

    @property
    def current(self) -> bool:
        """Whether answers come from it now."""


class Content(Protocol):
    """What is published, and the sources of the working copy."""

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document of the current edition with its passages; None when it holds no such one."""

    async def editions(self) -> Sequence[EditionSummary]:
        """The editions on the shelf, newest first."""

    async def roll_back(self, edition_id: str) -> None:
        """Make an earlier edition live again. Raises UnknownEdition."""

    async def sources(self) -> Sequence[Source]:
        """Everything that was imported."""

    async def schedule_source(self, location: str, every: timedelta | None) -> Source:
        """Have a source read again at an interval. Raises UnknownSource."""

    async def conflicts(self) -> Sequence[Conflict]:
        """Statements of the working copy that contradict each other, if published today."""
