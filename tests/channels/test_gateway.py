"""Health, metrics, headers, assets, and errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from gateway_parts import ORIGIN, Chat, MakeClient, frames_until
from loopback_bot import LoopbackBot
from shelved_content import ShelvedContent
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from channels.brain import RasaBrain
from channels.gateway import build_app
from channels.settings import GatewaySettings, InstitutionSettings

OpenChat = Callable[[TestClient], Awaitable[Chat]]
BROWSER = {"Accept": "text/html"}


async def test_ready_names_each_part(client: TestClient, bot: LoopbackBot) -> None:
    """200 when all is well, 503 with the part that is not, 200 again when it is back."""
    well = await client.get("/ready")
    assert (well.status, (await well.json())["parts"]) == (200, {"database": "ok", "bot": "ok"})
    await bot.stop()
    ill = await client.get("/ready")
    assert (ill.status, (await ill.json())["parts"]["bot"]) == (503, "unreachable")
    assert (await client.get("/health")).status == 200
    await bot.start()
    assert (await client.get("/ready")).status == 200


async def test_health_tells_while_nothing_can_be_recorded(
    client: TestClient, engine: AsyncEngine
) -> None:
    """From a refused write to the next that is taken; the process itself is alive all the while."""

    async def health() -> tuple[int, str, str | None]:
        response = await client.get("/health")
        body = await response.json()
        return response.status, body["status"], body.get("reason")

    async def begin() -> int:
        return (await client.post("/chat/session", headers={"Origin": ORIGIN})).status

    def refuse(_: object) -> None:
        raise OperationalError("", {}, Exception("database or disk is full"))

    assert (await begin(), await health()) == (200, (200, "ok", None))
    event.listen(engine.sync_engine, "commit", refuse)
    assert (await begin(), await health()) == (503, (200, "degraded", "storage"))
    event.remove(engine.sync_engine, "commit", refuse)
    await client.get("/ready")
    assert await health() == (200, "degraded", "storage")
    assert (await begin(), await health()) == (200, (200, "ok", None))


async def test_ready_notices_a_database_that_cannot_be_written(
    aiohttp_client: Callable[..., Awaitable[TestClient]], engine: AsyncEngine, database_file: Path
) -> None:
    """A read-only database serves pages but is not ready."""
    read_only = create_async_engine(
        f"sqlite+aiosqlite:///file:{database_file}?mode=ro&uri=true", hide_parameters=True
    )
    async with aiohttp.ClientSession() as session:
        app = build_app(
            GatewaySettings(),
            InstitutionSettings(),
            engine=read_only,
            brain=RasaBrain("http://127.0.0.1:9", "x", session, 1),
            content=ShelvedContent(),
        )
        client = await aiohttp_client(app)
        response = await client.get("/ready")
        assert response.status == 503
        assert (await response.json())["parts"]["database"] == "not writable"
        response = await client.post("/chat/session", headers={"Origin": "http://127.0.0.1:8080"})
        assert response.status == 503
        await client.close()
    await read_only.dispose()


async def test_metrics_count_what_happened(
    client: TestClient, open_chat: OpenChat, bot: LoopbackBot
) -> None:
    """Messages by channel, turns by outcome and reason, seconds by part, sockets, queue."""
    tab = await (await open_chat(client)).connect()
    await tab.send_json({"type": "message", "id": "a", "text": "hello"})
    await frames_until(tab, 2)
    await bot.stop()
    await tab.send_json({"type": "message", "id": "b", "text": "hello"})
    await frames_until(tab, 4)
    page = await (await client.get("/metrics")).text()
    for line in (
        'advisor_messages_total{channel="web"} 2.0',
        'advisor_turns_total{outcome="answered",reason=""} 1.0',
        'advisor_turns_total{outcome="failed",reason="unreachable"} 1.0',
        'advisor_turn_seconds_count{part="bot"} 2.0',
        'advisor_turn_seconds_count{part="gateway"} 2.0',
        "advisor_sockets 1.0",
        "advisor_queue_length 0.0",
    ):
        assert line in page


async def test_every_page_has_safe_headers(client: TestClient) -> None:
    """A policy without inline scripts, a fresh nonce each time, no framing, no sniffing."""
    nonces = set()
    for path in ("/", "/console/sign-in", "/sources/policies%2Faid", "/nothing", "/pages.css"):
        response = await client.get(path, headers=BROWSER)
        policy = response.headers["Content-Security-Policy"]
        found = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
        assert found is not None
        nonces.add(found[1])
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Request-Id"].startswith("r_")
    assert len(nonces) == 5


async def test_the_policy_lets_the_own_socket_through(make_client: MakeClient) -> None:
    """The demo page may open the gateway's socket at its public address."""
    client = await make_client(public_url="https://advisor.maple-harbor.example/")
    headers = (await client.get("/health")).headers
    policy = headers["Content-Security-Policy"]
    assert "connect-src 'self' wss://advisor.maple-harbor.example;" in policy
    assert "Strict-Transport-Security" in headers


async def test_the_widget_may_be_loaded_by_other_sites(client: TestClient) -> None:
    """Its files carry CORS and a short cache; names outside the folder are not found."""
    for path in ("/widget.js", "/widget/tokens.css"):
        response = await client.get(path)
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cache-Control"] == "public, max-age=300"
    for path in ("/widget/..%2Fsocket.py", "/widget/%2e%2e%2fsocket.py", "/widget/none.js"):
        assert (await client.get(path)).status == 404


async def test_a_failure_shows_words_and_no_trace(client: TestClient, engine: AsyncEngine) -> None:
    """A table that is gone becomes a sentence and 503; neither code nor query is shown."""
    async with engine.begin() as db:
        await db.exec_driver_sql("DROP TABLE setup_links")
    for headers in (BROWSER, {}):
        response = await client.get("/console/setup/abc", headers=headers)
        shown = await response.text()
        assert response.status == 503
        assert "records cannot be read" in shown
        assert "Traceback" not in shown and "SELECT" not in shown and "setup_links" not in shown


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/health", 405), ("POST", "/ready", 405)],
)
async def test_refusals_are_small_pages(
    client: TestClient, method: str, path: str, status: int
) -> None:
    """A wrong address or method is said in one sentence."""
    response = await client.request(method, path, headers=BROWSER)
    assert response.status == status
    assert "</html>" in await response.text()


async def test_a_large_form_is_refused(client: TestClient) -> None:
    """No form of the gateway is larger than a few kilobytes."""
    response = await client.post("/console/sign-in", data={"email": "x" * 100_000})
    assert response.status == 413
