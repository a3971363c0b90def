"""Reads a web page: its own text as Markdown, without the site around it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge_base.catalog.html_markdown import to_markdown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.catalog.schema_org import programs_in_page
from knowledge_base.catalog.stated import key, stated_page
from knowledge_base.errors import SourceError

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_CHARSET_BYTES = 1024
"""Where a page may declare its encoding (HTML Standard, 4.2.5.4)."""

MOST_DEPTH = 1_000
"""Elements within each other; parsing takes the square of them (1.3 s at 20,000), and browsers stop
at 512."""
_TAG = re.compile(r"<(/?)([a-z][\w-]*)", re.I)
_ENDLESS = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead "
    "tbody tfoot option optgroup rt rp colgroup html head body script style path".split()
)
_NEVER = (
    "script, style, noscript, template, iframe, object, embed, svg, canvas, img, video, audio, \
button, input, select, textarea, dialog, link, meta"
)
_HEADED = "h1 button, h2 button, h3 button, h4 button, h5 button, h6 button, dt button"
"""Accordions have their questions on buttons inside headings: those words stay."""
_AROUND = "nav, footer, [role=navigation], [role=banner], [role=contentinfo], [role=search], \
[role=dialog], [role=alertdialog], [aria-modal=true]"
_CONTENT = "main, [role=main], article"
_BANNER = re.compile(
    r"(cookie|consent|gdpr)s?[-_]?(banner|notice|bar|popup|modal|dialog|overlay|wall|message|law)"
    r"|^(onetrust|cybotcookiebot|cc-window|osano-cm)",
    re.I,
)
"""Ids and classes of consent banners; `cookie-policy` alone may be a page of its own."""

_STATES = {
    "id": {"id", "identifier", "dcterms.identifier"},
    "institution": {"institution", "og:site_name"},
    "effective_from": {"effective_from", "effective_date", "validfrom"},
    "effective_to": {"effective_to", "validthrough", "validuntil"},
    "last_verified": {"last_verified", "last_reviewed", "lastreviewed"},
}
"""Per fact: names of a `meta`, or an `itemprop` of a `meta` or `time`, that state it (schema.org).
The day of the last change is not among them: a page whose menu changed has not been verified."""


class HtmlReader:
    """One page a file; `meta` and `time` elements state its dates."""

    name = "html"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002
        """By its extension."""
        return path.suffix.casefold() in {".html", ".htm", ".xhtml"}

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """The page, and the programs that its JSON-LD describes.

        Raises SourceError when its bytes are not in the encoding that it declares, or when its
        elements are nested without end.
        """
        html = _decoded(path)
        if _depth(html) > MOST_DEPTH:
            raise SourceError(f"{path}: is nested more than {MOST_DEPTH:,} elements deep")
        tree = LexborHTMLParser(html)
        stated = dict(_stated(tree))
        heading, text = _own_text(tree)
        title = heading or stated.get("title", "")
        yield stated_page(path, text, {**stated, "title": title})
        yield from programs_in_page(html, path.name)


def _decoded(path: Path) -> str:
    """The page's text; UTF-8 unless it declares another encoding."""
    data = path.read_bytes()
    declared = _CHARSET.search(data[:_CHARSET_BYTES])
    name = declared.group(1).decode("ascii") if declared else "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    elif data.startswith(codecs.BOM_UTF8) or name.casefold() in {"utf-8", "utf8"}:
        name = "utf-8-sig"
    elif name.casefold() in {"iso-8859-1", "latin1", "ascii", "us-ascii"}:
        name = "windows-1252"  # As every browser takes them (Encoding Standard, 4.2).
    try:
        return data.decode(name)
    except LookupError:
        raise SourceError(f"{path}: declares an encoding that is not known: {name}") from None
    except UnicodeError as error:
        raise SourceError(
            f"{path}: not text in {name.removesuffix('-sig')}: {error}; save it as UTF-8"
        ) from None


def _depth(html: str) -> int:
    """Elements that are open at once, at most; those that need no end do not count."""
    deepest = depth = 0
    for mark in _TAG.finditer(html):
        if mark.group(2).casefold() not in _ENDLESS:
            depth = max(0, depth - 1) if mark.group(1) else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _stated(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """What the page states about itself, first mention first."""
    found: dict[str, str] = {}
    for node in tree.css("meta, time[itemprop]"):
        facts = node.attributes
        name = key(facts.get("itemprop") or facts.get("name") or facts.get("property") or "")
        value = facts.get("content") or facts.get("datetime") or ""
        for fact, names in _STATES.items():
            if name in names and value:
                found.setdefault(fact, value)
    canonical = tree.css_first("link[rel=canonical]")
    address = canonical.attributes.get("href") if canonical else None
    if address and re.match(r"https?://", address, re.I):
        found["url"] = address
    title = tree.css_first("head > title")
    if title:
        found["title"] = title.text()
    yield from found.items()


def _own_text(tree: LexborHTMLParser) -> tuple[str, str]:
    """The page's first heading, and its Markdown.

    Where nothing is left without what stands around a page, the whole body counts.
    """
    for node in tree.css("[hidden], [style]"):
        if _is_hidden(node, tree):
            node.decompose()
    for node in tree.css(_HEADED):
        node.unwrap()
    for node in tree.css(_NEVER):
        node.decompose()
    body = tree.body
    if body is None:
        return "", ""
    whole = body.html or ""
    for node in [*tree.css(_AROUND), *filter(_is_around, tree.css("header, [id], [class]"))]:
        node.decompose()
    content = max(tree.css(_CONTENT), key=lambda node: len(node.text()), default=body)
    own = content if content.text(strip=True) else body
    first = own.css_first("h1") or body.css_first("h1")
    heading = first.text(separator=" ", strip=True) if first else ""
    return heading, to_markdown(own.html or "") or to_markdown(whole)


def _is_around(node: LexborNode) -> bool:
    """Whether it is the site's header or a consent banner, and not part of the page's own text."""
    if node.tag in {"html", "body", "main", "article"}:
        return False
    if node.tag == "header":
        above = node.parent
        while above is not None and above.tag not in {"main", "article"}:
            above = above.parent
        return above is None and node.css_first("h1") is None
    names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}".split()
    return any(map(_BANNER.search, names)) and node.css_first("main, article, h1") is None


def _is_hidden(node: LexborNode, tree: LexborHTMLParser) -> bool:
    """Whether no reader of the page can see it; what a control opens, such as an accordion, counts
    as seen."""
    style = re.sub(r"\s", "", node.attributes.get("style") or "").casefold()
    if "hidden" not in node.attributes and not re.search(
        r"(display:none|visibility:hidden|opacity:0(;|$)|font-size:0(;|px|$))", style
    ):
        return False
    name = node.attributes.get("id") or ""
    opened = bool(re.fullmatch(r"[\w-]+", name)) and (
        tree.css_first(f'[aria-controls~="{name}"], [href="#{name}"], [data-target="#{name}"]')
    )
    return not opened


READER = HtmlReader()
