"""Has sources that are due read again while the assistant runs, in a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from advisor.settings import Settings
from advisor.supervisor import end_with_parent
from advisor.wiring import database, source_service

_LOOK = 60.0
"""Seconds between looks, give or take a half: machines that start together do not look together."""
_GRACE = 10.0
"""Seconds between asking the reading process to end and ending it; its import is then undone."""

COMMAND = (sys.executable, "-m", "advisor", "sources", "refresh", "--due")


class Refresher:
    """Looks from time to time whether a source is due; one process at a time reads them.

    A process that is killed leaves the source as it was. Several machines may look: the lease in
    the source's schedule gives it to one.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None], look: float = _LOOK):
        self._settings = settings
        self._say = say
        self._look = look

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            await asyncio.sleep(self._look * random.uniform(0.5, 1.5))  # noqa: S311  # No secret.
            try:
                if await self._any_due():
                    await self._read()
            except (SQLAlchemyError, OSError) as error:  # The next look may find it mended.
                self._say(f"sources cannot be read again now ({type(error).__name__})")

    async def _any_due(self) -> bool:
        async with database(self._settings) as engine:
            return bool(await source_service(self._settings, engine).due())

    async def _read(self) -> None:
        path = self._settings.logs / "sources.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        if code:
            self._say(f"a source could not be read again; see `advisor sources` and {path}")


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()
