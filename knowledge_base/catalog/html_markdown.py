"""Turns HTML into Markdown: headings, lists and tables stay, what only decorates goes."""

from __future__ import annotations

import re
from typing import Any

from markdownify import MarkdownConverter

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_LINKS = re.compile(r"(https?|mailto|tel):", re.I)


class _Converter(MarkdownConverter):
    """Keeps links that lead somewhere by themselves; a summary heads what it opens."""

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        if not _LINKS.match(str(el.get("href") or "")):
            return text
        markdown: str = super().convert_a(el, text, parent_tags)  # type: ignore[misc]  # Not in its stub.
        return markdown

    def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:
        markdown: str = super().convert_td(el, _cell(text), parent_tags)  # type: ignore[misc]
        return markdown

    def convert_th(self, el: Any, text: str, parent_tags: set[str]) -> str:
        markdown: str = super().convert_th(el, _cell(text), parent_tags)  # type: ignore[misc]
        return markdown

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return ""

    def convert_summary(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f"\n\n#### {' '.join(text.split())}\n\n" if text.strip() else ""

    def convert_dt(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f"\n\n**{' '.join(text.split())}**\n" if text.strip() else ""

    def convert_dd(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f"\n{text.strip()}\n" if text.strip() else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


_OPTIONS: dict[str, Any] = {
    "heading_style": "ATX",
    "bullets": "-",
    "escape_underscores": False,  # `MHC_DA101` is searched for as it is written.
    "table_infer_header": True,
    "autolinks": False,
}


def to_markdown(html: str) -> str:
    """The Markdown of some HTML, without blank lines at its ends; empty when it holds no text."""
    markdown: str = _Converter(**_OPTIONS).convert(html)
    lines = "\n".join(line.rstrip() for line in markdown.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n" if lines.strip() else ""
