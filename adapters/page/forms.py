"""A Command as the browser's form, and what was filled in as the Command's values."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from adapters.page.post import Medium
from adapters.page.wire import Field, Form, Menu
from bot.commands import Command, Commands, Option
from bot.errors import Refused
from bot.events import Attachment, Message, Value

Kind: TypeAlias = Literal["text", "long", "whole", "number", "truth", "file"]

_KINDS: Mapping[type[Value], Kind] = {
    int: "whole",
    float: "number",
    bool: "truth",
    Attachment: "file",
}


def menu(commands: Commands) -> tuple[Menu, ...]:
    return tuple(
        Menu(
            command.name, command.help, tuple(map(_field, command.options)),
            typed=not command.button, shortcut=command.shortcut,
        )
        for command in commands.values()
        if command.shortcut or not command.button or command.missing({})
    )  # fmt: skip


def _field(option: Option) -> Field:
    return Field(
        option.name, option.help, _KINDS.get(option.kind, "long" if option.long else "text"),
        option.required, option.choices, option.minimum, option.maximum,
        suggests=option.suggest is not None,
    )  # fmt: skip


def lacking(commands: Commands, message: Message, files: Sequence[Medium]) -> Form | None:
    """The form that a typed command needs; None where it has all it needs, or is no command."""
    if not (message.addressed and message.text.startswith("/")):
        return None
    try:
        command, rest = commands.read(message.text[1:])
        values = command.parse(rest, message.attachments)
    except Refused:  # told where all refusals are: in the thread
        return None
    return form(message.source, command, values, files) if command.missing(values) else None


def form(
    id_: str, command: Command, values: Mapping[str, Value], files: Sequence[Medium], on: str = ""
) -> Form:
    words = {n: _word(v) for n, v in values.items() if not isinstance(v, Attachment)}
    return Form(id_, command.name, words, tuple(files), on)


def spoken(command: Command, values: Mapping[str, Value]) -> str:
    """As it could have been typed."""
    words = [f"/{command.name}"]
    for number, option in enumerate(command.options):
        if (value := values.get(option.name)) is None or isinstance(value, Attachment):
            continue
        word = _word(value)
        quoted = f'"{word}"' if " " in word else word
        words.append(f"{option.name}:{quoted}" if number else word)
    return " ".join(words)


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
