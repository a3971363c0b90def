"""A message as plain text, for whoever cannot show more: nothing is lost, sources included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.model import Choice, OutboundMessage
from languages.speech import say, say_day

_BLANK_LINES = re.compile(r"\n{3,}")


def plain_text(message: OutboundMessage, *, choices: bool = True, base_url: str = "") -> str:
    """Words, then sources with their dates, then the choices with numbers.

    ``base_url`` is put before addresses that are relative to the assistant's own pages.
    """
    blocks = [text_of(message.text)]
    if message.answer:
        blocks.append(sources(message.answer.get("citations", []), base_url))
    if choices and message.choices:
        blocks.append(numbered(message.choices))
    return "\n\n".join(block for block in blocks if block.strip())


def numbered(choices: Sequence[Choice]) -> str:
    """`1. Label` a line."""
    return "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(choices, 1))


def text_of(markdown: str) -> str:
    """Markdown without its marks; lists keep signs, tables their cells, links their address."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    return _BLANK_LINES.sub("\n\n", "".join(_words(tokens))).strip()


def split(text: str, limit: int, length: Callable[[str], int] = len) -> list[str]:
    """Pieces of at most ``limit`` as ``length`` counts, cut where a reader pauses.

    Joined again they hold every character but the white space at a cut. A word that is longer than
    the limit is cut inside, never inside a character.
    """
    pieces: list[str] = []
    rest = text
    while length(rest) > limit:
        most = _longest_prefix(rest, limit, length)
        cut = _pause(rest, most)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def utf16(text: str) -> int:
    """Length in UTF-16 code units, as several providers count."""
    return len(text.encode("utf-16-le")) // 2


def _longest_prefix(text: str, limit: int, length: Callable[[str], int]) -> int:
    """How many characters fit; at least one. ``length`` grows with its text."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _pause(text: str, most: int) -> int:
    """The best place to cut in the first ``most`` characters: paragraph, line, sentence, word."""
    for mark in ("\n\n", "\n", ". ", " "):
        place = text.rfind(mark, most // 2, most)
        if place > 0:
            return place + len(mark)
    return most


@dataclass(frozen=True, slots=True)
class Source:
    """A citation in words: its number in the answer, its title, its dates, its full address."""

    number: int
    title: str
    dates: str
    address: str


def cited(citations: Sequence[dict[str, Any]], base_url: str = "") -> tuple[Source, ...]:
    """The citations of an answer; ``base_url`` as for `plain_text`."""
    return tuple(
        Source(number, str(one["title"]), _dates(one), _address(one, base_url))
        for number, one in enumerate(citations, 1)
    )


def sources(citations: Sequence[dict[str, Any]], base_url: str = "") -> str:
    """`[1] Title · dates · address` a line, after a line that names them; nothing of none."""
    lines = [say("Sources:")] if citations else []
    for one in cited(citations, base_url):
        parts = filter(None, (one.title, one.dates, one.address))
        lines.append(f"[{one.number}] " + " · ".join(parts))
    return "\n".join(lines)


def _dates(cited: dict[str, Any]) -> str:
    day = _day(cited.get("effective_from"))
    checked = _day(cited.get("last_verified"))
    parts = [
        say("in force from {day}", day=day) if day else "",
        say("last checked {day}", day=checked) if checked else "",
    ]
    return ", ".join(filter(None, parts))


def _day(iso: str | None) -> str:
    return say_day(date.fromisoformat(iso[:10])) if iso else ""


def _address(cited: dict[str, Any], base_url: str) -> str:
    url = str(cited.get("url") or "")
    return url if "://" in url or not url else f"{base_url.rstrip('/')}/{url.lstrip('/')}"


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    numbers: list[int | None] = []
    for token in tokens:
        match token.type:
            case "inline":
                yield from _inline(token.children or [])
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
                yield "\n"
            case "list_item_open":
                yield from _item(numbers)
            case "td_close" | "th_close":
                yield " | "
            case "tr_close":
                yield "\n"
            case "paragraph_close" if token.hidden:
                yield "\n"
            case "paragraph_close" | "heading_close" | "table_close" | "blockquote_close":
                yield "\n\n"
            case "fence" | "code_block":
                yield f"{token.content}\n"
            case _:
                pass


def _item(numbers: list[int | None]) -> Iterator[str]:
    indent = "  " * (len(numbers) - 1)
    number = numbers[-1]
    if number is None:
        yield f"{indent}• "
    else:
        numbers[-1] = number + 1
        yield f"{indent}{number}. "


def _inline(children: Sequence[Token]) -> Iterator[str]:
    """Words of a line; a link's address follows its words unless it is the words."""
    href, words = "", ""
    for child in children:
        if child.type == "link_open":
            href, words = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close":
            bare = href.removeprefix("mailto:").removeprefix("tel:")
            if bare and bare != words:
                yield f" ({bare})"
            href = ""
        elif child.type in ("text", "code_inline"):
            words += child.content
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield "\n"
