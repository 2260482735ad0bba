"""What goes out: a reply is a stream of parts. Every part has a key; the same key replaces."""

from collections.abc import AsyncGenerator
from typing import TypeAlias

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


class Buttons(msgspec.Struct, frozen=True):
    """The one row of buttons below the answer; an empty row takes it away."""

    buttons: tuple[Button, ...]
    key: str = "buttons"


class Remove(msgspec.Struct, frozen=True):
    key: str


Part: TypeAlias = Delta | Text | Status | Notice | Buttons | Remove
Shown: TypeAlias = Text | Status | Notice | Buttons  # what a Screen holds
Reply: TypeAlias = AsyncGenerator[Part, None]
