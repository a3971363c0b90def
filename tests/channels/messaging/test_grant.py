"""Tokens are asked for as OAuth 2 has it, in time, and with a secret that nobody else reads."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from channels.delivery import loan
from channels.delivery.channel import Call, Told, Unprepared
from channels.delivery.grant import Grant, keeps_secrets

URL = "https://login.example.edu/token"


class Endpoint:
    """Answers with what it is told to."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self._answers = list(answers)
        self.forms: list[dict[str, str]] = []

    async def ask(self, call: Call) -> Told:
        assert call.url == URL
        self.forms.append(dict(parse_qsl(call.body.decode())))
        status, told = self._answers.pop(0)
        return Told(status, {}, json.dumps(told).encode())


def granted(token: str = "token-1", seconds: Any = 3600, **fields: str) -> tuple[int, Any]:
    return 200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer", **fields}


async def test_an_app_asks_in_its_own_name() -> None:
    """With its credentials and the scope; once while the token is fresh."""
    endpoint = Endpoint(granted())
    grant = Grant(URL, "app", "secret", "https://outlook.office365.com/.default")
    await grant.renew(endpoint.ask)
    await grant.renew(endpoint.ask)
    assert grant.token == "token-1"
    assert endpoint.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "secret",
            "scope": "https://outlook.office365.com/.default",
        }
    ]


async def test_an_app_asks_for_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the refresh token, and with the newer one where the provider gives it another."""
    monkeypatch.setattr(loan, "PAUSE_SECONDS", 0.0)
    endpoint = Endpoint(granted(seconds=1, refresh_token="newer"), granted("token-2"))
    grant = Grant(URL, "app", "secret", refresh_token="first")
    await grant.renew(endpoint.ask)
    await grant.renew(endpoint.ask)
    assert grant.token == "token-2"
    asked = {"grant_type": "refresh_token", "client_id": "app", "client_secret": "secret"}
    assert endpoint.forms == [
        asked | {"refresh_token": "first"},
        asked | {"refresh_token": "newer"},
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((400, {"error": "invalid_grant", "error_description": "expired"}), "invalid_grant"),
        ((503, "busy"), "status_503"),
        ((200, {"expires_in": 3600}), "no_token"),
        (granted(seconds="soon"), "no_token"),
    ],
)
async def test_without_a_token_the_provider_s_word_is_told(
    answer: tuple[int, Any], reason: str
) -> None:
    """In one word, for staff."""
    grant = Grant(URL, "app", "secret")
    with pytest.raises(Unprepared, match=f"^{reason}$"):
        await grant.renew(Endpoint(answer).ask)
    assert grant.token == ""


@pytest.mark.parametrize(
    ("url", "good"),
    [
        (URL, True),
        ("http://127.0.0.1:8080/token", True),
        ("http://localhost/token", True),
        ("http://login.example.edu/token", False),
        ("http://127.0.0.1.example.edu/token", False),
        ("https://[broken", False),
        ("ftp://login.example.edu", False),
    ],
)
def test_a_secret_is_sent_to_nobody_else(url: str, good: bool) -> None:
    """Over TLS, or within this machine."""
    assert keeps_secrets(url) is good
