"""Trains the dialogue model when no trained one fits the bot's files."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from advisor.errors import NoSpace, SetupError, TrainingFailed
from advisor.settings import Settings
from languages import speech

_PARTS = ("config.yml", "domain", "data", "components", "requirements.txt")
"""What a model depends on, within the bot's folder."""
_KEPT_MODELS = 3
_LAST_LINES = 15


def bot_python(settings: Settings) -> Path:
    """The bot's interpreter. Raises SetupError when its environment is not there."""
    python = settings.bot.folder / ".venv" / "bin" / "python"
    if not python.exists():
        raise SetupError(
            f"the bot's environment is missing ({python}); install Python 3.10 and run `make setup`"
        )
    return python


def examples(bot: Path) -> list[Path]:
    """Folders of the dialogue's data: the bot's own, and the examples of each other language."""
    return [bot / "data", *sorted(speech.FOLDER.glob("*/nlu"))]


def fingerprint(bot: Path) -> str:
    """SHA-256, shortened, over the files that shape a model."""
    digest = hashlib.sha256()
    for name, path in _files(bot):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Where the model that fits the bot's files is, or will be."""
    return settings.models / f"{fingerprint(settings.bot.folder)}.tar.gz"


def bot_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """What Rasa runs with: quiet, without telemetry, one thread a process."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore",
        "SANIC_HOST": "127.0.0.1",
        **(extra or {}),
    }


def train(settings: Settings) -> Path:
    """Train a model and keep it. Raises SetupError, NoSpace or TrainingFailed."""
    python = bot_python(settings)
    target = model_path(settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        out = str(Path(folder).resolve())
        # Rasa's cache does not see a change in a module that a component imports.
        options = ["--force", "--domain", "domain", "--out", out, "--fixed-model-name", "model"]
        data = [str(folder.resolve()) for folder in examples(settings.bot.folder)]
        run = subprocess.run(
            [str(python), "-m", "rasa", "train", *options, "--data", *data],
            cwd=settings.bot.folder,
            env=bot_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        made = Path(folder) / "model.tar.gz"
        if run.returncode != 0 or not made.exists():
            last = "\n".join((run.stdout + run.stderr).splitlines()[-_LAST_LINES:])
            if "No space left" in last:
                raise NoSpace(f"the disk is full: no room for a model in {target.parent}")
            raise TrainingFailed(f"Rasa could not train a model:\n{last}")
        made.replace(target)
    _forget_old(settings.models)
    return target


def _files(bot: Path) -> Iterator[tuple[str, Path]]:
    """Each file with its name below the folder that holds all of its kind."""
    parts = [(bot, bot / name) for name in _PARTS]
    parts += [(speech.FOLDER, folder) for folder in examples(bot)[1:]]
    for root, part in parts:
        paths = sorted(part.rglob("*")) if part.is_dir() else [part]
        for path in paths:
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(root)), path


def _forget_old(models: Path) -> None:
    newest = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[_KEPT_MODELS:]:
        path.unlink(missing_ok=True)
