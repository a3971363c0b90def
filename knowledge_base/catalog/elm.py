"""Reads programs in the European Learning Model 3: opportunities, qualifications, credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.catalog.elm_program import identifier, program
from knowledge_base.catalog.json_ld import Graph, Node, plain
from knowledge_base.catalog.json_text import SUFFIXES, BadValue, endings, loaded, parsed, shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, start_of_text
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped

_MARK = re.compile(rb"europa\.eu/snb/model|\"elm:|EuropeanDigitalCredential")
_OPPORTUNITY = "learningopportunity"
_SPECIFICATIONS = frozenset({"learningachievementspecification", "qualification"})
_OTHERS = {
    "learningactivity": "an activity that a learner took part in",
    "learningactivityspecification": "an activity",
    "learningassessment": "an assessment",
    "learningentitlement": "an entitlement",
    "organisation": "an organization",
    "person": "a person",
}
_DEEPEST = 8
"""Lists, graphs and achievements within achievements around a specification."""


class ElmReader:
    """Catalog entries, and the specifications within learners' credentials.

    Of a credential only the specification is read, which is about the program; nothing that is
    about the learner is. Its signature is not checked: what is read is a description that staff
    publish, no proof of anything.
    """

    name = "elm"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """JSON that names the model's context, its prefix or its credential in its first bytes."""
        begins_well = start_of_text(head)[:1] in {b"{", b"["}
        return begins_well and bool(SUFFIXES & endings(path)) and bool(_MARK.search(head))

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """A program for each specification or opportunity, and a reason for every other resource.

        Raises SourceError when the file, or what was signed in it, is not JSON.
        """
        document = loaded(path)
        if isinstance(document, dict) and isinstance(document.get("payload"), str):
            document = parsed(document["payload"], f"{path}: signed payload")
        graph = Graph()
        found = list(_resources(document, graph))
        if not found:
            raise SourceError(f"{path}: describes nothing; a resource is a JSON object")
        for node in found:
            graph.add(node.id, node)
        inner = {each.id for node in found for each in _specified(node) if each.id}
        seen: set[str] = set()
        for position, node in enumerate(found, 1):
            if _kind(node) in _SPECIFICATIONS and node.id in inner:
                continue
            yield from _items(node, f"{path.name} item {position}", seen)


def _items(node: Node, where: str, seen: set[str]) -> Iterator[Item]:
    kind = _kind(node)
    if kind != _OPPORTUNITY and kind not in _SPECIFICATIONS:
        what = _OTHERS.get(kind) or (f"of the class {shown(kind)}" if kind else "of no class")
        yield Skipped(where, f"is {what}, not a program")
        return
    try:
        specifications = _specified(node) if kind == _OPPORTUNITY else [node]
        subject = specifications[0] if specifications else node
        opportunity = node if kind == _OPPORTUNITY else None
        if not subject.text("title") and not node.text("title"):
            yield Skipped(where, "is missing or empty", "title", "", "a title")
            return
        known = identifier(subject, opportunity)
        if known in seen:
            yield Skipped(where, "stands twice in this file", "id", known, "a unique identifier")
            return
        seen.add(known)
        yield from list(program(subject, opportunity, where))
    except BadValue as bad:
        yield Skipped(where, "cannot be read", bad.field, bad.value, bad.allowed)


def _specified(node: Node) -> list[Node]:
    return node.nodes("learningAchievementSpecification") if _kind(node) == _OPPORTUNITY else []


def _kind(node: Node) -> str:
    """The class that says most: a qualification is often marked as its superclass too."""
    kinds = [plain(each) for each in node.types]
    told = {_OPPORTUNITY, *_SPECIFICATIONS, *_OTHERS}
    return next((kind for kind in kinds if kind in told), kinds[0] if kinds else "")


def _resources(document: Any, graph: Graph, depth: int = 0) -> Iterator[Node]:
    """What a file describes: of credentials what their claims specify."""
    if depth > _DEEPEST:
        return
    if isinstance(document, list):
        for each in document:
            yield from _resources(each, graph, depth + 1)
        return
    if not isinstance(document, dict):
        return
    node = Node.of(document, graph)
    if "graph" in node.values:
        yield from _resources(node.values["graph"], graph, depth + 1)
    elif "credentialsubject" in node.values:
        for subject in node.nodes("credentialSubject"):
            yield from _resources(subject.each("hasClaim"), graph, depth + 1)
    elif _kind(node) == "learningachievement":
        awarded = _awarded(node)
        for each in node.nodes("specifiedBy") or [_unspecified(graph)]:
            yield Node({**awarded, **each.values}, each.names, graph)
        yield from _resources(node.each("hasPart"), graph, depth + 1)
    elif node.types:
        yield node


def _awarded(achievement: Node) -> dict[str, Any]:
    """Who awards it, told by the achievement and not by its specification."""
    process = next(iter(achievement.nodes("awardedBy")), None)
    return {"awardingbody": process.values.get("awardingbody")} if process else {}


def _unspecified(graph: Graph) -> Node:
    return Node.of({"type": "achievement without a specification"}, graph)


READER = ElmReader()
