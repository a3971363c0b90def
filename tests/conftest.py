"""What all tests share: the whole assistant, started at most once, and figures shown last."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from figures import Show, line
from running_bot import PYTHON
from whole_assistant import WholeAssistant
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

FIGURE = "figure"
"""Name of the property of a test's report that holds a line of `show`."""
TOGETHER = {
    "tests/bot/": "bot",
    "tests/journeys/": "browser",
    "tests/faults/test_actions.py": "browser",
}
"""Where tests share what is dear to start: one worker runs all of a group, the longest first."""


class ByWhatIsShared(LoadScopeScheduling):
    """Parts tests among processes by group, and else by file, since fixtures are shared there."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWhatIsShared:
    """How several processes part the tests."""
    return ByWhatIsShared(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups begin before everything else."""
    first = {group: place for place, group in enumerate(dict.fromkeys(TOGETHER.values()))}
    items.sort(key=lambda item: first.get(_group(item.nodeid), len(first)))


def _group(nodeid: str) -> str:
    named = (group for start, group in TOGETHER.items() if nodeid.startswith(start))
    return next(named, nodeid.split("::", 1)[0])


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
    properties = request.node.user_properties
    return lambda what, counted: properties.append((FIGURE, line(what, counted)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of `show`, which reports bring from whichever process ran the test."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, figures in report.user_properties if report.when == "call" else ():
            if name == FIGURE:
                terminalreporter.write_line(figures)
