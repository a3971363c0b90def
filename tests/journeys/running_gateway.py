"""The real gateway in this process, on a port of its own, that a test can stop and start again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from scripted_bot import QUOTE, TOKEN
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from channels.brain import RasaBrain
from channels.gateway import build_app
from channels.schema import metadata
from channels.settings import GatewaySettings, InstitutionSettings
from channels.web.settings import WidgetSettings
from knowledge_base.model import Document, Passage, Validity
from knowledge_base.schema import workspace

DRAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ShelvedEdition:
    """What the gateway lists of an edition."""

    id: str
    published_at: str
    documents: int
    passages: int
    current: bool


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """What the gateway lists of an import."""

    location: str
    format: str
    imported_at: datetime
    documents: int


class OneDocument:
    """Published content that holds the one page which the scripted bot cites."""

    def __init__(self) -> None:
        """Cut the page into its one passage."""
        text = f"# Data Analytics Foundations\n\n{QUOTE}\n"
        validity = Validity(date(2026, 7, 1), None, date(2026, 10, 12))
        title, place = "Data Analytics Foundations", "Maple Harbor College (fictional)"
        self.document = Document("MHC-DA101", title, text, place, None, validity)
        start = text.index(QUOTE)
        self.passage = Passage(
            id="MHC-DA101#0",
            document_id="MHC-DA101",
            title=title,
            headings=(title,),
            text=QUOTE,
            start=start,
            end=start + len(QUOTE),
            institution=place,
            validity=validity,
        )

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """The page, when it is the one that is asked for."""
        return (self.document, (self.passage,)) if document_id == self.document.id else None

    async def documents(self) -> Sequence[Document]:
        """The one page."""
        return (self.document,)

    async def editions(self) -> Sequence[ShelvedEdition]:
        """One edition."""
        return (ShelvedEdition("1", "2026-11-01T09:00:00+00:00", 1, 1, True),)

    async def sources(self) -> Sequence[ImportedSource]:
        """One file."""
        return (ImportedSource("pages.md", "markdown", datetime(2026, 11, 1, tzinfo=UTC), 1),)


class RunningGateway:
    """The gateway over a SQLite file; stopping keeps the file, so that a start continues it."""

    def __init__(
        self,
        folder: Path,
        bot_url: str,
        settings: GatewaySettings,
        widget: WidgetSettings,
        institution: InstitutionSettings,
    ) -> None:
        """Nothing runs before `start`."""
        self.settings = settings
        self._widget = widget
        self._institution = institution
        self._database = folder / "gateway.sqlite"
        self._bot_url = bot_url
        self._runner: web.AppRunner | None = None
        self._engine: AsyncEngine | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """The public address, without a trailing slash."""
        return self.settings.url

    @property
    def database(self) -> AsyncEngine:
        """The database, while the gateway runs."""
        assert self._engine is not None
        return self._engine

    def holds(self, words: str) -> bool:
        """Whether any byte of the database's files says so."""
        files = self._database.parent.glob(f"{self._database.name}*")
        return any(words.encode() in file.read_bytes() for file in files)

    @property
    def app(self) -> web.Application:
        """The application, while the gateway runs."""
        assert self._runner is not None
        app = self._runner.app
        assert isinstance(app, web.Application)
        return app

    async def start(self) -> None:
        """Open the database, then the port."""
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{self._database}")
        async with self._engine.begin() as db:
            await db.exec_driver_sql("PRAGMA journal_mode=WAL")
            await db.run_sync(metadata.create_all)
            await db.run_sync(workspace.create_all)
        self._session = aiohttp.ClientSession()
        brain = RasaBrain(self._bot_url, TOKEN, self._session, self.settings.turn_deadline)
        app = build_app(
            self.settings,
            self._institution,
            engine=self._engine,
            brain=brain,
            content=OneDocument(),
            widget=self._widget,
        )
        self._runner = web.AppRunner(app, shutdown_timeout=DRAIN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port, reuse_address=True)
        await site.start()

    async def stop(self) -> None:
        """Close the port, every connection and the database."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()
        if self._engine is not None:
            await self._engine.dispose()
        self._runner = self._session = self._engine = None
