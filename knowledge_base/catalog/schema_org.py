"""Reads programs in schema.org's terms: JSON-LD files, and JSON-LD inside web pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from knowledge_base.catalog.json_ld import Graph, Node, plain
from knowledge_base.catalog.json_text import SUFFIXES, BadValue, endings, parsed, shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, start_of_text
from knowledge_base.catalog.schema_org_program import identifier, program
from knowledge_base.errors import SourceError
from knowledge_base.model import Program, Skipped
from knowledge_base.text.plain_text import text_of

_CONTEXT = re.compile(
    rb'"@context"\s*:\s*(?:\[\s*)?(?:\{\s*"@vocab"\s*:\s*)?"https?://(?:www\.)?schema\.org\b'
)
_PROGRAMS = frozenset(
    {"educationaloccupationalprogram", "workbasedprogram", "course"}
    | {"educationaloccupationalcredential"}
)
_CONTAINERS = (
    "mainEntity",
    "mainEntityOfPage",
    "itemListElement",
    "item",
    "hasPart",
    "about",
    "subjectOf",
)
"""Properties under which pages and lists hold what they are about."""
_DEEPEST = 12
"""Containers around a program; a page with a list of items has four."""
_SCRIPTS = 'script[type^="application/ld+json" i]'
_PAGES = frozenset({".html", ".htm", ".xhtml"})


@dataclass(frozen=True, slots=True)
class _Found:
    node: Node
    whole: str = ""


class SchemaOrgReader:
    """Programs, courses and credentials; whatever else a file describes is told as such."""

    name = "schema_org"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """JSON whose context is schema.org; a web page is one of the format `html` first."""
        begins_well = start_of_text(head)[:1] in {b"{", b"["}
        return begins_well and bool(SUFFIXES & endings(path)) and bool(_CONTEXT.search(head))

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """A program for each resource that is one, and a reason for every other resource.

        Raises SourceError when the file is not JSON, or a page without any JSON-LD.
        """
        text = text_of(path)
        if _PAGES & endings(path):
            if not text.strip() or not _scripts(text):
                raise SourceError(f"{path}: holds no script of the type application/ld+json")
            yield from programs_in_page(text, path.name)
            return
        graph = Graph()
        found = list(_resources(parsed(text, str(path)), graph))
        if not found:
            raise SourceError(f"{path}: describes nothing; a resource is a JSON object")
        programs = [each for each in found if _is_program(each.node)]
        for each in found if not programs else ():
            told = shown(", ".join(each.node.types)) or "no class"
            yield Skipped(f"{path.name} {told}", "is not a program, course or credential")
        yield from _items(programs, path.name)


def programs_in_page(text: str, name: str) -> Iterator[Program | Skipped]:
    """The programs in the JSON-LD scripts of a web page, for whoever reads the page's text too.

    A script that is not JSON is skipped with its line in the page and what is wrong; what a page
    describes beside programs, such as the site itself, is passed over.
    """
    graph = Graph()
    found: list[_Found] = []
    for line, script in _scripts(text):
        try:
            found += _resources(parsed(script, name, line), graph)
        except SourceError as error:
            yield Skipped(f"{name} line {line}", str(error).removeprefix(f"{name}: "))
    yield from _items([each for each in found if _is_program(each.node)], name)


def _scripts(text: str) -> list[tuple[int, str]]:
    """The JSON-LD scripts of a page, each with the line on which it begins."""
    scripts, place, line = [], 0, 1
    for node in LexborHTMLParser(text).css(_SCRIPTS):
        script = node.text()
        found = max(text.find(script, place), place)
        line += text.count("\n", place, found)
        place = found
        scripts.append((line, script))
    return scripts


def _is_program(node: Node) -> bool:
    return any(plain(kind) in _PROGRAMS for kind in node.types)


def _items(found: Sequence[_Found], name: str) -> Iterator[Program | Skipped]:
    seen: set[str] = set()
    for position, each in enumerate(found, 1):
        where = f"{name} program {position}"
        try:
            title = each.node.text("name")
            if not title:
                yield Skipped(where, "is missing or empty", "name", "", "a name")
                continue
            where = f"{name} {shown(title)!r}"
            known = identifier(each.node)
            if known in seen:
                reason = "stands twice in this file"
                yield Skipped(where, reason, "@id", known, "a unique address or identifier")
                continue
            seen.add(known)
            yield from list(program(each.node, where, each.whole))
        except BadValue as bad:
            yield Skipped(where, "cannot be read", bad.field, bad.value, bad.allowed)


def _resources(document: Any, graph: Graph, depth: int = 0, whole: str = "") -> Iterator[_Found]:
    """Every resource, those inside pages and lists too; a program's courses after the program."""
    if depth > _DEEPEST:
        return
    if isinstance(document, list):
        for each in document:
            yield from _resources(each, graph, depth + 1, whole)
        return
    if not isinstance(document, dict):
        return
    node = Node.of(document, graph)
    if "graph" in node.values:
        yield from _resources(node.values["graph"], graph, depth + 1)
        return
    graph.add(node.id, node)
    if node.types:
        yield _Found(node, whole)
    if _is_program(node):
        for course in node.each("hasCourse"):
            if isinstance(course, dict) and Node.of(course, graph).each("url", "courseCode"):
                yield from _resources(course, graph, depth + 1, _known(node))
        return
    for name in _CONTAINERS:
        for each in node.each(name):
            yield from _resources(each, graph, depth + 1)


def _known(node: Node) -> str:
    try:
        return identifier(node)
    except BadValue:
        return ""


READER = SchemaOrgReader()
