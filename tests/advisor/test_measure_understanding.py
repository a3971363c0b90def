"""`advisor measure understanding` trains the shipped pipeline and counts what its help says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app
from advisor.measuring.understanding import run_pipeline, summarise
from advisor.settings import PROJECT, load_settings

TRAIN = {
    "cost": ["how much is it", "what does it cost", "price please", "what are the fees", "tuition"],
    "dates": ["when does it start", "what is the deadline", "start date", "which day", "next term"],
    "hello": ["hi", "hello there", "hey", "good morning", "good evening"],
}
TEST = [
    ("whats the price of the course", "cost"),
    ("hello", "hello"),
    ("when is the deadline", "dates"),
    ("how tall is the eiffel tower", "oos"),
]


def result(
    intent: str, ranking: list[list[object]], chosen: str | None = None
) -> dict[str, object]:
    return {
        "text": "any",
        "intent": intent,
        "chosen": chosen or ranking[0][0],
        "ranking": ranking,
        "milliseconds": 2.0,
    }


def test_the_figures() -> None:
    """Accuracy counts what lies inside; what lies outside is caught by a low confidence."""
    figures = summarise(
        [
            result("cost", [["cost", 0.9], ["oos", 0.1]]),
            result("cost", [["oos", 0.6], ["cost", 0.4]]),
            result("dates", [["cost", 0.7], ["dates", 0.3]]),
            result("oos", [["oos", 0.8], ["cost", 0.2]]),
            result("oos", [["dates", 0.3], ["oos", 0.2]], "nlu_fallback"),
        ]
    )
    assert (figures["messages"], figures["inside"]) == (5, 3)
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["accuracy_overall"] == pytest.approx(2 / 5)
    assert figures["out_of_scope_recall"] == 1.0
    assert figures["inside_declined"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["out_of_scope_auroc"] == 1.0
    assert figures["out_of_scope_recall_at_5%"] == 1.0


needs_the_bot = pytest.mark.skipif(
    not (PROJECT / "bot" / ".venv").exists() and not os.environ.get("CI"),
    reason="bot/.venv is missing",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A file of lines to learn and to judge by."""
    lines = [(text, name, "train") for name, texts in TRAIN.items() for text in texts]
    lines += [(text, name, "test") for text, name in TEST]
    keys = ("text", "intent", "split")
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps(dict(zip(keys, line, strict=True))) for line in lines))
    return path


@needs_the_bot
@pytest.mark.bot
def test_a_whole_measurement(data: Path, tmp_path: Path) -> None:
    """The pipeline learns the train lines, and every test line gets a line of the dump."""
    dump = tmp_path / "dump.jsonl"
    call = ["measure", "understanding", "--data", str(data), "--dump", str(dump), "--json"]
    ran = CliRunner().invoke(app, call)
    assert ran.exit_code == 0, ran.output
    summary = json.loads(ran.stdout)
    assert summary["messages"] == 4
    assert summary["accuracy"] == 1.0
    assert summary["training_seconds"] > 0
    dumped = [json.loads(line) for line in dump.read_text().splitlines()]
    assert [(d["text"], d["intent"]) for d in dumped] == TEST
    assert dumped[0]["understood"] == "cost"


@needs_the_bot
@pytest.mark.bot
def test_another_pipeline_on_the_same_lines(data: Path) -> None:
    """With components of its own beside its configuration; cosines come out as confidence."""
    config = PROJECT / "benchmarks" / "pipelines" / "nearest.yml"
    results, training = run_pipeline(load_settings(), data, config)
    assert [(r["text"], r["intent"]) for r in results] == TEST
    assert results[1]["ranking"][0][1] > results[3]["ranking"][0][1]
    assert training.processor_seconds > 0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('{"text": "a", "intent": "b"}', "line 1"),
        ('{"text": "a", "intent": "b", "split": "train"}', "split test"),
        ("nonsense", "line 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, lines: str, words: str) -> None:
    """A malformed line or a missing part is said in one line, before anything is trained."""
    data = tmp_path / "data.jsonl"
    data.write_text(lines)
    ran = CliRunner().invoke(app, ["measure", "understanding", "--data", str(data)])
    assert ran.exit_code == 1
    assert words in ran.output
    assert "Traceback" not in ran.output
