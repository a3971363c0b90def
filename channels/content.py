"""What the gateway needs of published content: the pages it shows, and which edition is live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from knowledge_base.model import Document, Passage


class EditionSummary(Protocol):
    """One edition on the shelf."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def published_at(self) -> datetime:
        """When it was built, with a time zone."""

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
    """Read access to published content."""

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document of the current edition with its passages; None when it holds no such one."""

    async def documents(self) -> Sequence[Document]:
        """Every document of the current edition; empty when nothing is published."""

    async def editions(self) -> Sequence[EditionSummary]:
        """The editions on the shelf, newest first."""
