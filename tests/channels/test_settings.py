"""Settings say what they mean, and which value is wrong."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from channels.settings import GatewaySettings, InstitutionSettings
from channels.web.settings import WidgetSettings


def test_loopback_counts_under_each_spelling() -> None:
    """A newcomer may type localhost or 127.0.0.1; other ports and schemes stay out."""
    origins = GatewaySettings(port=8099).origins
    assert {"http://127.0.0.1:8099", "http://localhost:8099"} <= origins
    assert "http://127.0.0.1:8080" not in origins
    assert "https://localhost:8099" not in origins


def test_origins_have_the_form_that_browsers_send() -> None:
    """Paths, slashes, capitals and default ports in the settings do not matter."""
    settings = GatewaySettings(
        public_url="https://Advisor.example/",
        allowed_origins=("https://www.example.edu:443/programs", "http://intranet:8000"),
    )
    assert settings.origins == {
        "https://advisor.example",
        "https://www.example.edu",
        "http://intranet:8000",
    }


@pytest.mark.parametrize("field", ["public_url", "allowed_origins"])
def test_a_wrong_address_is_named(field: str) -> None:
    """The message names the field, the value and a good example."""
    value = ("advisor.example",) if field == "allowed_origins" else "advisor.example"
    with pytest.raises(ValidationError, match=f"{field}: 'advisor.example' is not a web address"):
        GatewaySettings(**{field: value})


def test_an_unknown_setting_is_refused() -> None:
    """A misspelt name does not pass silently."""
    with pytest.raises(ValidationError, match="mesage_limit"):
        GatewaySettings(**{"mesage_limit": 5})


@pytest.mark.parametrize("model", [GatewaySettings, InstitutionSettings])
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    """The page of settings is made from these descriptions."""
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_the_sample_institution_says_that_it_is_fictional() -> None:
    """Nobody may take the sample for a real college."""
    sample = InstitutionSettings()
    assert "fictional" in sample.name
    assert "fictional" in sample.notice


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "#1234567", "#123456;--x:1"])
def test_a_colour_has_one_form(colour: str) -> None:
    """Nothing else gets into a page's style."""
    with pytest.raises(ValidationError, match="accent"):
        WidgetSettings(accent=colour)


def test_a_text_that_the_chat_does_not_have_is_named() -> None:
    """With the language, and the key that was likely meant."""
    with pytest.raises(ValidationError, match=r"texts\.es: .* no text 'welcom'; .* 'welcome'"):
        WidgetSettings(texts={"es": {"welcom": "Hola"}})


def test_a_page_gets_only_what_was_set() -> None:
    """By the names that its own tag uses, so that a tag can go before it."""
    settings = WidgetSettings(accent_dark="#ffffff", microphone=False, starters=("Where?",))
    wire = {"accentDark": "#ffffff", "microphone": False, "starters": ["Where?"]}
    assert settings.to_wire() == wire
    assert WidgetSettings().to_wire() == {}
