"""`advisor channels`: which messaging channels are on, what each lacks, and its webhook."""

from __future__ import annotations

import typer
from rich.markup import escape

from advisor.console import out
from advisor.errors import SettingsError
from advisor.settings import Settings, load_settings
from channels.discovery import (
    ChannelMisconfigured,
    channel_classes,
    open_channels,
    settings_class,
    webhook_address,
)


def add_to(app: typer.Typer) -> None:
    """Add `channels`."""
    app.command()(channels)


def channels() -> None:
    """List the messaging channels: on, or what the section of each must hold.

    The address is what you paste at the provider; it needs `gateway.public_url` to be reachable.
    """
    settings = load_settings()
    classes = channel_classes()
    for name in sorted(classes):
        out.print(f"[bold]{name:10}[/] {escape(_state(settings, name))}", soft_wrap=True)
        out.print(f"{'':10} {webhook_address(name, settings.gateway.url)}", soft_wrap=True)
    unknown = sorted(set(settings.channels) - set(classes))
    if unknown:
        raise SettingsError(
            f"[channels.{unknown[0]}]: no such channel; there are {', '.join(sorted(classes))}"
        )


def _state(settings: Settings, name: str) -> str:
    if name not in settings.channels:
        fields = settings_class(channel_classes()[name]).model_fields
        needed = [key for key, field in fields.items() if field.is_required()]
        return f"off; [channels.{name}] needs {', '.join(needed)}"
    try:
        open_channels({name: settings.channels[name]}, settings.gateway.url)
    except ChannelMisconfigured as error:
        return str(error)
    return "on"
