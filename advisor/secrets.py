"""Secrets that the assistant makes for itself at the first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from advisor.errors import SettingsError
from advisor.settings import Settings

_LEAST = 32


def bot_token(settings: Settings) -> str:
    """What the gateway shows the bot: the setting, or one made once and kept for its owner only.

    Raises SettingsError when the setting is shorter than 32 characters.
    """
    if settings.bot.token:
        if len(settings.bot.token) < _LEAST:
            raise SettingsError(f"bot.token: at least {_LEAST} characters are needed")
        return settings.bot.token
    return _kept(settings.state / "secrets" / "bot-token")


def _kept(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        made = secrets.token_urlsafe(32)
        file.write(made)
    return made
