"""Puts the parts together; the only room where one part is handed to another."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from advisor.errors import SettingsError
from advisor.secrets import bot_token
from advisor.settings import Settings
from advisor.shelf import shelf_of
from advisor.sqlite import CONNECTIONS, open_sqlite
from channels.brain import RasaBrain
from channels.delivery.channel import Channel
from channels.discovery import ChannelMisconfigured, open_channels, read_section
from channels.gateway import build_app
from channels.staff.room import Workshop
from channels.voice.calls import CHANNEL as VOICE
from channels.voice.settings import VoiceSettings
from knowledge_base.editing import EditingService
from knowledge_base.encoder import open_encoder
from knowledge_base.sources.service import SourceService
from knowledge_base.store import Store


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database.

    Raises SettingsError when the driver that its address names is not installed.
    """
    url = settings.database
    try:
        engine = (
            open_sqlite(url)
            if make_url(url).get_backend_name() == "sqlite"
            else create_async_engine(
                url, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=0
            )
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"database_url: the package {error.name} is not installed; "
            f"run `pip install {error.name}` in the assistant's environment"
        ) from None
    try:
        yield engine
    finally:
        await engine.dispose()


def source_service(settings: Settings, engine: AsyncEngine) -> SourceService:
    """What imports, without what publishes."""
    return SourceService(Store(engine), settings.knowledge_base.source_limit_megabytes * 1_000_000)


def editing_service(settings: Settings, engine: AsyncEngine) -> EditingService:
    """What imports, publishes and reads content."""
    return EditingService(
        Store(engine),
        shelf_of(settings),
        open_encoder(settings.knowledge_base.encoder),
        settings.knowledge_base.source_limit_megabytes * 1_000_000,
    )


def messaging(settings: Settings) -> dict[str, Channel]:
    """The messaging channels that are set up. Raises SettingsError."""
    sections = {name: each for name, each in settings.channels.items() if name != VOICE}
    try:
        return open_channels(sections, settings.gateway.url)
    except ChannelMisconfigured as error:
        raise SettingsError(str(error)) from None


def calls(settings: Settings) -> VoiceSettings | None:
    """How calls are taken; None when they are not. Raises SettingsError."""
    if VOICE not in settings.channels:
        return None
    try:
        return read_section(VOICE, VoiceSettings, settings.channels[VOICE])
    except ChannelMisconfigured as error:
        raise SettingsError(str(error)) from None


@asynccontextmanager
async def gateway(settings: Settings) -> AsyncIterator[web.Application]:
    """The gateway's application over its database and the bot."""
    async with database(settings) as engine, aiohttp.ClientSession() as session:
        brain = RasaBrain(
            settings.bot.address, bot_token(settings), session, settings.gateway.turn_deadline
        )
        yield build_app(
            settings.gateway,
            settings.institution,
            engine=engine,
            brain=brain,
            content=editing_service(settings, engine),
            messaging=messaging(settings),
            voice=calls(settings),
            client=session,
            trial_secret=bot_token(settings),
            widget=settings.widget,
            workshop=Workshop(
                settings.state / "uploads",
                settings.knowledge_base.source_limit_megabytes * 1_000_000,
                settings.knowledge_base.import_from_private_addresses,
                (sys.executable, "-m", "advisor", "workbench"),
            ),
            privacy=settings.privacy,
            logs=settings.logs,
            support=settings.support,
            staff=settings.staff,
        )
