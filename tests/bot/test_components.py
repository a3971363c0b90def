"""The bot's own tests, in the bot's own environment; and its training, judged by its figures."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from running_bot import BOT, LANGUAGES, PYTHON, QUIET, run_rasa, train


@pytest.mark.usefixtures("bot_environment")
def test_the_components_pass_their_tests() -> None:
    """`bot/tests` runs where Rasa is installed: patches, stores, the model of understanding."""
    ended = subprocess.run(
        [PYTHON, "-m", "unittest", "discover", "-t", ".", "-s", "tests"],
        cwd=BOT,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    assert "Ran 0 tests" not in ended.stderr


@pytest.mark.usefixtures("bot_environment")
def test_the_training_data_is_valid() -> None:
    """`rasa data validate` finds nothing to warn of, and no stories or rules that conflict.

    Rules that contradict each other are refused in training, which all these tests begin with.
    """
    ended = run_rasa(
        *("data", "validate", "--fail-on-warnings"),
        *("--config", "config.yml", "--domain", "domain"),
        *("--data", "data", *(str(folder) for folder in LANGUAGES)),
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "No story structure conflicts found" in ended.stdout + ended.stderr


def weights(model: Path) -> str:
    """A hash of the trained classifier's file inside a model's archive."""
    with tarfile.open(model) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("linear_model.npz")]
        member = archive.extractfile(name)
        assert member is not None
        return hashlib.sha256(member.read()).hexdigest()


def test_training_again_gives_the_same_model(model: Path, tmp_path: Path) -> None:
    """Same files, same weights, bit for bit."""
    assert weights(train(tmp_path, "again")) == weights(model)
