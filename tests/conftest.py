"""What all tests share: the whole assistant, started at most once, and figures shown last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import Show, line
from running_bot import PYTHON
from whole_assistant import WholeAssistant

FIGURE = "figure"
"""Name of the property of a test's report that holds a line of `show`."""
HERE = Path(__file__).parent
TOGETHER = {"bot": HERE / "bot", "browser": HERE / "journeys"}
"""Folders whose tests share what is dear to start, so that one worker runs all of a folder."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something dear run in one worker; the longest of these groups begin first.

    Everything else is parted by file, since fixtures are shared within files.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    longest = list(TOGETHER)
    items.sort(
        key=lambda item: (
            longest.index(group) if (group := _group(item)) in longest else len(longest)
        )
    )


def _group(item: pytest.Item) -> str:
    if "started_assistant" in getattr(item, "fixturenames", ()):
        return "browser"
    for name, folder in TOGETHER.items():
        if folder in item.path.parents:
            return name
    return str(item.path.relative_to(HERE.parent))


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
