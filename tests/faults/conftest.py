"""A deployment that may be killed, and what is asserted of each."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from deploying import Deploy

import actions
from benchmarks.traffic.deployment import Deployment
from benchmarks.traffic.processes import preload

SEED = int(os.environ.get("ADVISOR_FAULTS_SEED", "1"))
preload(
    "pytest",
    "advisor.library",
    "onnxruntime",
    *(f"actions.{each.name}" for each in pkgutil.iter_modules(actions.__path__)),
)
# A forked process would otherwise import pytest itself, when it looks for its main program, and an
# action server all that it serves, which takes longer than what it loads.


@pytest.fixture
def random() -> Random:
    """What the moments of a run are drawn from."""
    return Random(SEED)


@pytest.fixture
async def deploy(tmp_path: Path) -> AsyncIterator[Deploy]:
    """`await deploy(slowest_bot=0.1)`: a running deployment, ended with the test."""
    made: list[Deployment] = []

    async def make(**options: Any) -> Deployment:
        made.append(Deployment(tmp_path, seed=SEED, **options))
        await made[-1].start()
        return made[-1]

    yield make
    for one in made:
        await one.stop()
