"""What all tests share: the whole assistant, started at most once, and figures shown last."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from figures import Show, line
from running_bot import PYTHON
from whole_assistant import WholeAssistant

SHOWN = pytest.StashKey[list[str]]()


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


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Show:
    """Prints what a test has counted, once all tests have ended."""
    shown = request.config.stash.setdefault(SHOWN, [])
    return lambda what, counted: shown.append(line(what, counted))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of `show`."""
    for figures in terminalreporter.config.stash.get(SHOWN, []):
        terminalreporter.write_line(figures)
