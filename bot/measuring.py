"""Trains a pipeline on messages of any kind and judges it on others.

`python measuring.py DATA OUT [CONFIG]`, in the bot's environment: DATA holds JSON lines with
``text``, ``intent`` and ``split`` (``train`` or ``test``; others are left out). OUT gets one JSON
line with the seconds that training took, then one for each test message. CONFIG is `config.yml`
unless given; components may stand beside it.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Text

Line = Dict[Text, Any]

SHIPPED = Path(__file__).resolve().parent / "config.yml"


def main(data: Path, out: Path, config: Path = SHIPPED) -> None:
    """Reads, trains, asks, writes."""
    sys.path.append(str(config.resolve().parent))
    lines = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines() if line]
    with tempfile.TemporaryDirectory() as folder:
        started, worked = time.perf_counter(), time.process_time()
        model = train([line for line in lines if line["split"] == "train"], Path(folder), config)
        took = {
            "training_seconds": round(time.perf_counter() - started, 2),
            "training_processor_seconds": round(time.process_time() - worked, 2),
        }
        results = asyncio.run(ask(model, [line for line in lines if line["split"] == "test"]))
    with out.open("w", encoding="utf-8") as file:
        for line in [took, *results]:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def train(lines: List[Line], folder: Path, config: Path) -> Text:
    """The path of a model that the pipeline of ``config`` learned from the lines."""
    from rasa.model_training import train_nlu

    examples = [{"text": line["text"], "intent": line["intent"]} for line in lines]
    data = folder / "nlu.json"
    data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), "utf-8")
    model = train_nlu(str(config), str(data), str(folder), fixed_model_name="measured")
    if model is None:
        raise SystemExit("no model could be trained from these lines")
    return model


async def ask(model: Text, lines: List[Line]) -> List[Line]:
    """What the model makes of each message: ranking without the fallback, and milliseconds."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    results = []
    for line in lines:
        started = time.perf_counter()
        parsed = await agent.parse_message(line["text"])
        milliseconds = (time.perf_counter() - started) * 1000
        results.append(
            {
                "text": line["text"],
                "intent": line["intent"],
                "chosen": parsed["intent"]["name"],
                "ranking": list(_ranking(parsed)),
                "milliseconds": round(milliseconds, 3),
            }
        )
    return results


def _ranking(parsed: Line) -> Iterator[List[Any]]:
    for entry in parsed.get("intent_ranking") or []:
        if entry["name"] != "nlu_fallback":
            yield [entry["name"], round(float(entry["confidence"]), 6)]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
