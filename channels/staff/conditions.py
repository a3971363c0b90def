"""The conditions of an aid rule as an outline that a person can type, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from channels.staff.outline import INDENT, OutlineError, tree_in
from knowledge_base.aid_rule import Condition, Operator, Value

_JOINS = {"all of": "all", "any of": "any", "not": "not"}
_SAID = {join: said for said, join in _JOINS.items()}
_TESTS = {
    "is one of": Operator.ONE_OF,
    "is": Operator.IS,
    "is at least": Operator.AT_LEAST,
    "is at most": Operator.AT_MOST,
    "is at most by": Operator.AT_MOST_BY,
    "holds": Operator.HOLDS,
}
_LINE = re.compile(
    r"(?P<fact>\w+) (?P<test>is one of|is at least|is at most by|is at most|is|holds) (?P<rest>.+)"
)
_TABLE = re.compile(r"(?P<by>\w+): (?P<steps>.+?)(?: further (?P<further>\S+))?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FLAGS = {"yes": True, "no": False}

Need = dict[str, Any]
"""One condition in the form that a file of rules has it (docs/rules.md)."""


def conditions_told(needs: Condition) -> str:
    """What must all hold, a line each; `any of`, `all of` or `not` joins what is below it.

    After ` | ` stand words for students, after another one the words of the page.
    """
    return "\n".join(line for part in needs.parts for line in _lines(part, 0))


def conditions_in(outline: str) -> list[Need]:
    """The conditions of an outline. Raises OutlineError, which names the line."""
    return tree_in(outline, _need)


def _lines(condition: Condition, depth: int) -> Iterator[str]:
    said = [_told(condition), condition.words, condition.quote]
    while not said[-1]:
        said.pop()
    yield INDENT * depth + " | ".join(said)
    for part in condition.parts:
        yield from _lines(part, depth + 1)


def _told(condition: Condition) -> str:
    if condition.parts:
        return _SAID[condition.test.value]
    test = next(said for said, test in _TESTS.items() if test is condition.test)
    if condition.test is Operator.AT_MOST_BY:
        steps = " ".join(f"{step}={amount:g}" for step, amount in condition.table)
        further = f" further {condition.further:g}" if condition.further else ""
        return f"{condition.fact} {test} {condition.by}: {steps}{further}"
    return f"{condition.fact} {test} {'; '.join(map(_value_told, condition.values))}"


def _value_told(value: Value) -> str:
    """As it is typed; quoted where it would be read as something else."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        unlike = value in _FLAGS or _NUMBER.fullmatch(value) or set(value) & set('";|')
        return json.dumps(value, ensure_ascii=False) if unlike else value
    return f"{value}"


def _need(number: int, words: str, parts: Sequence[Need]) -> Need:
    said, *told = (part.strip() for part in words.split(" | ", 2))
    own = dict(zip(("words", "quote"), told, strict=False))
    join = _JOINS.get(said.rstrip(":").casefold())
    if join and parts:
        if join == "not" and len(parts) != 1:
            raise OutlineError(f"Line {number}: “not” stands over one line.")
        return {join: parts[0] if join == "not" else list(parts), **own}
    if join or parts:
        raise OutlineError(f"Line {number}: “any of”, “all of” or “not” stands over other lines.")
    line = _LINE.fullmatch(said)
    if line is None:
        raise OutlineError(
            f"Line {number}: say a fact and how it must be, such as “age is at least 18”."
        )
    return {"fact": line["fact"], **_test(number, _TESTS[line["test"]], line["rest"]), **own}


def _test(number: int, test: Operator, rest: str) -> Need:
    if test is Operator.AT_MOST_BY:
        return _by_table(number, rest)
    if test is Operator.ONE_OF:
        return {test.value: [_value(each) for each in rest.split(";") if each.strip()]}
    return {test.value: rest.strip() if test is Operator.HOLDS else _value(rest)}


def _by_table(number: int, rest: str) -> Need:
    table = _TABLE.fullmatch(rest)
    try:
        assert table is not None
        steps = dict(step.split("=") for step in table["steps"].split())
        amounts = {step: float(amount) for step, amount in steps.items()}
        further = float(table["further"] or 0)
    except (AssertionError, ValueError):
        raise OutlineError(
            f"Line {number}: say the other fact and its table, such as "
            "“income is at most by household_size: 1=20000 2=27000 further 7000”."
        ) from None
    return {"at_most_by": table["by"], "table": amounts, "further": further}


def _value(said: str) -> Value:
    said = said.strip()
    if said in _FLAGS:
        return _FLAGS[said]
    if _NUMBER.fullmatch(said):
        return float(said) if "." in said else int(said)
    if said.startswith('"') and said.endswith('"') and len(said) > 1:
        try:
            return str(json.loads(said))
        except ValueError:
            return said
    return said
