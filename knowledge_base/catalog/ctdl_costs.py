"""Reads CTDL cost profiles: what is paid for, by whom, in which currency, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.catalog.ctdl_terms import CURRENCIES, labels, residency
from knowledge_base.catalog.json_ld import Node, unique
from knowledge_base.catalog.notes import omitted
from knowledge_base.model import Cost, Skipped, Validity


def costs(node: Node, where: str, left_out: list[Skipped]) -> Iterator[Cost]:
    """Costs of the program, of manifests that it shares, and of its offerings.

    Registry Assistant input nests the items of a cost that the registry publishes one by one.
    """
    sources = [node, *node.nodes("commonCosts"), *node.nodes("hasOffering")]
    for profile in (each for source in sources for each in _profiles(source)):
        for item in profile.nodes("costItems") or [profile]:
            amount = item.number("price")
            if amount is None:
                continue
            currency = profile.text("currency")
            if amount and not currency:
                allowed = "an amount with its currency"
                left_out.append(omitted(where, item.called("price"), str(amount), allowed))
                continue
            told = (item, profile) if item is not profile else (profile,)
            conditions = [
                text
                for each in told
                for text in (
                    *(label.casefold() for label in labels(each, "audienceType")),
                    *each.texts("condition"),
                    *each.texts("paymentPattern"),
                )
            ]
            yield Cost(
                purpose=", ".join(x.casefold() for x in labels(item, "directCostType")),
                amount=amount,
                currency=CURRENCIES.get(currency.casefold(), currency) or "USD",
                condition="; ".join(unique(conditions)),
                residency=" or ".join(unique(filter(None, map(residency, told)))),
                validity=Validity(profile.day("startDate"), profile.day("endDate")),
            )


def _profiles(node: Node) -> list[Node]:
    return node.nodes("estimatedCost", "estimatedCosts")
