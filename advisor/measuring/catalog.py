"""Measures typed questions to the catalog against the programs that are right."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from advisor.console import out, print_json, step
from advisor.measuring.lines import read_lines
from advisor.settings import PROJECT, load_settings
from knowledge_base.arrays import Vectors
from knowledge_base.catalog_query import CatalogQuery, Findings
from knowledge_base.editions.shelf import Shelf
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.importing import Contents, read_source

TRAPS = ("no_match", "expired")


@dataclass(frozen=True, slots=True)
class _Case:
    position: int
    question: str
    day: date
    expected: frozenset[str]
    trap: str | None


class _NoVectors:
    """Stands in for the encoder: a typed question is answered without one."""

    name = "none"
    dimension = 1

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One number for each text."""
        return np.ones((len(texts), 1), np.float32)


def catalog(
    programs: Annotated[Path, typer.Option(help="Programs in a format that `import` reads.")],
    questions: Annotated[
        Path, typer.Option(help="JSON lines: `question`, `expected` (ids), `day`, `trap`.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help="Mapping file; without it one that fits is looked for."),
    ] = None,
    dump: Annotated[
        Path | None, typer.Option(help="Write what was found here, as JSON lines.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare the programs found for each question with those that are right, traps apart.

    A question is exact when just the expected programs are found, no more and no fewer.
    """
    cases = list(read_cases(questions))
    with step("building an edition"):
        summary, results = asyncio.run(_measured(programs, mapping, cases))
    if dump:
        lines = (json.dumps(result, ensure_ascii=False) + "\n" for result in results)
        dump.write_text("".join(lines), encoding="utf-8")
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name}: {value}", markup=False)


async def _measured(
    programs: Path, mapping: Path | None, cases: Sequence[_Case]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    limit = load_settings().knowledge_base.source_limit_megabytes * 1_000_000
    contents = await asyncio.to_thread(read_programs, programs, mapping, limit)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        shelf = Shelf(Path(folder) / "editions")
        await asyncio.to_thread(shelf.publish, contents.entries, _NoVectors(), lambda *_: None)
        edition = shelf.open()
        query = CatalogQuery(edition)
        await asyncio.to_thread(query.find, "online", date.today())  # Reads the vocabulary.
        built = time.perf_counter() - started
        results = [await asyncio.to_thread(_result, case, query) for case in cases]
        edition.close()
    count = sum(entry.program is not None for entry in contents.entries)
    built_from = {"programs": count, "skipped": len(contents.skipped)}
    return {**summarise(results), **built_from, "build_seconds": round(built, 2)}, results


def read_programs(path: Path, mapping: Path | None, limit_bytes: int) -> Contents:
    """The programs in a file. Raises SourceError and its kinds.

    Without a mapping, the one beside the file with its name is taken, or else the mapping that
    comes with the assistant by which most programs can be read.
    """
    if mapping is not None or path.with_suffix(".toml").is_file():
        return read_source(path, None, mapping, limit_bytes)
    candidates = [None, *sorted((PROJECT / "knowledge_base" / "mappings").glob("*.toml"))]
    best: Contents | None = None
    first: SourceError | None = None
    for candidate in candidates:
        try:
            found = read_source(path, None, candidate, limit_bytes)
        except SourceError as error:
            first = first or error
            continue
        if best is None or _programs(found) > _programs(best):
            best = found
    if best is not None and _programs(best):
        return best
    raise first or MappingError(f"{path}: holds no program; say with --map which column is what")


def _programs(contents: Contents) -> int:
    return sum(entry.program is not None for entry in contents.entries)


def read_cases(path: Path) -> Iterator[_Case]:
    """Questions of a JSON-lines file. Raises SettingsError with the line that is wrong."""
    shape = (
        '{"question": "…", "expected": ["id"], "day": "2027-01-31", '
        f'"trap": "{TRAPS[0]}"}}; day and trap may be left out'
    )
    return read_lines(path, _case, shape)


def _case(position: int, line: dict[str, Any]) -> _Case:
    question, expected, trap = line["question"], line["expected"], line.get("trap")
    if not isinstance(question, str) or not isinstance(expected, list):
        raise TypeError("question is not a text, or expected is not a list")
    day = date.fromisoformat(line["day"]) if line.get("day") else date.today()
    return _Case(position, question, day, frozenset(map(str, expected)), trap)


def _result(case: _Case, query: CatalogQuery) -> dict[str, Any]:
    started = time.perf_counter()
    found: Findings = query.find(case.question, case.day)
    elapsed = (time.perf_counter() - started) * 1000
    ids = [match.id for match in found.matches]
    return {
        "position": case.position,
        "question": case.question,
        "trap": case.trap,
        "exact": set(ids) == case.expected,
        "ids": ids,
        "expected": sorted(case.expected),
        "unknown": [match.id for match in found.unknown],
        "conditions": list(found.conditions),
        "order": found.order,
        "not_understood": list(found.not_understood),
        "milliseconds": round(elapsed, 3),
    }


def summarise(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts and rates over all questions, plain ones and traps by kind; latency in ms."""
    kinds = dict.fromkeys([*TRAPS, *(r["trap"] for r in results if r["trap"])])
    times = [result["milliseconds"] for result in results]
    p50, p95 = (round(float(np.percentile(times or [0.0], q)), 2) for q in (50, 95))
    return {
        **_counted(results),
        "plain": _counted([r for r in results if r["trap"] is None]),
        **{f"trap_{kind}": _counted([r for r in results if r["trap"] == kind]) for kind in kinds},
        "with_words_not_understood": sum(bool(r["not_understood"]) for r in results),
        "latency_p50_ms": p50,
        "latency_p95_ms": p95,
    }


def _counted(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    exact = sum(result["exact"] for result in results)
    rate = round(exact / len(results), 4) if results else None
    return {"questions": len(results), "exact": exact, "exact_rate": rate}
