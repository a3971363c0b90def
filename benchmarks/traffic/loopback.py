"""All providers on one loopback port: they take what they are sent, and count it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random

from aiohttp import web

from benchmarks.traffic.ledger import Ledger
from benchmarks.traffic.providers import Provider


class Loopback:
    """Takes every message after up to ``slowest`` seconds, and writes it into the ledger."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        ledger: Ledger,
        random: Random,
        slowest: float = 0.0,
    ) -> None:
        self._providers = providers
        self._ledger = ledger
        self._random = random
        self._slowest = slowest
        self._runner: web.AppRunner | None = None
        self._known: set[str] = set()
        self.again = 0
        """Messages that came once more to a provider that knows them."""
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{name}{rest:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        provider = self._providers[request.match_info["name"]]
        body = await request.read()
        # Somewhere before or after the provider has it, a sender may die.
        before = self._random.uniform(0, self._slowest)
        await asyncio.sleep(before)
        if (said := provider.sent(body)) and not self._is_known(request, provider):
            self._ledger.hear((provider.name, said[0]), said[1])
        await asyncio.sleep(self._slowest - before)
        return web.json_response(dict(provider.accepted))

    def _is_known(self, request: web.Request, provider: Provider) -> bool:
        name = request.headers.get(provider.knows_by, "") if provider.knows_by else ""
        known = name in self._known
        self.again += known
        if name:
            self._known.add(name)
        return known
