"""What can be asked, as data: menus, the mention form, buttons and help are made from it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

from bot.errors import Refused
from bot.events import Author, Invocation, Message, Place, Stop
from bot.parts import Button, Reply
from bot.run import Run

Value: TypeAlias = str | int | float | bool
Handler: TypeAlias = Callable[[Run], Reply]
OnCrash: TypeAlias = Literal["rerun", "resume"]
"""What a restart does with an answer that people already read a part of: `rerun` answers anew in
the same message; `resume` calls the handler with `run.shown`, and it decides.
"""


@dataclass(frozen=True)
class Option:
    """One thing a command takes. The first option takes the free text of a typed command."""

    name: str  # lower case, at most 32 characters (Discord's limit)
    help: str  # at most 100 characters (Discord's limit)
    kind: type[Value] = str
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def check(self, raw: Value) -> Value:
        """The value in the option's type. Raises Refused with what is allowed."""
        value = self._converted(raw)
        if self.choices and value not in self.choices:
            raise Refused(f"`{self.name}` is one of {', '.join(self.choices)}; you gave “{raw}”.")
        if isinstance(value, str):
            return value
        if self.minimum is not None and value < self.minimum:
            raise Refused(f"`{self.name}` is at least {self.minimum:g}; you gave {raw}.")
        if self.maximum is not None and value > self.maximum:
            raise Refused(f"`{self.name}` is at most {self.maximum:g}; you gave {raw}.")
        return value

    def _converted(self, raw: Value) -> Value:
        if self.kind is bool:
            return self._truth(raw)
        if self.kind is str:
            return str(raw)
        try:
            if not math.isfinite(float(raw)):  # NaN is within any bounds
                raise ValueError
            return self.kind(raw)
        except (ValueError, OverflowError):
            wanted = "a whole number" if self.kind is int else "a number"
            raise Refused(f"`{self.name}` takes {wanted}; you gave “{raw}”.") from None

    def _truth(self, raw: Value) -> bool:
        words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        if (word := str(raw).lower()) in words:
            return words[word]
        raise Refused(f"`{self.name}` is yes or no; you gave “{raw}”.")


@dataclass(frozen=True)
class Command:
    name: str  # lower case, at most 32 characters
    help: str  # at most 100 characters
    handler: Handler
    options: tuple[Option, ...] = ()
    access: Literal["everyone", "admin"] = "everyone"
    private: bool = False  # the answer is for the asker's eyes only
    on_crash: OnCrash = "rerun"
    button: bool = False  # reached by a button only: in no menu, in no help

    def check(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values in their types. Raises Refused with a sentence for the first that is wrong."""
        options = {option.name: option for option in self.options}
        for name in values:
            if name not in options:
                known = ", ".join(options) or "no options"
                raise Refused(f"`/{self.name}` does not know `{name}`; it takes {known}.")
        for option in self.options:
            if option.required and values.get(option.name, "") == "":
                raise Refused(f"`/{self.name}` needs `{option.name}`: {option.help}.")
        return {name: options[name].check(value) for name, value in values.items()}

    def parse(self, text: str) -> dict[str, Value]:
        """The values of a typed command: `name:value` pairs (quoted where a value has spaces)
        anywhere, the rest to the first option. Raises Refused.
        """
        values: dict[str, Value] = {}

        def take(pair: re.Match[str]) -> str:
            name, quoted, bare = pair.groups()
            if name not in {option.name for option in self.options}:
                return pair[0]
            values[name] = bare if quoted is None else quoted
            return " "

        rest = " ".join(_PAIR.sub(take, text).split())
        if rest and self.options and self.options[0].name not in values:
            values[self.options[0].name] = rest
        elif rest:
            raise Refused(f"`/{self.name}` does not know what to do with “{rest[:100]}”.")
        return self.check(values)


_FIRST_WORD = re.compile(r"^/?(\S*)\s*(.*)", re.DOTALL)
_PAIR = re.compile(r'(?<!\S)(\w+):(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True)
class Trigger:
    """A handler for messages that `matches`; the first that matches has the message."""

    name: str
    matches: Callable[[Message], bool]
    handler: Handler
    on_crash: OnCrash = "rerun"


class Commands(dict[str, Command]):
    """All commands by name, in the order of the help."""

    def __init__(self, commands: Iterable[Command]) -> None:
        super().__init__((command.name, command) for command in commands)

    @property
    def menu(self) -> tuple[Command, ...]:
        """What people can type or choose."""
        return tuple(command for command in self.values() if not command.button)

    def named(self, name: str) -> Command:
        """Raises Refused with the nearest names."""
        if command := self.get(name):
            return command
        names = [command.name for command in self.menu]
        near = get_close_matches(name, names, 1)
        hint = f"Did you mean `/{near[0]}`?" if near else "`/help` lists what there is."
        raise Refused(f"There is no command `/{name[:50]}`. {hint}")

    def typed(self, message: Message) -> Invocation | None:
        """The Invocation that a message means: `/usage me` always, `usage me` only if every word
        of it fits the command (`help me write a letter` is for the model). Raises Refused.
        """
        slash = message.text.startswith("/")
        name, rest = _FIRST_WORD.findall(message.text)[0]
        if not slash and name.lower() not in self:
            return None
        try:
            command = self.named(name.strip().lower())
            if command.button:
                raise Refused(f"`/{name}` is a button, not a command.")
            values = command.parse(rest)
        except Refused:
            if slash:
                raise
            return None
        return Invocation(
            id=message.id, place=message.place, author=message.author, at=message.at,
            address=message.address, source=message.source,
            command=command.name, values=values, by="mention",
        )  # fmt: skip


def button_id(button: Button, delivery: str) -> str:
    """What a platform keeps of a button: at most 100 characters (Discord's limit)."""
    return f"parley:{button.command}:{delivery}"


def pressed(  # noqa: PLR0913  an occurrence has this many facts
    button: str,
    *,
    id: str,  # noqa: A002  the event's field
    place: Place,
    author: Author,
    at: float,
    address: str = "",
    source: str = "",
) -> Invocation | Stop | None:
    """The event that a press of the button with this id is; None where it is not one of ours."""
    match button.split(":"):
        case ["parley", "stop", delivery]:
            return Stop(id=id, place=place, author=author, at=at, address=address,
                        delivery=delivery)  # fmt: skip
        case ["parley", command, delivery]:
            return Invocation(id=id, place=place, author=author, at=at, address=address,
                              source=source, command=command, by="button", of=delivery)  # fmt: skip
    return None
