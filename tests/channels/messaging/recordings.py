"""Recorded traffic of providers, which may lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "webhooks"


def lines(name: str, **wanted: str) -> list[Any]:
    """The lines of a JSON-lines file that have these values; one that skips without the file."""
    path = FOLDER / name
    if not path.is_file():
        return [
            pytest.param({}, marks=pytest.mark.skip(reason=f"{name} is not beside the project"))
        ]
    every = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [one for one in every if all(one.get(key) == value for key, value in wanted.items())]


def cases(folder: str) -> list[Any]:
    """Every case of a folder's files as (file, case, body)."""
    path = FOLDER / folder
    if not path.is_dir():
        return [
            pytest.param(
                "", "", {}, marks=pytest.mark.skip(reason=f"{folder} is not beside the project")
            )
        ]
    return [
        (file.stem, case, body)
        for file in sorted(path.glob("*.json"))
        for case, body in json.loads(file.read_text(encoding="utf-8")).items()
    ]
