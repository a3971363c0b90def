"""Finds the messaging channels by folder, and opens those that the operator has set up."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from channels import messaging
from channels.delivery.channel import Channel

Model = TypeVar("Model", bound=BaseModel)


class ChannelMisconfigured(Exception):
    """A section `[channels.NAME]` does not fit; the message says which key and what it may be."""


def channel_names() -> tuple[str, ...]:
    """The files of `channels/messaging/`, each a channel."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(messaging.__path__)))


def channel_class(name: str) -> type[Any]:
    """The class of one of them. Raises TypeError when its file has no class of its name."""
    module = importlib.import_module(f"{messaging.__name__}.{name}")
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if cls.__module__ == module.__name__ and getattr(cls, "name", "") == name:
            return cls
    raise TypeError(f"{module.__name__} has no channel that is named {name}")


def channel_classes() -> dict[str, type[Any]]:
    """The class of every file, by name."""
    return {name: channel_class(name) for name in channel_names()}


def settings_class(channel: type[Any]) -> type[BaseModel]:
    """What a channel's constructor takes first."""
    settings = inspect.signature(channel, eval_str=True).parameters["settings"].annotation
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        raise TypeError(f"{channel.__name__} must take its settings, a pydantic model")
    return settings


def open_channels(sections: Mapping[str, Mapping[str, Any]], url: str) -> dict[str, Channel]:
    """The channels that have a section, by name; ``url`` is the gateway's public address.

    Raises ChannelMisconfigured.
    """
    names, opened = channel_names(), {}
    for name, section in sections.items():
        if name not in names:
            raise ChannelMisconfigured(
                f"[channels.{name}]: no such channel; there are {', '.join(names)}"
            )
        # Only those that are on: all of them take a gateway a second to import.
        cls = channel_class(name)
        opened[name] = cls(read_section(name, settings_class(cls), section), url)
    return opened


def read_section(name: str, model: type[Model], section: Mapping[str, Any]) -> Model:
    """The settings of `[channels.NAME]`. Raises ChannelMisconfigured."""
    try:
        return model.model_validate(dict(section))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "section"
        raise ChannelMisconfigured(f"[channels.{name}] {key}: {first['msg']}") from None


def webhook_address(name: str, url: str) -> str:
    """What an operator pastes at the provider."""
    return f"{url.rstrip('/')}/channels/{name}"
