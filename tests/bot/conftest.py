"""One trained model and one running Rasa for all tests of the dialogue."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from libraries import OrderedLibrary, sample_library
from running_bot import PYTHON, RunningActions, RunningBot, trained_model
from understanding_report import KEPT, RENEW

from knowledge_base.library import KnowledgeBase


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when these tests are named on the command line."""
    parser.addoption(RENEW, action="store_true", help=f"write bot/tests/{KEPT.name} anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need the bot's environment; the action server says the SDK is newer than Rasa."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.bot)
            item.add_marker(pytest.mark.filterwarnings("ignore:Your versions of rasa and"))


@pytest.fixture(scope="session")
def bot_environment() -> Path:
    """The Python of the bot's environment; skips without it, except in CI."""
    if PYTHON.is_file():
        return PYTHON
    reason = "bot/.venv is missing; make it from bot/requirements.txt with Python 3.10"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def model(bot_environment: Path) -> Path:
    """The trained model."""
    return trained_model()


@pytest.fixture(scope="session")
def sample() -> KnowledgeBase:
    """The real knowledge base on the sample institution."""
    return sample_library()


@pytest.fixture(scope="session")
def ordered_actions() -> Iterator[RunningActions]:
    """A real action server whose library does what the question orders."""
    running = RunningActions(OrderedLibrary())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def bot(
    model: Path, ordered_actions: RunningActions, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    """Real Rasa before the library that does as it is told."""
    running = RunningBot(model, tmp_path_factory.mktemp("bot"), ordered_actions.url)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def assistant(
    model: Path, sample: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    """Real Rasa before the real knowledge base."""
    actions = RunningActions(sample, deadline=30)
    actions.start()
    running = RunningBot(model, tmp_path_factory.mktemp("assistant"), actions.url)
    running.start()
    yield running
    running.stop()
    actions.stop()


@pytest.fixture
def library(ordered_actions: RunningActions) -> OrderedLibrary:
    """The library on orders, with an empty memory."""
    assert isinstance(ordered_actions.library, OrderedLibrary)
    ordered_actions.library.asked.clear()
    return ordered_actions.library
