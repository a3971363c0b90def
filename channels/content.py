"""What the gateway needs of published content: the pages it shows and where they came from."""

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


class SourceSummary(Protocol):
    """Something that was imported into the working copy."""

    @property
    def location(self) -> str:
        """The file, folder or address it came from."""

    @property
    def format(self) -> str:
        """Name of the reader that took it."""

    @property
    def imported_at(self) -> datetime:
        """When it was read last, with a time zone."""

    @property
    def documents(self) -> int:
        """How many documents it gave."""


class Content(Protocol):
    """Read access to published content."""

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document of the current edition with its passages; None when it holds no such one."""

    async def editions(self) -> Sequence[EditionSummary]:
        """The editions on the shelf, newest first."""

    async def sources(self) -> Sequence[SourceSummary]:
        """Everything that was imported."""
