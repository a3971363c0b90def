"""A gateway over a SQLite file, a bot that repeats what it is told, and providers that count."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.ports import free_port
from benchmarks.traffic import bot
from benchmarks.traffic.ledger import Account, Ledger
from benchmarks.traffic.loopback import Loopback
from benchmarks.traffic.processes import Part, run_part
from benchmarks.traffic.providers import providers

TOKEN = "a-token-for-traffic-with-more-than-32-characters"
UNLIMITED = {
    "session_burst": 1_000_000,
    "session_per_minute": 1_000_000,
    "address_burst": 1_000_000,
    "address_per_minute": 1_000_000,
    "new_sessions_burst": 1_000_000,
    "new_sessions_per_minute": 1_000_000,
    "sockets_per_address": 1_000_000,
}
"""One machine plays many students, so that limits of one address are lifted."""


class Deployment:
    """Gateway, bot and providers; `start` them, and kill what you like."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 1,
        slowest_bot: float = 0.0,
        slowest_provider: float = 0.0,
        gateway: Mapping[str, Any] | None = None,
        channels: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Seconds are the longest of a turn and of a call; ``gateway`` holds further settings, and
        ``channels`` the sections of channels beside those of the providers."""
        self.folder = folder
        self.ledger = Ledger()
        self._channels = dict(channels or {})
        self._settings = UNLIMITED | dict(gateway or {})
        self._ports = {"gateway": free_port(), "bot": free_port()}
        self.url = f"http://127.0.0.1:{self._ports['gateway']}"
        self.providers = providers(self.url)
        self.loopback = Loopback(self.providers, self.ledger, Random(seed), slowest_provider)
        bot_port = self._ports["bot"]
        bot_url = f"http://127.0.0.1:{bot_port}"
        self.bot = Part(
            f"{bot_url}{bot.HEALTH}", bot.serve, bot_port, TOKEN, 0.0, slowest_bot, seed
        )
        environment = {
            "ADVISOR_STATE": str(folder / "state"),
            "ADVISOR_BOT__URL": bot_url,
            "ADVISOR_BOT__TOKEN": TOKEN,
        }
        self.gateway = Part(f"{self.url}/health", run_part, "gateway", folder, environment)

    async def start(self) -> None:
        """Providers, bot, gateway."""
        await self.loopback.start()
        own = {name: one.section(self.loopback.url) for name, one in self.providers.items()}
        sections: dict[str, Any] = {
            f"channels.{name}": section for name, section in (own | self._channels).items()
        }
        sections["gateway"] = self._settings | {"port": self._ports["gateway"]}
        (self.folder / "advisor.toml").write_text(_toml(sections), encoding="utf-8")
        await self.bot.start()
        await self.gateway.start()
        self.ledger.restarted()

    async def stop(self) -> None:
        """Everything, as Ctrl-C does."""
        await self.gateway.stop()
        await self.bot.stop()
        await self.loopback.stop()

    async def restart(self, part: Part) -> None:
        """Start what was killed."""
        await part.start()
        self.ledger.restarted()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the gateway's database, read beside it."""
        address = f"file:{self.folder / 'state' / 'advisor.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    async def settled(self, seconds: float) -> None:
        """Wait until every turn has its outcome and every part has left or is flagged.

        Raises TimeoutError after so many seconds.
        """
        async with asyncio.timeout(seconds):
            while await asyncio.to_thread(self._unsettled):
                await asyncio.sleep(0.1)

    def _unsettled(self) -> int:
        (turns,) = self.query("SELECT count(*) FROM turns WHERE status IN ('accepted', 'running')")
        (parts,) = self.query("SELECT count(*) FROM outbox WHERE status IN ('waiting', 'sending')")
        return int(turns[0]) + int(parts[0])

    def account(self) -> Account:
        """The ledger's, with what the gateway says that it does not know."""
        flagged: defaultdict[Hashable, list[str]] = defaultdict(list)
        rows = self.query("SELECT channel, address, part FROM outbox WHERE status = 'uncertain'")
        for channel, address, part in rows:
            flagged[(channel, _number(address))].append(part)
        return self.ledger.account(flagged)


def _number(address: str) -> int:
    """The student of a provider's address."""
    digits = "".join(filter(str.isdigit, address))
    return int(digits.removeprefix("1555")) if len(digits) == 11 else int(digits)


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, values in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines)
