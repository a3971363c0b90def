"""Hears that a message leaves what was spoken of, so that its question is asked by itself."""

from __future__ import annotations

import re

from knowledge_base.lexical import words

_FILLER = (
    r"\W*(?:(?:ok(?:ay)?|k|cool|great|thanks?(?: you)?|thx|alright|well|so|and|now|um+|hm+)\W+)*"
)
_ELSE = re.compile(
    rf"{_FILLER}(?:(?:for|about|on|i have|i've got) )?(?:an? )?(?:(?:totally|completely) )?"
    r"(?:(?:different|another|new|separate|unrelated) (?:q|question|thing|topic|subject|matter)"
    r"|(?:something|sth|smth) (?:else|different)|unrelated|(?:other|next) question"
    r"|chang(?:e|ing) (?:of|the) (?:subject|topic))\b"
    r"(?: (?:now|though|then|please))?\W+(?P<rest>\S.*)",
    re.I | re.S,
)
"""It says that something else follows."""
_DROPS = re.compile(
    rf"{_FILLER}(?:(?:actually|no|nah|wait)\W+)*(?:scrap|forget|never ?mind|nvm)\b"
    r"(?!\s+(?:to|whether|if)\b)(?P<dropped>[^.!?;]*)(?:[.!?;]+\s+(?P<rest>\S.*))?$",
    re.I | re.S,
)
"""It drops what was spoken of, to the end of the sentence or else of the clause."""
_CLAUSE = re.compile(r"[,:]\s+|\s+-+\s+")
_ENOUGH_WORDS = 2
"""Meaningful words behind a dropped thing that ask something by themselves: of "nvm, price?" it is
asked of the same thing as before."""


def turned_to(message: str) -> str | None:
    """What a message asks anew once it has left what was spoken of; None when it does not.

    "different question, where can I park", "forget welding, how much is HVAC".
    """
    if match := _ELSE.match(message):
        return match["rest"]
    if match := _DROPS.match(message):
        clauses = _CLAUSE.split(match["dropped"], maxsplit=1)
        rest: str = match["rest"] or (clauses[1] if len(clauses) > 1 else "")
        return rest if len(words(rest)) >= _ENOUGH_WORDS else None
    return None
