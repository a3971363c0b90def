"""Joins the conditions of a wish by its ands, ors and nots into one tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from knowledge_base.filters.tree import And, Compare, Has, Node, Not, Or, Wish


class Kind(Enum):
    """What a piece of a wish is."""

    LEAF = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    NOR = auto()
    EITHER = auto()
    COMMA = auto()
    HEAD = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """A condition, a word that joins conditions, or a word that was not understood."""

    kind: Kind
    leaf: Compare | Has | None = None
    word: str = ""
    about: bool = False
    """Whether an unknown word stands after one that names a topic, such as `about`."""
    apart: bool = False
    """Whether plain words stand between a noun for programs and the piece before."""


_ONE_OF = {"level", "institution"}
"""Of these a program has one, so that "introductory and intermediate" means either."""


def joined(items: Sequence[Item]) -> Wish:
    """The wish that the pieces make: `or` binds the conditions beside it, all else is `and`.

    `A, B or C` of one field is one choice. Where both sides of an `or` say something of the same
    field ("in person under $600 or online under $200"), whole groups are the alternatives.
    """
    chain = _Chain()
    for item in items:
        chain.add(item)
    groups = chain.finished()
    words = [item.word.replace("_", " ") for item in items if item.kind is Kind.UNKNOWN]
    unknown = tuple(dict.fromkeys([*words, *chain.loose_ends]))
    return Wish(And(_alternatives(groups)), not_understood=unknown)


class _Chain:
    """Conditions in order; each knows what joins it to the one before."""

    def __init__(self) -> None:
        self._groups: list[list[Node]] = [[]]
        self._listed: list[bool] = []
        """Of each condition in the last group: whether only a comma joins it to the one before."""
        self._negative = False
        self._or = False
        self._either = False
        self._separators: list[Kind] = []
        self.loose_ends: list[str] = []
        """Negations that nothing follows which they could be said of."""

    def add(self, item: Item) -> None:
        """Take the next piece."""
        match item.kind:
            case Kind.LEAF if item.leaf is not None:
                self._leaf(item.leaf)
            case Kind.OR:
                self._or = True
            case Kind.NOT:
                self._negative = True
            case Kind.NOR:
                self._negative, self._or = True, False
            case Kind.EITHER:
                self._either = True
            case Kind.UNKNOWN:
                self._or = False
            case Kind.AND | Kind.COMMA:
                self._close()
                self._separators.append(item.kind)

    def finished(self) -> list[list[Node]]:
        """The alternatives, each with what all must hold; one where there is no choice."""
        self._close()
        return self._groups

    def _close(self) -> None:
        if self._negative:
            self.loose_ends.append("not")
        self._negative = False

    def _leaf(self, leaf: Compare | Has) -> None:
        group = self._groups[-1]
        node: Node = Not(leaf) if self._negative else leaf
        if self._or and group:
            self._alternative(group, leaf, node)
        elif node not in group:
            group.append(node)
            self._listed.append(self._separators == [Kind.COMMA])
        self._or = self._negative = False
        self._separators = []

    def _alternative(self, group: list[Node], leaf: Compare | Has, node: Node) -> None:
        last = group[-1]
        if isinstance(last, Not) and node is leaf and field_of(last) == leaf.field:
            group[-1] = Not(_either(last.part, leaf))
        elif self._starts_a_group(group, leaf):
            self._groups.append([node])
            self._listed = [False]
        else:
            while self._listed[-1] and len(group) > 1 and _alike(*group[-2:]):
                right = group.pop()
                self._listed.pop()
                group[-1] = _either(group[-1], right)
            group[-1] = _either(group[-1], node)

    def _starts_a_group(self, group: list[Node], leaf: Compare | Has) -> bool:
        """Whether another group begins: the field was there before, or `either` announced it."""
        earlier = {field_of(node) for node in group[:-1]}
        return field_of(group[-1]) != leaf.field and (self._either or leaf.field in earlier)


def _alternatives(groups: list[list[Node]]) -> tuple[Node, ...]:
    if len(groups) == 1:
        return _choices(groups[0])
    first, *rest = groups
    fields = {field_of(node) for group in rest for node in group}
    shared = [node for node in first if field_of(node) not in fields]
    own = [node for node in first if field_of(node) in fields]
    return (*_choices(shared), Or(tuple(_one(_choices(group)) for group in (own, *rest))))


def _choices(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The conditions, with those of a field that has one value as alternatives."""
    found: list[Node] = []
    for node in nodes:
        field = field_of(node)
        same = [n for n in found if field_of(n) == field and not isinstance(n, Not)]
        if field in _ONE_OF and same and not isinstance(node, Not):
            found[found.index(same[0])] = _either(same[0], node)
        else:
            found.append(node)
    return tuple(found)


def _one(parts: tuple[Node, ...]) -> Node:
    return parts[0] if len(parts) == 1 else And(parts)


def _either(left: Node, right: Node) -> Or:
    parts = left.parts if isinstance(left, Or) else (left,)
    return Or((*parts, *(right.parts if isinstance(right, Or) else (right,))))


def _alike(one: Node, other: Node) -> bool:
    return field_of(one) == field_of(other)


def field_of(node: Node) -> str:
    """The field that a condition is about; empty when it is about several."""
    match node:
        case Compare() | Has():
            return node.field
        case Not():
            return field_of(node.part)
    fields = {field_of(part) for part in node.parts}
    return fields.pop() if len(fields) == 1 else ""
