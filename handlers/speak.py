"""Speak: a text, or a message, read aloud. Voice mode: spoken questions get spoken answers."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from functools import partial

from bot.commands import Choice, Command, Option, Typing
from bot.errors import Refused
from bot.events import Invocation
from bot.openai.catalogue import Catalogue
from bot.parts import RECEIPT, STOP, Buttons, Card, Remove, Reply, Text
from bot.run import Run
from bot.services import Services
from bot.speaking import VOICE_MODE, Manner, Speaker
from bot.storage.preferences import Preferences

FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
SHOWN = 25  # suggestions (Discord's limit)


def setup(services: Services) -> Iterable[Command]:
    speaker = Speaker(services)
    slowest, fastest = services.catalogue.model(speaker.model, "speech").ranges.get(
        "speed", (0.25, 4.0)
    )
    yield Command(
        "speak",
        "Read a text or a message aloud",
        partial(_speak, speaker),
        options=(
            Option("text", "What to read; without it, the last message of this thread", long=True),
            Option("voice", "Who speaks", suggest=partial(_voices, speaker)),
            Option("model", "Which model speaks", suggest=partial(_models, services.catalogue)),
            Option("speed", "1 is as usual", float, minimum=slowest, maximum=fastest),
            Option("format", "As a file of this kind", choices=FORMATS),
            Option("instructions", "How to say it: “cheerful, and slowly”", long=True),
        ),
        tool=True,
        shortcut="Read aloud",
        checked=True,
    )
    yield Command(
        "voice",
        "Voice mode here: spoken questions are answered in text and voice",
        partial(_voice, speaker, services.preferences),
        options=(Option("mode", "Switch it on or off", choices=("on", "off")),),
    )


async def _speak(speaker: Speaker, run: Run) -> Reply:
    event = run.event
    if not isinstance(event, Invocation):
        raise TypeError("speak is a command")
    wanted = {name: value for name, value in event.values.items() if name != "text"}
    text = str(event.values.get("text", "")).strip() or await _said(run, event)
    try:
        async with aclosing(speaker.aloud(run, text, Manner(**wanted))) as parts:  # type: ignore[arg-type]  # the options have its types
            async for part in parts:
                if isinstance(part, Card) and not part.progress:
                    yield STOP
                yield part
        yield Buttons((RECEIPT,))
    except asyncio.CancelledError:
        if not run.stopped or run.stopped == "shutdown":
            raise
        yield Remove("speaking")
        yield Remove(STOP.key)
        yield Text("_Stopped._", key="spoken")


async def _said(run: Run, event: Invocation) -> str:
    """The message that the command was used on, else the last one before it."""
    if event.on:
        return event.on.text
    said = [message.text for message in await run.history() if message.text.strip()]
    if not said:
        raise Refused("What shall Parley read? Write `/speak` and the text after it.")
    return said[-1]


async def _voice(speaker: Speaker, preferences: Preferences, run: Run) -> Reply:
    event = run.event
    mode = str(event.values.get("mode", "")) if isinstance(event, Invocation) else ""
    if mode:
        await preferences.put(event.place.key, VOICE_MODE, mode)
    yield Text(
        "Voice mode is **on** here: what you say in a voice note is answered in text and voice."
        if await speaker.voice_mode(event.place, event.author.id)
        else "Voice mode is **off** here. `/voice on` has voice notes answered in voice too."
    )


async def _voices(speaker: Speaker, typing: Typing) -> Sequence[Choice]:
    return _like(typing, speaker.voices(typing.chosen.get("model", "")))


async def _models(catalogue: Catalogue, typing: Typing) -> Sequence[Choice]:
    return _like(typing, catalogue.serving("audio/speech"))


def _like(typing: Typing, names: Iterable[str]) -> Sequence[Choice]:
    found = [name for name in names if typing.text.lower() in name.lower()]
    return [Choice(name, name) for name in found[:SHOWN]]
