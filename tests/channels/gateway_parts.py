"""What several tests of the gateway share: a database, the widget's side, and patience."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientWebSocketResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from advisor.sqlite import open_sqlite
from channels.reception import Reception
from channels.schema import metadata
from channels.transcript import Transcript
from knowledge_base.schema import workspace

ORIGIN = "http://127.0.0.1:8080"
PATIENCE = 30.0
"""Seconds after which a test that waits has failed; on a quiet machine it waits milliseconds."""

MakeReception = Callable[[], Reception]
MakeClient = Callable[..., Awaitable[TestClient]]


async def open_engine(url: str) -> AsyncEngine:
    """A database as the assistant opens it, with its tables."""
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = open_sqlite(url) if is_sqlite else create_async_engine(url, hide_parameters=True)
    async with engine.begin() as db:
        await db.run_sync(metadata.create_all)
        await db.run_sync(workspace.create_all)
    return engine


class Chat:
    """The widget's side of a conversation."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.token = token

    async def connect(self, after: int = 0, language: str | None = None) -> ClientWebSocketResponse:
        """A tab that has said hello; its next frame is ``ready``."""
        tab = await self.client.ws_connect("/chat/socket", headers={"Origin": ORIGIN})
        hello = {"type": "hello", "token": self.token, "after": after, "language": language}
        await tab.send_json(hello)
        return tab


async def frames_until(tab: ClientWebSocketResponse, last_seq: int) -> list[dict[str, Any]]:
    """Message frames up to and with ``last_seq``; other frames are passed over."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while not found or found[-1]["seq"] < last_seq:
            frame = await tab.receive_json()
            if frame["type"] == "message":
                found.append(frame)
    return found


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the condition lies in another task's state
            await asyncio.sleep(0.01)


async def settled(transcript: Transcript) -> None:
    """Wait until every accepted turn has its outcome."""

    async def none_waits() -> bool:
        return (await transcript.backlog()).turns == 0

    await until_asked(none_waits)


async def until_asked(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something that must be asked for is true."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.01)
