"""Shows a few programs as cards: what each costs and takes, why it fits, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.advising.reasons import Reason, reason
from knowledge_base.filters.tree import Node
from knowledge_base.model import Program, UsedFact
from knowledge_base.typed.cells import cell
from knowledge_base.typed.draft import Catalog
from knowledge_base.typed.question import Aspect
from languages.speech import say


def card(
    program: Program, conditions: Sequence[Node], catalog: Catalog, place: int, number: int
) -> tuple[str, tuple[UsedFact, ...], tuple[str, ...]]:
    """A card in Markdown, the facts on it, and the words of the program's page that state them.

    `place` is where it stands among those shown, from 1; `number` is that of its citation.
    """
    cells = [
        (label, missing, cell(aspect, program, catalog)) for aspect, label, missing in _on_a_card()
    ]
    why = [reason(program, node, catalog) for node in conditions]
    known = [f"{label}: {each.text}" for label, _, each in cells if each.text]
    lines = [f"**{place}. {program.title}** [{number}]"]
    lines += [f"- {' · '.join(known)}"] if known else []
    lines += [say("- Fits: {conditions}", conditions="; ".join(map(str, why)))] if why else []
    open_ = [missing for _, missing, each in cells if not each.text]
    lines += [say("- Not stated: {facts}", facts=", ".join(open_))] if open_ else []
    facts = [fact for _, _, each in cells for fact in each.facts] + _facts(why)
    stated = [word for _, _, each in cells for word in each.stated]
    stated += [word for each in why for word in each.stated]
    own = dict.fromkeys(replace(f, program=program.id, citation=number) for f in facts)
    return "\n".join(lines), tuple(own), tuple(dict.fromkeys(stated))


def _on_a_card() -> Sequence[tuple[Aspect, str, str]]:
    """What a card tells of every program: its label, and what it is called when it is missing."""
    return (
        (Aspect.COST, say("Cost"), say("cost")),
        (Aspect.LENGTH, say("Length"), say("length")),
        (Aspect.START, say("Next start"), say("next start")),
        (Aspect.DELIVERY, say("Delivery"), say("delivery")),
    )


def _facts(why: Sequence[Reason]) -> list[UsedFact]:
    return [fact for each in why for fact in each.facts]
