"""Settings: where they come from, who wins, and how a mistake is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import SettingsError
from advisor.secrets import bot_token
from advisor.settings import load_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADVISOR_STATE", "ADVISOR_SETTINGS", "ADVISOR_GATEWAY__PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_file() -> None:
    """Without file and environment everything has a value."""
    settings = load_settings()
    assert settings.gateway.port == 8080
    assert settings.sources_url == "http://127.0.0.1:8080/sources"
    assert settings.database.endswith("/var/advisor.sqlite")
    assert "fictional" in settings.institution.name


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of advisor.toml holds until a variable says otherwise."""
    (tmp_path / "advisor.toml").write_text('[gateway]\nport = 9000\nhost = "127.0.0.2"\n')
    assert load_settings().gateway.port == 9000
    monkeypatch.setenv("ADVISOR_GATEWAY__PORT", "9001")
    settings = load_settings()
    assert (settings.gateway.port, settings.gateway.host) == (9001, "127.0.0.2")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[gateway]\nport = 'many'\n", "gateway.port"),
        ("[gateway]\nprot = 1\n", "gateway.prot"),
        ("gateway = [\n", "not valid TOML"),
        ("[knowledge_base]\nabstain_below = 2\n", "knowledge_base.abstain_below"),
    ],
)
def test_a_mistake_names_the_setting(tmp_path: Path, text: str, named: str) -> None:
    """The message names file and key, whatever is wrong with it."""
    (tmp_path / "advisor.toml").write_text(text)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_the_bot_token_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    """The secret is long, stays the same, is not readable by others and not in a repr."""
    settings = load_settings()
    token = bot_token(settings)
    assert len(token) >= 32
    assert bot_token(settings) == token
    assert (tmp_path / "var/secrets/bot-token").stat().st_mode & 0o077 == 0
    assert token not in repr(settings)


def test_a_short_bot_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that can be guessed is not accepted, and is not shown."""
    monkeypatch.setenv("ADVISOR_BOT__TOKEN", "short-secret")
    settings = load_settings()
    with pytest.raises(SettingsError, match="32 characters"):
        bot_token(settings)
    assert "short-secret" not in repr(settings)
