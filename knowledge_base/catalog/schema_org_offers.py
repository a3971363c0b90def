"""Reads what schema.org's offers cost, and what the things of schema.org are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from knowledge_base.catalog.json_ld import Node, unique
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.catalog.notes import omitted
from knowledge_base.model import Cost, Skipped, Validity

_NAMES = ("name", "targetName", "credentialCategory", "title", "termCode", "value")
_NO_PURPOSE = frozenset({"free", "paid", "partially free", "subscription"})
"""Kinds of offer that say how one pays, not what for (Google's course structured data)."""


def named(node: Node, *fields: str) -> tuple[str, ...]:
    """What the values of the first field that says something are called."""
    for field in fields:
        found = unique(_called(value, node, field) for value in node.each(field))
        if found:
            return found
    return ()


def _called(value: object, node: Node, field: str) -> str:
    if isinstance(value, dict):
        inner = Node.of(value, node.graph)
        if "value" in inner.values and "id" not in inner.values and not inner.text("name"):
            return inner.text("value")
        return node.node(value).text(*_NAMES) if value else ""
    if isinstance(value, bool | list):
        raise BadValue(node.called(field), value, "a text or an object with a name")
    if isinstance(value, str) and "://" in value and field != "identifier":
        return node.node(value).text(*_NAMES)
    return next(iter(Node.of({"text": value}, node.graph).texts("text")), "")


def costs(nodes: Sequence[Node], where: str, left_out: list[Skipped]) -> Iterator[Cost]:
    """What it costs, by the offers of a program and of its runs; an amount without its currency
    is left out and noted.
    """
    for node in nodes:
        if node.flag("isAccessibleForFree"):
            yield Cost("", Decimal(0))
        for offer in node.nodes("offers"):
            yield from _offer(offer, where, left_out)


def _offer(offer: Node, where: str, left_out: list[Skipped]) -> Iterator[Cost]:
    purpose = ", ".join(text.casefold() for text in named(offer, "category"))
    if purpose == "free" and not offer.each("price", "priceSpecification"):
        yield Cost("", Decimal(0))
        return
    valid = Validity(offer.day("validFrom"), offer.day("validThrough", "priceValidUntil"))
    for price in offer.nodes("priceSpecification") or [offer]:
        currency = price.text("priceCurrency") or offer.text("priceCurrency")
        for field, condition in (
            ("price", price.text("description")),
            ("lowPrice", "the lowest price"),
            ("highPrice", "the highest price"),
            ("minPrice", "the lowest price"),
            ("maxPrice", "the highest price"),
        ):
            amount = price.number(field)
            if amount is None:
                continue
            if amount and not currency:
                allowed = "an amount with its priceCurrency"
                told = price.called(field)
                left_out.append(omitted(where, told, str(amount), allowed))
                continue
            kind = "" if purpose in _NO_PURPOSE else purpose
            yield Cost(kind, amount, currency or "USD", condition, validity=valid)
