"""`advisor channels`: which messaging channels are on, what each lacks, and its webhook."""

from __future__ import annotations

import typer
from pydantic import BaseModel
from rich.markup import escape

from advisor.console import out
from advisor.errors import SettingsError
from advisor.settings import Settings, load_settings
from channels.discovery import (
    ChannelMisconfigured,
    channel_classes,
    read_section,
    settings_class,
    webhook_address,
)
from channels.voice.calls import CHANNEL as VOICE
from channels.voice.settings import VoiceSettings


def add_to(app: typer.Typer) -> None:
    """Add `channels`."""
    app.command()(channels)


def channels() -> None:
    """List the messaging channels: on, or what the section of each must hold.

    The address is what you paste at the provider; it needs `gateway.public_url` to be reachable.
    """
    settings = load_settings()
    models = _models()
    for name in sorted(models):
        out.print(f"[bold]{name:10}[/] {escape(_state(settings, name))}", soft_wrap=True)
        out.print(f"{'':10} {webhook_address(name, settings.gateway.url)}", soft_wrap=True)
    unknown = sorted(set(settings.channels) - set(models))
    if unknown:
        raise SettingsError(
            f"[channels.{unknown[0]}]: no such channel; there are {', '.join(sorted(models))}"
        )


def _models() -> dict[str, type[BaseModel]]:
    """The settings of every channel, calls among them, by name."""
    messaging = {name: settings_class(cls) for name, cls in channel_classes().items()}
    return {**messaging, VOICE: VoiceSettings}


def _state(settings: Settings, name: str) -> str:
    model = _models()[name]
    if name not in settings.channels:
        needed = [key for key, field in model.model_fields.items() if field.is_required()]
        return f"off; [channels.{name}] needs {', '.join(needed)}"
    try:
        read_section(name, model, settings.channels[name])
    except ChannelMisconfigured as error:
        return str(error)
    return "on"
