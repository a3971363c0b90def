"""Puts the parts of calls together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels.apology import Apologist
from channels.delivery.channel import Channel
from channels.hub import Hub
from channels.metrics import Metrics
from channels.opting import OptOuts
from channels.outbox import Outbox
from channels.reception import Reception
from channels.settings import GatewaySettings, InstitutionSettings
from channels.transcript import Transcript
from channels.voice.answers import Answers
from channels.voice.asking import Asking
from channels.voice.calls import CHANNEL, Calls
from channels.voice.door import VoiceDoor
from channels.voice.script import Script
from channels.voice.settings import VoiceSettings
from channels.voice.texting import SENDER, Texting
from channels.voice.told import Replies


def voice_door(
    settings: VoiceSettings,
    gateway: GatewaySettings,
    institution: InstitutionSettings,
    *,
    apologist: Apologist,
    reception: Reception,
    transcript: Transcript,
    hub: Hub,
    metrics: Metrics,
    messaging: Mapping[str, Channel],
    outbox: Outbox,
    opt_outs: OptOuts,
    knock: Callable[[], None],
) -> VoiceDoor:
    """The door of calls; ``knock`` wakes whoever sends what was put in the outbox."""
    asking = Asking(settings, f"{gateway.url}/channels/{CHANNEL}")
    calls = Calls(
        script=Script(institution, asking),
        answers=Answers(settings, institution, apologist, asking),
        replies=Replies(transcript, hub),
        texting=Texting(messaging.get(SENDER), outbox, opt_outs, knock),
        reception=reception,
        transcript=transcript,
        deadline=gateway.turn_deadline,
    )
    return VoiceDoor(settings, calls, metrics, gateway.url)
