"""`advisor measure understanding`: the shipped pipeline, trained on one part of a set of messages
and judged by the other."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from advisor.console import out, print_json, step
from advisor.errors import SettingsError, SetupError
from advisor.measuring.lines import read_lines
from advisor.measuring.retrieval import area_under_roc, calibration_error
from advisor.settings import Settings, load_settings
from advisor.training import bot_environment, bot_python

OUT_OF_SCOPE = "oos"
SHAPE = '{"text": "…", "intent": "…", "split": "train" or "test"}'
_LOSSES = (0.03, 0.05, 0.1)
"""Shares of in-scope messages that are given up; recall of what lies outside is stated at each."""


def understanding(
    data: Annotated[Path, typer.Option(help="JSON lines: text, intent, split (train, test).")],
    dump: Annotated[Path | None, typer.Option(help="Write one JSON line for each message.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure understanding: train the shipped pipeline on the train lines, judge the test lines.

    The intent `oos` lies outside; it may, but need not, have train lines.
    """
    _check(data)
    with step("training the pipeline and asking it"):
        results, training = run_pipeline(load_settings(), data)
    if dump:
        with dump.open("w", encoding="utf-8") as file:
            for position, result in enumerate(results):
                file.write(json.dumps(_line(position, result), ensure_ascii=False) + "\n")
    summary = {**summarise(results), "training_seconds": training.seconds}
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            out.print(f"{name:28} {value}")


def summarise(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Figures over test messages; confidence is that of the best reading that lies inside.

    Accuracy is over messages that lie inside, `accuracy_overall` over all with `oos` as one more
    intent. Out-of-scope recall at a loss is the share of outside messages below the confidence
    that this share of inside messages falls short of. Calibration error holds the confidence of
    the first reading against whether it is right.
    """
    inside = np.array([r["intent"] != OUT_OF_SCOPE for r in results], bool)
    first = [r["ranking"][0] if r["ranking"] else ["", 0.0] for r in results]
    right = np.array([f[0] == r["intent"] for f, r in zip(first, results, strict=True)], bool)
    stated = np.array([f[1] for f in first], float)
    level = np.array([_inside_confidence(r) for r in results], float)
    milliseconds = sorted(r["milliseconds"] for r in results)
    return {
        "messages": len(results),
        "inside": int(inside.sum()),
        "accuracy": _mean([_best_inside(r) == r["intent"] for r in results if _is_inside(r)]),
        "accuracy_overall": _mean(right.tolist()),
        "out_of_scope_recall": _mean([_declined(r) for r in results if not _is_inside(r)]),
        "inside_declined": _mean([_declined(r) for r in results if _is_inside(r)]),
        **{
            f"out_of_scope_recall_at_{loss:.0%}": _recall_at(level, inside, loss)
            for loss in _LOSSES
        },
        "out_of_scope_auroc": area_under_roc(level, inside),
        "expected_calibration_error": calibration_error(stated, right),
        "milliseconds_p50": round(statistics.median(milliseconds), 2) if milliseconds else None,
        "milliseconds_p95": milliseconds[int(len(milliseconds) * 0.95)] if milliseconds else None,
    }


def _is_inside(result: dict[str, Any]) -> bool:
    return bool(result["intent"] != OUT_OF_SCOPE)


def _best_inside(result: dict[str, Any]) -> str:
    return next((name for name, _ in result["ranking"] if name != OUT_OF_SCOPE), "")


def _inside_confidence(result: dict[str, Any]) -> float:
    return max((level for name, level in result["ranking"] if name != OUT_OF_SCOPE), default=0.0)


def _declined(result: dict[str, Any]) -> bool:
    """Whether the pipeline itself took the message for one that lies outside, or not understood."""
    return result["chosen"] in {OUT_OF_SCOPE, "nlu_fallback"}


def _recall_at(
    level: np.ndarray[Any, Any], inside: np.ndarray[Any, Any], loss: float
) -> float | None:
    if inside.all() or not inside.any():
        return None
    threshold = np.quantile(level[inside], loss)
    return round(float((level[~inside] < threshold).mean()), 4)


def _mean(values: Sequence[bool]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None


def _line(position: int, result: dict[str, Any]) -> dict[str, Any]:
    name, confidence = result["ranking"][0] if result["ranking"] else ("", 0.0)
    return {
        "position": position,
        "text": result["text"],
        "intent": result["intent"],
        "understood": name,
        "confidence": confidence,
        "declined": _declined(result),
        "milliseconds": result["milliseconds"],
    }


def _check(data: Path) -> None:
    """Raises SettingsError with the line that is wrong, or when a part is missing."""
    splits = set(read_lines(data, lambda _, wire: _split(wire), SHAPE))
    if missing := {"train", "test"} - splits:
        raise SettingsError(f"{data}: no line has split {' or '.join(sorted(missing))}")


def _split(wire: Any) -> str:
    if not all(isinstance(wire[key], str) and wire[key] for key in ("text", "intent", "split")):
        raise ValueError("a value is empty or no text")
    return str(wire["split"])


@dataclass(frozen=True, slots=True)
class Training:
    """What training took: seconds by the clock, and of processor time."""

    seconds: float
    processor_seconds: float


def run_pipeline(
    settings: Settings, data: Path, config: Path | None = None
) -> tuple[list[dict[str, Any]], Training]:
    """What a pipeline makes of each test line of a file, and what its training took.

    `config` is a Rasa configuration; without it the shipped one is run. Raises SetupError when the
    pipeline cannot be trained on the lines.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.jsonl"
        arguments = [data.resolve(), results, *([config.resolve()] if config else [])]
        run = subprocess.run(
            [str(bot_python(settings)), "measuring.py", *map(str, arguments)],
            cwd=settings.bot.folder,
            env=bot_environment({"RASA_MAX_CACHE_SIZE": "0"}),
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0 or not results.exists():
            last = "\n".join((run.stdout + run.stderr).splitlines()[-10:])
            raise SetupError(f"the pipeline could not be trained on {data}:\n{last}")
        header, *lines = map(json.loads, results.read_text(encoding="utf-8").splitlines())
    training = Training(header["training_seconds"], header["training_processor_seconds"])
    return lines, training
