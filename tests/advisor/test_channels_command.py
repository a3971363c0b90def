"""`advisor channels` says what each channel lacks, and where its provider has to knock."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.command import app


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """For each channel its state and its address, with one that is on and one that lacks a key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "advisor.toml").write_text(
        '[gateway]\npublic_url = "https://advisor.example.edu"\n'
        '[channels.telegram]\ntoken = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"\n'
        f'secret = "{"a" * 16}"\n'
        '[channels.chatwoot]\nurl = "https://chat.example.edu"\n'
        f'access_token = "{"b" * 16}"\n'
    )
    ran = CliRunner().invoke(app, ["channels"])
    assert ran.exit_code == 0, ran.output
    lines = ran.output.splitlines()
    heads = [line.partition(" ") for line in lines[::2]]
    return {
        name: (state.strip(), address.strip())
        for (name, _, state), address in zip(heads, lines[1::2], strict=True)
    }


def test_what_is_on_has_the_address_to_paste(listed: dict[str, tuple[str, str]]) -> None:
    """Under the public address."""
    assert listed["telegram"] == ("on", "https://advisor.example.edu/channels/telegram")


def test_what_is_missing_is_named(listed: dict[str, tuple[str, str]]) -> None:
    """Also where one of two keys is needed."""
    assert "app_id, app_secret" in listed["teams"][0]
    assert "one of secret and token is needed" in listed["chatwoot"][0]


def test_a_mailbox_has_no_webhook(listed: dict[str, tuple[str, str]]) -> None:
    """Nobody looks for an address that takes nothing."""
    state, address = listed["email"]
    assert state.startswith("off; [channels.email] needs address, username, imap_host")
    assert address == "no webhook: it fetches and sends by itself"
