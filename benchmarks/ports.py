"""Ports for processes that come and go: nobody else gets one while its process is down."""

from __future__ import annotations

import random
import socket

FIRST, LAST = 15_000, 32_000
"""Below those that Linux gives to connections and to who asks for any (32,768 on), one of which
might be that of a process that was killed and is to start again."""

_choice = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port of this machine that nobody listens on now, another one each time."""
    while True:
        port = _choice.randint(FIRST, LAST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
