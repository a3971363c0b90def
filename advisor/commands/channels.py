"""`advisor channels`: which channels are on, what each lacks, its webhook, and whether it works."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.markup import escape

from advisor.console import out
from advisor.errors import SettingsError
from advisor.settings import Settings, load_settings
from advisor.trying import Sample, sample_of, tried
from channels.delivery.channel import Carrier
from channels.discovery import (
    ChannelMisconfigured,
    channel_classes,
    read_section,
    settings_class,
    webhook_address,
)
from channels.voice.calls import CHANNEL as VOICE
from channels.voice.settings import VoiceSettings

channels = typer.Typer(help="List the channels, or try one of a running gateway.")


def add_to(app: typer.Typer) -> None:
    """Add `channels list` and `channels test`."""
    app.add_typer(channels, name="channels")


@channels.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_channels()


@channels.command("list")
def list_channels() -> None:
    """List the channels: on, or what the section of each must hold.

    The address is what you paste at the provider; it needs `gateway.public_url` to be reachable.
    """
    settings = load_settings()
    models = _models()
    for name in sorted(models):
        out.print(f"[bold]{name:10}[/] {escape(_state(settings, name))}", soft_wrap=True)
        out.print(f"{'':10} {_address(settings, name)}", soft_wrap=True)
    unknown = sorted(set(settings.channels) - set(models))
    if unknown:
        raise SettingsError(
            f"[channels.{unknown[0]}]: no such channel; there are {', '.join(sorted(models))}"
        )


@channels.command("test")
def test_channel(
    name: Annotated[str, typer.Argument(help="A channel that is on, such as telegram.")],
    text: Annotated[str, typer.Option(help="What the sample says.")] = "What can I ask?",
    at: Annotated[
        str, typer.Option(help="Where the gateway listens; this machine when not given.")
    ] = "",
) -> None:
    """Send a signed sample through a running gateway, and say how far it came.

    The sample goes the whole way: it is verified, recorded, answered and rendered. Nothing is sent:
    it comes from an address that no provider knows. Its conversation stays in the transcript.
    """
    settings = load_settings()
    where = at.rstrip("/") or f"http://{settings.gateway.host}:{settings.gateway.port}"
    if not asyncio.run(_try(settings, sample_of(settings, name, text), where)):
        raise typer.Exit(1)


async def _try(settings: Settings, sample: Sample, at: str) -> bool:
    """Whether every step went well; prints each as it ends."""
    good = True
    async for step in tried(settings, sample, at):
        mark = "[green]✓[/]" if step.good else "[red]✗[/]"
        out.print(f"{mark} {step.name}: {escape(step.detail)}", soft_wrap=True)
        good = good and step.good
    return good


def _models() -> dict[str, type[BaseModel]]:
    """The settings of every channel, calls among them, by name."""
    messaging = {name: settings_class(cls) for name, cls in channel_classes().items()}
    return {**messaging, VOICE: VoiceSettings}


def _address(settings: Settings, name: str) -> str:
    found = channel_classes().get(name)
    if found is not None and issubclass(found, Carrier):
        return "no webhook: it fetches and sends by itself"
    return webhook_address(name, settings.gateway.url)


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
