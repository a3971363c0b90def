"""Channels are found by folder, and none is without its contract."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from contract import ChannelContract

from channels.discovery import (
    ChannelMisconfigured,
    channel_classes,
    open_channels,
    settings_class,
)

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(channel_classes()))
def test_every_channel_has_a_contract(name: str) -> None:
    """`tests/channels/messaging/test_NAME.py` holds a class that inherits it."""
    assert (HERE / f"test_{name}.py").is_file()
    module = importlib.import_module(f"test_{name}")
    contracts = [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, ChannelContract) and cls is not ChannelContract
    ]
    assert [cls.name for cls in contracts] == [name]


@pytest.mark.parametrize("name", sorted(channel_classes()))
def test_every_setting_is_explained(name: str) -> None:
    """An operator reads what each key is."""
    fields = settings_class(channel_classes()[name]).model_fields
    assert [key for key, field in fields.items() if not field.description] == []


def test_a_channel_that_does_not_exist_is_said() -> None:
    """With those that do."""
    with pytest.raises(ChannelMisconfigured, match="messenger, rest, slack, teams"):
        open_channels({"telegramm": {}}, "")


def test_a_missing_key_is_named() -> None:
    """Where it belongs."""
    with pytest.raises(ChannelMisconfigured, match=r"\[channels.telegram\] token: Field required"):
        open_channels({"telegram": {}}, "")
