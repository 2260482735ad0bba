"""Whether recordings that nobody addressed to Parley are written down in a channel."""

from collections.abc import Iterable
from functools import partial

from bot.commands import Command, Option
from bot.events import Invocation
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.preferences import Preferences

ON = (
    "Transcription is **on** in this channel: voice notes and recordings that are posted here are "
    "written down, and charged to who posts them. `/transcription off` ends it."
)
OFF = (
    "Transcription is **off** in this channel: only what is posted to Parley is written down. "
    "`/transcription on` changes it."
)


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "transcription",
        "Whether recordings posted in this channel are written down",
        partial(_transcription, services.preferences),
        (Option("mode", "Switch it on or off", choices=("on", "off", "show")),),
        access="admin",
        tool=True,
        changes=lambda values: values.get("mode", "show") != "show",
    )


async def _transcription(preferences: Preferences, run: Run) -> Reply:
    event = run.event
    mode = str(event.values.get("mode", "show")) if isinstance(event, Invocation) else "show"
    scope = event.place.channel_key
    if mode != "show":
        await preferences.put(scope, "transcription", mode)
    now = (await preferences.of(scope)).get("transcription", "off")
    yield Text(ON if now == "on" else OFF)
