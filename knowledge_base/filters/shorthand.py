"""Writes out what students shorten as they type, so that the readers of wishes need not know it."""

from __future__ import annotations

import re

_LONG = {
    "im": "i'm",
    "ive": "i've",
    "whats": "what is",
    "thats": "that is",
    "theres": "there is",
    "u": "you",
    "ya": "you",
    "ur": "your",
    "n": "and",
    "w": "with",
    "wich": "which",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "smth": "something",
    "somethin": "something",
    "anythin": "anything",
    "sth": "something",
    "cuz": "because",
    "bc": "because",
    "rn": "right now",
    "abt": "about",
    "tho": "though",
    "idk": "i do not know",
}
"""What stands for the same words in any catalog; none is a name of a field or a tool."""
_SHORT = re.compile(rf"(?<![\w'/$-])(?:{'|'.join(_LONG)})(?![\w'/+#-])")


def written_out(text: str) -> str:
    """A text in lower case with such words in full; it says nothing else than before."""
    return _SHORT.sub(lambda match: _LONG[match[0]], text)
