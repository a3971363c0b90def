"""How the held-back messages were understood last, so that a change that costs is seen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from running_bot import BOT

KEPT = BOT / "tests" / "report.json"
RENEW = "--renew-report"
ACCURACY_MAY_FALL = 0.01
"""Training gives the same weights everywhere, but vectors differ in their last digits between
processors; that, and an example more or less, moves some of the 700 messages."""
F1_MAY_FALL = 0.12
"""An intent has 12 to 30 messages: two that are read otherwise."""

Report = dict[str, Any]


def report(pairs: Iterable[tuple[str, str]]) -> Report:
    """Accuracy, and precision, recall and F1 of each intent, over (true, read) intents."""
    counted = Counter(pairs)
    intents = sorted({true for true, _ in counted})
    right = sum(counted[name, name] for name in intents)
    return {
        "messages": counted.total(),
        "accuracy": round(right / counted.total(), 4),
        "intents": {name: _scores(name, counted) for name in intents},
    }


def falls(last: Report, now: Report) -> list[str]:
    """What is worse than it was by more than it may be, in words; or what cannot be compared."""
    if _messages(last) != _messages(now):
        return [f"the messages are others than those of {KEPT.name}; renew it with {RENEW}"]
    worse = []
    if now["accuracy"] < last["accuracy"] - ACCURACY_MAY_FALL:
        worse.append(f"accuracy {now['accuracy']}, was {last['accuracy']}")
    for name, before in last["intents"].items():
        f1 = now["intents"][name]["f1"]
        if f1 < before["f1"] - F1_MAY_FALL:
            worse.append(f"{name}: F1 {f1}, was {before['f1']}")
    return worse


def read() -> Report:
    """The last report."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def write(now: Report) -> None:
    """Keeps a report as the last."""
    KEPT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")


def _scores(name: str, counted: Counter[tuple[str, str]]) -> dict[str, float | int]:
    right = counted[name, name]
    messages = sum(count for (true, _), count in counted.items() if true == name)
    read_as = sum(count for (_, read), count in counted.items() if read == name)
    return {
        "messages": messages,
        "precision": round(right / read_as, 4) if read_as else 0.0,
        "recall": round(right / messages, 4),
        "f1": round(2 * right / (messages + read_as), 4),
    }


def _messages(of: Report) -> dict[str, int]:
    return {name: scores["messages"] for name, scores in of["intents"].items()}
