"""How messages are understood: the shipped pipeline beside Rasa's own and the plainest, one run.

Every pipeline learns the same lines and is asked the same messages. DIET takes long to train, so
lines are capped, and its epochs on the larger set; what learns in seconds is measured on all lines
too.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from advisor.measuring.understanding import OUT_OF_SCOPE, run_pipeline, summarise
from advisor.settings import PROJECT, Settings, load_settings

CLINC150 = PROJECT.parent / "shared/data/intents/clinc150/clinc150.jsonl"
"""CLINC150 (Larson et al., 2019), full set; its messages outside are only asked, never learned."""
PIPELINES = Path(__file__).parent / "pipelines"
SHIPPED = "shipped"
QUICK = (SHIPPED, "nearest")
"""What is measured on all lines too."""
_DIET_EPOCHS = re.compile(r"(?<=epochs: )\d+")
SEED = 7
_FIGURES = {
    "accuracy": "accuracy",
    "out_of_scope_recall_at_5%": "outside caught when 5 % inside are given up",
    "out_of_scope_auroc": "AUROC, outside",
    "expected_calibration_error": "calibration error",
    "milliseconds_p50": "ms a message",
}

Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class Set:
    """Lines to learn and to ask, and how long DIET may learn them."""

    lines: list[Line]
    learned: int
    """Train lines of each intent, where they are capped."""
    asked: int
    """Test lines of each intent, where they are capped; of messages outside fifty times as many."""
    epochs: int
    """`rasa init` trains 100."""

    @property
    def few(self) -> list[Line]:
        """The lines, capped."""
        return capped(self.lines, self.learned, self.asked)


async def measure() -> dict[str, Any]:
    """Figures of each pipeline on each set, lines capped and not."""
    settings = load_settings()
    sets = {"own": Set(_own(settings), learned=8, asked=1000, epochs=50)}
    found: dict[str, Any] = {}
    if CLINC150.is_file():
        sets["CLINC150"] = Set(_clinc150(), learned=5, asked=5, epochs=20)
    else:
        found["CLINC150"] = f"left out: {CLINC150.name} is not beside the project"
    for title, each in sets.items():
        found[f"{title}, all examples"] = {
            "lines": _counts(each.lines),
            **{quick: _measured(settings, quick, each.lines, each.epochs) for quick in QUICK},
        }
    for title, each in sets.items():
        pipelines = (SHIPPED, *sorted(path.stem for path in PIPELINES.glob("*.yml")))
        found[f"{title}, {each.learned} examples of each intent"] = {
            "lines": _counts(each.few),
            "epochs of DIET": each.epochs,
            **{name: _measured(settings, name, each.few, each.epochs) for name in pipelines},
        }
    return found


def capped(lines: Iterable[Line], learned: int, asked: int) -> list[Line]:
    """At most so many train and test lines of each intent, drawn alike in every run; of messages
    outside fifty times as many test lines."""
    shuffled = sorted(lines, key=lambda line: tuple(line.values()))
    random.Random(SEED).shuffle(shuffled)
    taken: dict[tuple[str, str], int] = {}
    kept = []
    for line in shuffled:
        kind = (line["intent"], line["split"])
        taken[kind] = taken.get(kind, 0) + 1
        limit = learned if line["split"] == "train" else asked
        if line["split"] == "test" and line["intent"] == OUT_OF_SCOPE:
            limit *= 50
        if taken[kind] <= limit:
            kept.append(line)
    return kept


def _measured(settings: Settings, name: str, lines: list[Line], epochs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data, pipelines = Path(folder) / "lines.jsonl", Path(folder) / "pipelines"
        data.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
        config = None
        if name != SHIPPED:
            shutil.copytree(PIPELINES, pipelines)  # its components stand beside it
            config = pipelines / f"{name}.yml"
            config.write_text(_DIET_EPOCHS.sub(str(epochs), config.read_text("utf-8")), "utf-8")
        results, training = run_pipeline(settings, data, config)
    figures = summarise(results)
    told = {told: figures[name] for name, told in _FIGURES.items()}
    told |= {"training s": training.seconds, "training s of processor": training.processor_seconds}
    print(name, told, file=sys.stderr)
    return told


def _counts(lines: list[Line]) -> dict[str, int]:
    return {
        "intents": len({line["intent"] for line in lines} - {OUT_OF_SCOPE}),
        "learned": sum(line["split"] == "train" for line in lines),
        "asked": sum(line["split"] == "test" for line in lines),
        "asked outside": sum(
            line["split"] == "test" and line["intent"] == OUT_OF_SCOPE for line in lines
        ),
    }


def _clinc150() -> list[Line]:
    splits = {"train": "train", "test": "test", "oos_test": "test"}
    lines = map(json.loads, CLINC150.read_text("utf-8").splitlines())
    return [line | {"split": splits[line["split"]]} for line in lines if line["split"] in splits]


def _own(settings: Settings) -> list[Line]:
    """The bot's examples to learn, the messages that were held back to ask."""
    bot = settings.bot.folder
    lines = []
    for path in sorted((bot / "data/nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            texts = [line[2:].strip() for line in entry["examples"].splitlines()]
            lines += [_line(text, entry["intent"], "train") for text in texts]
    held_back = yaml.safe_load((bot / "tests/understanding.yml").read_text("utf-8"))
    for intent, texts in held_back.items():
        lines += [_line(text, intent, "test") for text in texts]
    return lines


def _line(text: str, intent: str, split: str) -> Line:
    known = OUT_OF_SCOPE if intent == "out_of_scope" else intent
    return {"text": text, "intent": known, "split": split}
