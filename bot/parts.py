"""What goes out: a reply is a stream of parts. Every part has a key; the same key replaces."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec


class Delta(msgspec.Struct, frozen=True):
    """More Markdown at the end of the Text with this key."""

    text: str
    key: str = "answer"


class Text(msgspec.Struct, frozen=True):
    """Markdown for all who can read the place (or for the asker, if the delivery is private)."""

    markdown: str
    key: str = "answer"


class Status(msgspec.Struct, frozen=True):
    """What is being done now ("Thinking"), shown as the platform shows such a thing and gone
    with the next visible part.
    """

    text: str
    key: str = "status"


class Notice(msgspec.Struct, frozen=True):
    """A sentence to the asker alone, where the platform can: a refusal, an error."""

    text: str
    key: str = "notice"


class Button(msgspec.Struct, frozen=True):
    """Pressed, it is an Invocation of `command` on the delivery that shows it; `stop` is the Stop
    control. Platforms keep only the id that `commands.button_id` makes, so it outlives a restart.
    """

    label: str
    command: str


RECEIPT = Button("Receipt", "receipt")  # of what the answer cost


class Buttons(msgspec.Struct, frozen=True):
    """The one row of buttons below the answer; an empty row takes it away. `feedback` asks beside
    them whether the answer is good: a press is an Invocation of `good` or `bad`.
    """

    buttons: tuple[Button, ...]
    feedback: bool = False
    key: str = "buttons"


STOP = Buttons((Button("Stop", "stop"),))  # while something is under way that may take long


class Card(msgspec.Struct, frozen=True):
    """Something under way or found, at a glance. Stands above the text."""

    title: str  # plain, at most 150 characters
    markdown: str = ""
    fields: tuple[tuple[str, str], ...] = ()  # name and value, plain, at most 10
    progress: float | None = None  # 0 to 1
    state: Literal["", "running", "done", "failed"] = ""
    key: str = "card"


class File(msgspec.Struct, frozen=True):
    """A file to keep. It is posted when it appears; the same key replaces it."""

    name: str
    content: bytes | Path
    key: str = "file"


class Image(msgspec.Struct, frozen=True):
    """A picture to look at."""

    name: str
    content: bytes | Path  # PNG, JPEG, WebP or GIF
    alt: str  # what it shows, for those who cannot see it
    key: str = "image"


class Voice(msgspec.Struct, frozen=True):
    """Something to listen to: a voice message where the platform has them and the content is Ogg
    Opus (mono, 48 kHz), else a file that can be played.
    """

    name: str
    content: bytes | Path
    seconds: float
    waveform: bytes = b""  # at most 256 amplitudes
    key: str = "voice"


class Remove(msgspec.Struct, frozen=True):
    key: str


class Withdraw(msgspec.Struct, frozen=True):
    """Nothing of the answer may stay: what was posted of it is deleted."""

    key: str = "withdraw"


Media: TypeAlias = File | Image | Voice
Shown: TypeAlias = Text | Status | Notice | Buttons | Card | Media  # what a Screen holds
Part: TypeAlias = Delta | Shown | Remove | Withdraw
Reply: TypeAlias = AsyncGenerator[Part, None]
