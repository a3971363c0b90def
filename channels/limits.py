"""How much one sender may ask of the gateway: buckets, windows, and places."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

KEYS_KEPT = 20_000
"""Senders remembered before full buckets are dropped; a few megabytes at most."""


class Buckets:
    """A token bucket per key: ``burst`` at once, ``per_minute`` in the long run."""

    def __init__(
        self, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds."""
        self._burst = float(burst)
        self._per_second = per_minute / 60
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> bool:
        """Whether ``key`` may act once more now; a refusal costs nothing."""
        now = self._clock()
        level = self._level(key, now)
        if level < 1:
            return False
        if len(self._levels) >= KEYS_KEPT:
            self._forget_full(now)
        self._levels[key] = (level - 1, now)
        return True

    def empty(self, key: str) -> bool:
        """Whether `take` would refuse now."""
        return self._level(key, self._clock()) < 1

    def _level(self, key: str, now: float) -> float:
        level, since = self._levels.get(key, (self._burst, now))
        return min(self._burst, level + (now - since) * self._per_second)

    def _forget_full(self, now: float) -> None:
        kept = (key for key in self._levels if self._level(key, now) < self._burst)
        self._levels = {key: self._levels[key] for key in kept}


class Tries:
    """At most ``limit`` tries per key within ``seconds``, counted exactly."""

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds."""
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def allowed(self, key: str) -> bool:
        """Count a try of ``key``; False when it has used them up."""
        now = self._clock()
        if len(self._times) >= KEYS_KEPT:
            recent = (k for k, times in self._times.items() if now - times[-1] < self._seconds)
            self._times = {k: self._times[k] for k in recent}
        times = self._times.setdefault(key, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        return True

    def forget(self, key: str) -> None:
        """Start over for ``key``, after a success."""
        self._times.pop(key, None)


class Places:
    """How many of something each key holds at this moment."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def full(self, key: str, most: int) -> bool:
        """Whether ``key`` holds ``most`` or more."""
        return self._held[key] >= most

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold one more for as long as the context lasts."""
        self._held[key] += 1
        try:
            yield
        finally:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]
