"""Reads a TOML file of who gets which aid, with its source, and the questions to ask."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge_base.aid_rule import AidRule, AskedFact, Asking, Condition, Operator, to_data
from knowledge_base.credit.equivalency import Source
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped, Validity
from knowledge_base.record import Record
from knowledge_base.rules.reader import RulesReader
from knowledge_base.text.plain_text import text_of

_DEEPEST = 12
"""Levels of brackets in a condition; the deepest of the sample has three."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Need(_Strict):
    all: list[_Need] | None = None
    any: list[_Need] | None = None
    not_: _Need | None = Field(None, alias="not")
    fact: str = ""
    is_: bool | int | float | str | None = Field(None, alias="is")
    one_of: list[bool | int | float | str] | None = None
    at_least: int | float | date | None = None
    at_most: int | float | date | None = None
    at_most_by: str | None = None
    holds: str | None = None
    table: dict[str, float] = Field(default_factory=dict)
    further: float = 0
    words: str = ""
    quote: str = ""


class _Asking(_Strict):
    question: str = Field(min_length=1)
    called: str = Field(min_length=1)


class _Fact(_Strict):
    name: str = Field(min_length=1)
    question: str = Field(min_length=1)
    kind: str = Field(pattern="^(flag|number|date)$")
    unit: str = Field("", pattern="^(dollars|euros|pounds|months|people|years|hours|times|)$")
    said: list[str] = Field(default_factory=list)
    denied: list[str] = Field(default_factory=list)
    in_languages: dict[str, _Asking] = Field(default_factory=dict, alias="in")


class _Step(_Strict):
    document_id: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class _Rule(_Strict):
    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1)
    gives: str = Field(min_length=1)
    document_id: str = Field(min_length=1)
    quote: str = Field(min_length=1)
    effective_from: date | None = None
    effective_to: date | None = None
    last_verified: date
    note: str = ""
    needs: list[_Need] = Field(min_length=1)
    steps: list[_Step] = Field(default_factory=list)


def read(path: Path) -> Iterator[Record | Skipped]:
    """Every rule and question as a record, or why it is skipped.

    Raises SourceError when the file is no TOML, or holds other tables than `rules` and `facts`.
    """
    try:
        whole = tomllib.loads(text_of(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(f"{path}: not a readable TOML file: {error}") from None
    others = sorted(whole.keys() - {"rules", "facts"})
    if others or not isinstance(whole.get("rules"), list):
        raise SourceError(
            f"{path}: holds [[rules]] and [[facts]] only; found: {', '.join(others) or 'no rules'}"
        )
    seen: set[tuple[str, str]] = set()
    for kind, items in (("aid_fact", whole.get("facts", [])), ("aid_rule", whole["rules"])):
        for position, item in enumerate(items, 1):
            where = f"{path.name} {kind.replace('_', ' ')} {position}"
            record = aid_record(kind, item, where)
            if isinstance(record, Record):
                if (kind, record.id) in seen:
                    yield Skipped(where, "stands twice in this source", "id", record.id)
                    continue
                seen.add((kind, record.id))
            yield record


def aid_record(kind: str, item: Any, where: str) -> Record | Skipped:
    """The record of a table of the file, an `aid_rule` or an `aid_fact`; or why it is none."""
    try:
        if kind == "aid_fact":
            fact = _Fact.model_validate(item)
            return Record(kind, fact.name, to_data(_asked_fact(fact)))
        rule = _Rule.model_validate(item)
        return Record(kind, rule.id, to_data(_aid_rule(rule)))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        return Skipped(where, "cannot be read", field, str(first["input"])[:80], first["msg"])
    except ValueError as error:
        field = "needs" if kind == "aid_rule" else ""
        return Skipped(where, "cannot be read", field, allowed=str(error))


def _asked_fact(fact: _Fact) -> AskedFact:
    """The fact. Raises ValueError for words that could not tell it."""
    if fact.denied and fact.kind != "flag":
        raise ValueError("denied only for a flag")
    if wrong := [words for words in fact.said if words.count("#") != (fact.kind == "number")]:
        raise ValueError(f"said with one # for a number, and none otherwise, not {wrong[0]!r}")
    if fact.unit and fact.kind != "number":
        raise ValueError("unit only for a number")
    return AskedFact(
        fact.name,
        fact.question,
        fact.kind,
        fact.unit,
        tuple(fact.said),
        tuple(fact.denied),
        {code: Asking(told.question, told.called) for code, told in fact.in_languages.items()},
    )


def _aid_rule(rule: _Rule) -> AidRule:
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        raise ValueError(f"effective_to on {rule.effective_from} or later")
    validity = Validity(rule.effective_from, rule.effective_to, rule.last_verified)
    parts = tuple(_condition(need, 1) for need in rule.needs)
    return AidRule(
        rule.id,
        rule.name,
        rule.gives,
        Condition(Operator.ALL, parts=parts),
        Source(rule.document_id, rule.quote, validity),
        rule.note,
        tuple(Source(step.document_id, step.quote, validity) for step in rule.steps),
    )


def _condition(need: _Need, depth: int) -> Condition:
    """One condition of the tree. Raises ValueError that says what a condition holds."""
    joins = {
        Operator.ALL: need.all,
        Operator.ANY: need.any,
        Operator.NOT: need.not_ and [need.not_],
    }
    tests = {
        Operator.IS: need.is_,
        Operator.AT_LEAST: need.at_least,
        Operator.AT_MOST: need.at_most,
        Operator.HOLDS: need.holds,
    }
    used = [test for test, value in {**joins, **tests}.items() if value is not None]
    used += [Operator.ONE_OF] * (need.one_of is not None)
    used += [Operator.AT_MOST_BY] * (need.at_most_by is not None)
    if len(used) != 1 or depth > _DEEPEST:
        raise ValueError("each condition has exactly one of all, any, not, or a test of a fact")
    test = used[0]
    if test in joins:
        inner = joins[test] or []
        if not inner or need.fact:
            raise ValueError(f"{test.value} holds at least one condition and no fact")
        parts = tuple(_condition(part, depth + 1) for part in inner)
        return Condition(test, parts=parts, words=need.words, quote=need.quote)
    if not need.fact:
        raise ValueError(f"{test.value} needs the name of a fact")
    if test is Operator.AT_MOST_BY:
        return _by_table(need)
    values = need.one_of if test is Operator.ONE_OF else [tests[test]]
    plain = tuple(
        v.isoformat() if isinstance(v, date) else v for v in values or () if v is not None
    )
    return Condition(test, need.fact, plain, words=need.words, quote=need.quote)


def _by_table(need: _Need) -> Condition:
    steps = sorted((int(step), amount) for step, amount in need.table.items())
    if not steps or [step for step, _ in steps] != list(range(steps[0][0], steps[-1][0] + 1)):
        raise ValueError("at_most_by needs a table of whole numbers without a gap")
    return Condition(
        Operator.AT_MOST_BY, need.fact, by=need.at_most_by or "", table=tuple(steps),
        further=need.further, words=need.words, quote=need.quote,
    )  # fmt: skip


class AidRulesReader(RulesReader):
    """One rule or question a table."""

    name = "aid_rules"
    suffix = ".toml"

    def read(self, path: Path, mapping: object) -> Iterator[Record | Skipped]:  # noqa: ARG002
        """See `read`."""
        return read(path)


READER = AidRulesReader()
