"""Shows a few programs as cards: what each costs and takes, why it fits, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.advising.reasons import Reason, reason
from knowledge_base.filters.tree import Node
from knowledge_base.model import Program, UsedFact
from knowledge_base.typed.cells import NOT_STATED, ROWS
from knowledge_base.typed.draft import Catalog
from knowledge_base.typed.question import Aspect

_ON_A_CARD = (
    (Aspect.COST, "Cost", "cost"),
    (Aspect.LENGTH, "Length", "length"),
    (Aspect.START, "Next start", "next start"),
    (Aspect.DELIVERY, "Delivery", "delivery"),
)
"""What a card tells of every program: the label of it, and what it is called when it is missing."""


def card(
    program: Program, conditions: Sequence[Node], catalog: Catalog, place: int, number: int
) -> tuple[str, tuple[UsedFact, ...], tuple[str, ...]]:
    """A card in Markdown, the facts on it, and the words of the program's page that state them.

    `place` is where it stands among those shown, from 1; `number` is that of its citation.
    """
    cells = [
        (label, missing, ROWS[aspect][1](program, catalog)) for aspect, label, missing in _ON_A_CARD
    ]
    why = [reason(program, node, catalog) for node in conditions]
    known = [f"{label}: {cell.text}" for label, _, cell in cells if cell.text != NOT_STATED]
    lines = [f"**{place}. {program.title}** [{number}]"]
    lines += [f"- {' · '.join(known)}"] if known else []
    lines += [f"- Fits: {'; '.join(map(str, why))}"] if why else []
    open_ = [missing for _, missing, cell in cells if cell.text == NOT_STATED]
    lines += [f"- Not stated: {', '.join(open_)}"] if open_ else []
    facts = [fact for _, _, cell in cells for fact in cell.facts] + _facts(why)
    stated = [word for _, _, cell in cells for word in cell.stated]
    stated += [word for each in why for word in each.stated]
    own = dict.fromkeys(replace(f, program=program.id, citation=number) for f in facts)
    return "\n".join(lines), tuple(own), tuple(dict.fromkeys(stated))


def _facts(why: Sequence[Reason]) -> list[UsedFact]:
    return [fact for each in why for fact in each.facts]
