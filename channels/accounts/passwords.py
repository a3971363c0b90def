"""Passwords as they are kept: Argon2id, hashed off the event loop and few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from channels.accounts.model import InvalidAccountError
from channels.identifiers import new_token

SHORTEST = 12
LONGEST = 1000
"""Characters; the upper bound keeps a sign-in from hashing megabytes."""
AT_ONCE = 2
"""Each takes 19 MiB and a core for tens of milliseconds."""

# OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Hashes passwords and compares them with their hashes."""

    def __init__(self) -> None:
        self._hashing = asyncio.Semaphore(AT_ONCE)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """What is stored of it. Raises InvalidAccountError when it is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise InvalidAccountError(f"Password: use at least {SHORTEST} characters.")
        async with self._hashing:
            return await asyncio.to_thread(_hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether a password is the one of a hash; without a hash it takes as long and is not."""
        if len(password) > LONGEST:
            return False
        if self._decoy is None:
            self._decoy = await self.hash(new_token())
        async with self._hashing:
            try:
                right = await asyncio.to_thread(_hasher.verify, hashed or self._decoy, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and hashed is not None
