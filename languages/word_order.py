"""Puts what was read word by word into the order of English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from languages.entry import Kind

_NAMING = (Kind.NOUN, Kind.NAME)
_MOST = {"more": "most", "less": "least"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or some words of the message, in English."""

    text: str
    kind: Kind = Kind.WORD
    before_noun: str = ""
    degrees: tuple[str, ...] = ()
    qualities: str = ""
    """Adjectives of a noun."""

    @property
    def whole(self) -> str:
        """With its adjectives."""
        return f"{self.qualities} {self.text}".strip()


def in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces in the order of English: `certificado corto de datos` is `short data certificate`."""
    return _compounds(_adjectives_first(_compared(pieces)))


def _compared(pieces: Sequence[Piece]) -> list[Piece]:
    """`more cheap` becomes `cheaper`, and behind an article `cheapest`."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if not (last and last.kind is Kind.MORE and piece.kind is Kind.ADJECTIVE):
            found.append(piece)
            continue
        found.pop()
        least = last.text == "less"
        degrees = piece.degrees if len(piece.degrees) == 2 and not least else ()
        more = degrees or (f"{last.text} {piece.text}", f"{_MOST[last.text]} {piece.text}")
        place = -2 if found and found[-1].kind is Kind.NOUN else -1
        top = len(found) >= -place and found[place].kind is Kind.ARTICLE
        found.append(Piece(more[top], Kind.ADJECTIVE))
    return found


def _adjectives_first(pieces: Sequence[Piece]) -> list[Piece]:
    """Nouns behind their adjectives."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.kind is Kind.ADJECTIVE and found and found[-1].kind is Kind.NOUN:
            noun = found.pop()
            found.append(replace(noun, qualities=f"{piece.text} {noun.qualities}".strip()))
        else:
            found.append(piece)
    return found


def _compounds(pieces: Sequence[Piece]) -> list[Piece]:
    """`certificate of analysis of data` becomes `data analysis certificate`.

    A name behind its noun goes before it too: `scholarship Harbor`.
    """
    found: list[Piece] = []
    for piece in reversed(pieces):
        names = piece.kind is Kind.NAME and found and found[-1].kind is Kind.NAME
        joined = len(found) > 1 and found[-1].kind is Kind.OF and found[-2].kind in _NAMING
        named = found and found[-1].kind is Kind.NAME
        if names:
            text = f"{piece.text} {found.pop().text}"
            found.append(Piece(text, Kind.NAME, text))
        elif piece.kind is Kind.NOUN and (joined or named):
            if joined:
                found.pop()
            other = found.pop()
            of = f"{other.qualities} {other.before_noun}".strip()
            text, short = f"{of} {piece.text}", f"{of} {piece.before_noun}"
            found.append(replace(piece, text=text, before_noun=short))
        else:
            found.append(piece)
    return found[::-1]
