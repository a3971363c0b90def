"""Reads programs in CTDL, as the Credential Registry publishes and takes them (JSON-LD)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge_base.catalog.ctdl_program import program
from knowledge_base.catalog.ctdl_terms import OTHERS, PROGRAMS, kind, status_against
from knowledge_base.catalog.json_ld import Graph, Node, plain
from knowledge_base.catalog.json_text import SUFFIXES, BadValue, endings, loaded, shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, start_of_text
from knowledge_base.errors import SourceError
from knowledge_base.model import Program, Skipped

_MARK = re.compile(
    rb'"ceterms:|credreg\.net/ctdl|purl\.org/ctdl|"Publish(?:For|By)OrganizationIdentifier"'
    rb"|(?:\"|/)ce-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-",
    re.I,
)
"""What only files about the registry hold: its terms, its identifiers, its assistant's keys."""
_WRAPPERS = {
    "credential": "ceterms:Credential",
    "learningopportunity": "ceterms:LearningOpportunityProfile",
    "learningprogram": "ceterms:LearningProgram",
    "course": "ceterms:Course",
    "assessment": "ceterms:AssessmentProfile",
    "organization": "ceterms:Organization",
    "conditionmanifest": "ceterms:ConditionManifest",
    "costmanifest": "ceterms:CostManifest",
}
"""Keys of Registry Assistant input and the class of what stands under them."""
_SIGNS = (
    ("credentialType", "ceterms:Credential"),
    ("assessmentMethodType", "ceterms:AssessmentProfile"),
    ("entryConditions", "ceterms:ConditionManifest"),
    ("costDetails", "ceterms:CostManifest"),
    ("learningMethodType", "ceterms:LearningOpportunityProfile"),
    ("agentType", "ceterms:Organization"),
)
"""Properties by which input without a class shows what it is."""
_ENVELOPES = ("decoded_resource", "GraphInput", "@graph")
_DEEPEST = 8
"""Wrappers around a resource; an envelope with a graph has two."""


class CtdlReader:
    """Resources, graphs, registry envelopes and Registry Assistant input, one or a list."""

    name = "ctdl"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """JSON that uses the registry's terms, identifiers or keys in its first bytes."""
        begins_well = start_of_text(head)[:1] in {b"{", b"["}
        return begins_well and bool(SUFFIXES & endings(path)) and bool(_MARK.search(head))

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """A program for each resource that is one, and a reason for every other resource.

        Raises SourceError when the file is not JSON or describes nothing at all.
        """
        graph = Graph()
        nodes = [Node.of(values, graph) for values in _resources(loaded(path))]
        if not nodes:
            raise SourceError(f"{path}: holds no CTDL resource; one is a JSON object with a name")
        for node in nodes:
            graph.add(node.identifier, node)
            graph.add(node.id, node)
        wholes = _wholes(nodes)
        seen: set[str] = set()
        for position, node in enumerate(nodes, 1):
            where = f"{path.name} {_named(node) or f'item {position}'}"
            for item in _items(node, where, wholes.get(node.identifier, ())):
                if isinstance(item, Program):
                    if item.id in seen:
                        reason = "stands twice in this file"
                        item = Skipped(where, reason, "ctid", item.id, "a unique id")  # noqa: PLW2901
                    else:
                        seen.add(item.id)
                yield item


def _items(node: Node, where: str, wholes: Sequence[str]) -> Iterator[Item]:
    reason = _not_a_program(node, where)
    if reason:
        yield reason
        return
    try:
        yield from list(program(node, where, wholes))
    except BadValue as bad:
        yield Skipped(where, "cannot be read", bad.field, bad.value, bad.allowed)


def _wholes(nodes: Sequence[Node]) -> dict[str, list[str]]:
    """Per identifier: the programs that name it among their parts."""
    wholes: dict[str, list[str]] = {}
    for node in nodes:
        if kind(node) in PROGRAMS:
            for part in node.nodes("hasPart"):
                wholes.setdefault(part.identifier, []).append(node.identifier)
    return wholes


def _not_a_program(node: Node, where: str) -> Skipped | None:
    told = kind(node)
    if told not in PROGRAMS:
        what = OTHERS.get(told) or (f"of the class {shown(told)}" if told else "of no class")
        return Skipped(where, f"is {what}, not a program")
    try:
        if not node.text("name"):
            return Skipped(where, "is missing or empty", node.called("name"), "", "a name")
        if not node.text("ctid") and (not node.id or node.id.startswith("_:")):
            reason = "is only referred to: it has no identifier of its own"
            return Skipped(where, reason, "ctid", "", "a registry identifier, such as ce-…")
        against = status_against(node)
    except BadValue as bad:
        return Skipped(where, "cannot be read", bad.field, bad.value, bad.allowed)
    if against:
        field = node.called("credentialStatusType", "lifeCycleStatusType")
        return Skipped(where, "is not offered now", field, against, "active or probationary")
    return None


def _named(node: Node) -> str:
    known = node.values.get("ctid") or node.values.get("id")
    return shown(known) if isinstance(known, str) and not known.startswith("_:") else ""


def _resources(document: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects that describe a resource, out of lists, graphs, envelopes and wrappers."""
    if depth > _DEEPEST:
        return
    if isinstance(document, list):
        for each in document:
            yield from _resources(each, depth + 1)
    elif isinstance(document, dict):
        for key in _ENVELOPES:
            if isinstance(document.get(key), dict | list):
                yield from _resources(document[key], depth + 1)
                return
        for key, value in document.items():
            if plain(key) in _WRAPPERS and isinstance(value, dict):
                yield {"@type": _WRAPPERS[plain(key)]} | value
                return
        yield _classed(document)


def _classed(values: dict[str, Any]) -> dict[str, Any]:
    node = Node.of(values, Graph())
    if node.types:
        return values
    sign = next((found for name, found in _SIGNS if plain(name) in node.values), None)
    return {"@type": sign} | values if sign else values


READER = CtdlReader()
