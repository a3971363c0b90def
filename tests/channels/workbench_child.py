"""A workbench that needs no encoder: it says what it was asked. Run as a process."""

from __future__ import annotations

import json
import sys
from typing import Any


def answer(request: dict[str, Any]) -> Any:
    """What the real one would give the shape of."""
    match request["do"]:
        case "publish":
            return {"id": "e9"}
        case "ask":
            return [
                {"text": f"draft says: {question}", "citations": [{"title": "t", "quote": "q"}]}
                for question in request["questions"]
            ]
        case "check":
            return [
                {"id": each["id"], "problem": "is wrong" if each["question"] == "fails" else ""}
                for each in request["saved"]
            ]
        case "compare":
            return [
                {"id": each["id"], "before": None, "after": {"text": "new words"}}
                for each in request["asked"]
            ]
        case "cluster":
            return [list(range(len(request["texts"])))]
        case _:
            sys.exit(3)


for line in sys.stdin:
    for said in ({"progress": ["working", 1, 2]}, {"done": answer(json.loads(line))}):
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
