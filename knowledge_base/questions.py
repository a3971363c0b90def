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
_TELLS = re.compile(
    r"\W*(?:(?:so|well|hi|hello|hey|ok|and|but)\W+)*"
    r"(?:(?:i|we|he|she|they|you|it|there)(?:['’]?(?:m|re|s|ve|ll|d))?|my (?:\w+ )?\w+"
    r"|(?:taking|doing|started|starting|got|been|had|have|did|took|working|planning))\b(?!\W*$)",
    re.I,
)
"""What begins like this tells of somebody, unless it asks."""
_ASKS = re.compile(
    r"\?|\b(?:how|whats?|when|where|which|who|whos|whose|why|whether|if)\b"
    r"|\b(?:is|are|am|was|were|do|does|did|can|could|may|should|would|will)\s(?:the|a|an|my|i|u|you"
    r"|we|it|he|she|they|there|that|this|these|those|any|both)\b"
    r"|\b(?:want|need|like|wonder\w*|look\w*|ask\w*|tell|know|show|compare|price|cost)\b",
    re.I,
)


def parts(message: str) -> list[str]:
    """The questions of a message in order, three at most; a single question is itself.

    A piece without a meaningful word ("and you?") stays with the one before it; one that only
    tells something ("I'm from Maine, what do I pay") belongs to the question after it.
    """
    pieces: list[str] = []
    start = begun = 0
    for match in [*_BREAK.finditer(message), None]:
        piece = message[start : match.start() if match else len(message)].strip(" ,;")
        if pieces and _only_tells(pieces[-1]):
            pieces[-1] = message[begun : match.start() if match else len(message)].strip(" ,;")
        elif piece and (not pieces or _meaningful(piece)):
            pieces.append(piece)
            begun = start
        elif piece:
            pieces[-1] = f"{pieces[-1]} {piece}"
        start = match.end() if match else len(message)
    if len(pieces) > _MOST or not pieces or not _meaningful(pieces[0]):
        return [message]
    return pieces


def _meaningful(piece: str) -> bool:
    return any(len(word) > 2 for word in words(piece))


def _only_tells(piece: str) -> bool:
    return bool(_TELLS.match(piece)) and not _ASKS.search(piece)
