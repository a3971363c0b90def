"""Tells the questions of one message apart, so that each is answered or named as not known."""

from __future__ import annotations

import re

from knowledge_base.lexical import words

_MOST = 3
_BREAK = re.compile(
    r"\?+\s+(?=\S)"
    r"|[,;.]?\s+(?:and|also|plus|n|&|\+)\s+(?=(?:also\s+)?(?:how|what|whats|when|where|which|who|why"
    r"|is|are|do|does|can|could|will|would|should)\b)"
    r"|[,;]\s+(?=(?:how|what|whats|when|where|which|who)\b)",
    re.I,
)
"""Where a new question begins: after a question mark, or where *and* is followed by a word that
opens a question."""


def parts(message: str) -> list[str]:
    """The questions of a message in order, three at most; a single question is itself.

    A piece without a meaningful word ("and you?") stays with the one before it.
    """
    pieces: list[str] = []
    start = 0
    for match in [*_BREAK.finditer(message), None]:
        piece = message[start : match.start() if match else len(message)].strip(" ,;")
        if piece and (not pieces or _meaningful(piece)):
            pieces.append(piece)
        elif piece:
            pieces[-1] = f"{pieces[-1]} {piece}"
        start = match.end() if match else len(message)
    if len(pieces) > _MOST or not pieces or not _meaningful(pieces[0]):
        return [message]
    return pieces


def _meaningful(piece: str) -> bool:
    return any(len(word) > 2 for word in words(piece))
