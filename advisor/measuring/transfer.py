"""Measures estimates of transfer credit against questions whose right lines are known."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.console import out, print_json
from advisor.measuring.lines import read_lines
from knowledge_base.credit.equivalency import Award, EquivalencyTable, Held, table_from
from knowledge_base.credit.question import held_in
from knowledge_base.credit_transfer import Estimate, estimate
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped
from knowledge_base.rules import equivalencies

TRAPS = ("not_transferable", "expired", "no_rule")


@dataclass(frozen=True, slots=True)
class _Case:
    position: int
    have: tuple[Held, ...]
    question: str | None
    day: date
    expected: tuple[dict[str, Any], ...]
    trap: str | None
    award: Award | None
    agreed: float | None


def transfer(
    table: Annotated[Path, typer.Option(help="Equivalencies, as `import` reads them (CSV).")],
    questions: Annotated[
        Path, typer.Option(help="JSON lines: `have` or `question`, `expected`, `day`, `trap`.")
    ],
    dump: Annotated[
        Path | None, typer.Option(help="Write what was estimated here, as JSON lines.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare estimates of transfer credit with what is right, traps counted apart.

    A question is exact when its lines have the expected tier, target and credits, and the credits
    within the limits of `award`, if it names one, are those of `agreed`.
    """
    rules, skipped = load_table(table)
    results = list(_results(read_cases(questions), rules))
    if dump:
        dump.write_text("".join(json.dumps(r) + "\n" for r in results), encoding="utf-8")
    summary = {**summarise(results), "rules": len(rules.rules), "skipped": skipped}
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name}: {value}", markup=False)


def load_table(path: Path) -> tuple[EquivalencyTable, list[str]]:
    """The table in a file, and what could not be read of it. Raises SourceError."""
    records: dict[str, list[dict[str, Any]]] = {}
    skipped = []
    for item in equivalencies.read(path, sourced=False):
        if isinstance(item, Skipped):
            skipped.append(str(item))
        else:
            records.setdefault(item.kind, []).append(item.data)
    if not records:
        raise SourceError(f"{path}: holds no rule that can be read; {'; '.join(skipped[:3])}")
    return table_from(records), skipped


def read_cases(path: Path) -> Iterator[_Case]:
    """Questions of a JSON-lines file. Raises SettingsError with the line that is wrong."""
    shape = (
        '{"have": [{"kind": "exam", "name": "…", "score": 4}], '
        '"expected": [{"tier": "…", "target": "…", "credits": 3}]}'
    )
    return read_lines(path, _case, shape)


def _case(position: int, line: dict[str, Any]) -> _Case:
    if ("have" in line) == ("question" in line):
        raise KeyError("have or question")
    day = date.fromisoformat(line["day"]) if line.get("day") else date.today()
    have = tuple(_held(thing) for thing in line.get("have", ()))
    said, agreed = line["expected"], line.get("agreed")
    expected = tuple(dict(item) for item in ([said] if isinstance(said, dict) else said))
    aim = line.get("award")
    award = Award(aim["kind"].casefold(), Decimal(str(aim["credits"]))) if aim else None
    return _Case(
        position, have, line.get("question"), day, expected, line.get("trap"), award,
        None if agreed is None else float(agreed),
    )  # fmt: skip


def _held(thing: dict[str, Any]) -> Held:
    score, credits, earned = thing.get("score"), thing.get("credits"), thing.get("earned")
    score = thing.get("grade") if score is None else score
    return Held(
        kind=thing["kind"],
        name=thing["name"],
        score=None if score is None else str(score),
        credits=None if credits is None else Decimal(str(credits)),
        unit=thing.get("unit", "semester"),
        institution=thing.get("institution", ""),
        subject=thing.get("subject", ""),
        earned=date.fromisoformat(earned) if earned else None,
    )


def _results(cases: Iterable[_Case], rules: EquivalencyTable) -> Iterator[dict[str, Any]]:
    for case in cases:
        started = time.perf_counter()
        have = case.have or held_in(case.question or "", rules)
        found = estimate(have, rules, case.day, case.award)
        yield {
            "position": case.position,
            "trap": case.trap,
            "free_text": case.question is not None,
            "expected": list(case.expected),
            "exact": _exact(found, case.expected) and _agreed(found, case.agreed),
            "milliseconds": round((time.perf_counter() - started) * 1000, 3),
            **found.to_wire(),
        }


def _exact(found: Estimate, expected: tuple[dict[str, Any], ...]) -> bool:
    """Whether the lines are the expected ones, in any order, in what each expectation names."""
    rest = [line.to_wire() for line in found.lines]
    if not expected:  # No credit by any rule: nothing found, or only lines that say so.
        return all(line["tier"] == "no_rule" for line in rest)
    for item in expected:
        match = next((line for line in rest if all(_same(line, item, k) for k in item)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest


def _agreed(found: Estimate, expected: float | None) -> bool:
    return expected is None or abs(float(found.agreed.credits) - expected) < 0.005


def _same(line: dict[str, Any], expected: dict[str, Any], key: str) -> bool:
    if key == "credits":
        return abs(float(line[key]) - float(expected[key] or 0)) < 0.005
    return str(line.get(key, "")).casefold() == str(expected[key] or "").casefold()


def summarise(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts and rates over all questions, plain ones, traps by kind, and free text."""
    traps = dict.fromkeys((*TRAPS, *(r["trap"] for r in results if r["trap"])))
    groups = {
        "plain": [r for r in results if r["trap"] is None],
        **{f"trap_{trap}": [r for r in results if r["trap"] == trap] for trap in traps},
        "free_text": [r for r in results if r["free_text"]],
    }
    return {
        **_counted(results),
        **{name: _counted(group) for name, group in groups.items()},
    }


def _counted(results: list[dict[str, Any]]) -> dict[str, Any]:
    exact = sum(r["exact"] for r in results)
    rate = round(exact / len(results), 4) if results else None
    return {"questions": len(results), "exact": exact, "exact_rate": rate}
