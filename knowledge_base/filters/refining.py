"""Changes a wish by the words of a next turn: a condition more, another bound, one less."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from knowledge_base.filters.joining import field_of
from knowledge_base.filters.text import plain_wish
from knowledge_base.filters.tree import And, Compare, Node, Not, Op, Or, Order, Wish
from languages.speech import ENGLISH, speaking

_DROP = re.compile(
    r"\b(?:forget|drop|ignore|remove|delete|never mind|nevermind|skip|leave out|without"
    r"|regardless of|no matter|any|whatever|(?:i )?(?:do not|dont) (?:care|mind))\b"
    r"(?: about| the| my| what| how| much| condition| limit)* (?P<what>[^,]+?)"
    r"(?= but | and |\s*,|\s*$)"
)
_NO_MATTER = re.compile(
    r"(?:^|\band |, )(?:the |my )*(?P<what>[^,]+?) "
    r"(?:does not|do not|doesnt|dont|no longer) matter\b"
)
_FIELDS = {
    frozenset({"total", "tuition"}): r"prices?|costs?|budget|money|tuition|dollars?",
    frozenset({"delivery"}): r"formats?|delivery|where it is taught|online or not",
    frozenset(
        {"starts"}
    ): r"starts?|start dates?|dates?|when(?: it starts)?|begin(?:ning)?|months?",
    frozenset({"apply_by"}): r"deadlines?|application dates?",
    frozenset({"duration"}): r"lengths?|duration|how long(?: it takes)?|weeks?|long it takes",
    frozenset({"hours", "workload"}): r"hours?|workload|effort",
    frozenset({"credit_bearing", "credits"}): r"credits?",
    frozenset({"topic", "summary"}): r"topics?|subjects?|fields?",
    frozenset({"occupation"}): r"jobs?|careers?|occupations?",
    frozenset({"level"}): r"levels?",
    frozenset({"location"}): r"places?|locations?|campus",
    frozenset({"aid"}): r"aid|financial aid",
    frozenset({"stack", "award"}): r"degrees?|stacking",
    frozenset({"no_prerequisites", "prerequisite"}): r"prerequisites?|prereqs?|requirements?",
}
_NAMED = {fields: re.compile(rf"(?:{words})\Z") for fields, words in _FIELDS.items()}
"""What a student calls the fields of a condition that is to go."""
_COMPARATIVES = (
    (
        Order("total"),
        r"(?:cheaper|less expensive|more affordable|lower (?:price|cost)|costs? less)",
    ),
    (Order("duration"), r"(?:shorter|quicker|faster|less time)"),
    (Order("duration", descending=True), r"longer"),
    (Order("starts"), r"(?:sooner|earlier)"),
    (Order("starts", descending=True), r"later"),
    (Order("hours"), r"(?:(?:fewer|less) hours(?: a week)?|less work|lighter|less intense)"),
    (Order("credits", descending=True), r"more credits?"),
)
_COMPARATIVE = tuple((order, re.compile(rf"\b{words}\b")) for order, words in _COMPARATIVES)
_INSTEAD = re.compile(r"\b(?:instead|rather|not but)\b")
_TOO = re.compile(r"^or\b|\b(?:also|too|as well|(?:is|are|be) (?:ok|okay|fine))\b")
_SEVERAL = frozenset({"topic", "summary", "occupation", "stack", "award", "aid", "accreditation"})
"""Fields of which one program meets several conditions, so that another one is added."""
_LOWER, _UPPER = frozenset({Op.GT, Op.GE}), frozenset({Op.LT, Op.LE})


def refined(
    kept: Wish, words: str, read: Callable[[str], Wish], than: Mapping[str, Compare] | None = None
) -> Wish | None:
    """The wish that some words make of an earlier one; None when they say nothing of it.

    `read` reads a wish. "Cheaper", "shorter" and their like put what fits in that order; where
    `than` has a condition for the order's field, such as a lower price, that must hold too. A
    condition takes the place of an earlier one of its kind, unless a program can meet both.
    """
    rest, parts = _without_dropped(plain_wish(words), kept.filter.parts, read)
    changed = len(parts) < len(kept.filter.parts)
    order = kept.order
    for by, pattern in _COMPARATIVE:
        if pattern.search(rest):
            rest, order, changed = pattern.sub(" ", rest), by, True
            if than and by.field in than and not by.descending:
                parts = _with(parts, than[by.field], rest)
            break
    change = read(rest) if rest.strip(" ,") else Wish(And(()))
    for node in change.filter.parts:
        parts, changed = _with(parts, node, rest), True
    if change.order is not None:
        order, changed = change.order, True
    if not changed:
        return None
    return Wish(And(tuple(parts)), order, change.not_understood)


def spoken(wish: Wish) -> str:
    """A wish in words that are read as the same wish; empty for everything."""
    with speaking(ENGLISH):
        labels = [part.label for part in wish.filter.parts]
        return ", and ".join([*labels, wish.order.label] if wish.order else labels)


def _without_dropped(
    words: str, parts: Sequence[Node], read: Callable[[str], Wish]
) -> tuple[str, list[Node]]:
    """The words without those that drop a condition, and the conditions that are left."""
    left = list(parts)
    for pattern in (_DROP, _NO_MATTER):
        for match in list(pattern.finditer(words)):
            gone = _meant(match["what"].strip(), left, read)
            if gone:
                left = [part for part in left if part not in gone]
                words = words.replace(match[0], " ", 1)
    return words, left


def _meant(what: str, parts: Sequence[Node], read: Callable[[str], Wish]) -> list[Node]:
    """The conditions that are called by their kind, or by their own words."""
    for fields, pattern in _NAMED.items():
        if pattern.match(what):
            return [part for part in parts if field_of(part) in fields]
    said = read(what).filter.parts
    return [part for part in parts if part in said]


def _with(parts: Sequence[Node], node: Node, words: str) -> list[Node]:
    """The conditions with one more, in the place of those that it contradicts."""
    inner = node.part if isinstance(node, Not) else node
    field = field_of(node)
    alike = [part for part in parts if field_of(part) == field]
    if node in parts:
        return list(parts)
    if alike and _TOO.search(words) and not isinstance(node, Not | Compare):
        either = Or((*(alike[-1].parts if isinstance(alike[-1], Or) else (alike[-1],)), node))
        return [either if part is alike[-1] else part for part in parts]
    if field in _SEVERAL and not _INSTEAD.search(words):
        return [*(part for part in parts if part != inner), node]
    return [*(part for part in parts if not _contradicts(part, node)), node]


def _contradicts(old: Node, new: Node) -> bool:
    kinds = {field_of(old), field_of(new)}
    same = len(kinds) == 1 or any(kinds <= fields for fields in _FIELDS)
    ranges = isinstance(old, Compare) and isinstance(new, Compare)
    if same and ranges and isinstance(old, Compare) and isinstance(new, Compare):
        return not ({old.op, new.op} & _LOWER and {old.op, new.op} & _UPPER)
    return same
