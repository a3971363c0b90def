"""The whole assistant, started at most once for all tests that need it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from running_bot import PYTHON
from whole_assistant import WholeAssistant


@pytest.fixture(scope="session")
def started_assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeAssistant]:
    """`advisor serve` with the sample institution; skips without the bot, except in CI."""
    if not PYTHON.is_file():
        reason = "bot/.venv is missing; make it from bot/requirements.txt with Python 3.10"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    assistant = WholeAssistant(tmp_path_factory.mktemp("whole"))
    assistant.prepare()
    try:
        assistant.start()
        yield assistant
    finally:
        assistant.stop()


@pytest.fixture
def whole(started_assistant: WholeAssistant) -> WholeAssistant:
    """The same one, running, even if the test before stopped it."""
    started_assistant.start()
    return started_assistant
