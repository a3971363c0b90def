"""Puts calls to providers over HTTP; the only place where the gateway waits for one of them."""

from __future__ import annotations

import aiohttp

from channels.delivery.channel import Call, Told

CALL_SECONDS = 20.0
"""A provider that takes longer is asked again."""


class NoAnswer(Exception):
    """Nobody answered a call; a reason in one word, for staff."""


class Caller:
    """Calls providers through a session that somebody else closes."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(self, call: Call) -> Told:
        """The provider's answer, whatever its status. Raises NoAnswer."""
        limit = aiohttp.ClientTimeout(total=CALL_SECONDS)
        try:
            async with self._session.request(
                call.method, call.url, data=call.body, headers=call.headers, timeout=limit
            ) as response:
                return Told(response.status, response.headers, await response.read())
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except aiohttp.ClientError:
            raise NoAnswer("unreachable") from None
