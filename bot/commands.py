"""What can be asked, as data: menus, the mention form, buttons and help are made from it."""

import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from bot.errors import Refused
from bot.events import Attachment, Author, Invocation, Message, Place, Stop, Value
from bot.parts import Button, Reply
from bot.run import Run

Handler: TypeAlias = Callable[[Run], Reply]
OnCrash: TypeAlias = Literal["rerun", "resume"]
"""What a restart does with an answer that people already read a part of: `rerun` answers anew in
the same message; `resume` calls the handler with `run.shown`, and it decides.
"""


Changes: TypeAlias = bool | Callable[[Mapping[str, Value]], bool]
"""Whether something is otherwise afterwards, always or with these values."""


class Choice(NamedTuple):
    label: str  # what a person reads, at most 75 characters (Slack's limit)
    value: str  # what the option gets, at most 75 characters


class Typing(NamedTuple):
    """Somebody is filling in an option: `text` is what they wrote of it so far, `chosen` what the
    other options hold, as far as the platform tells.
    """

    author: Author
    place: Place
    command: str
    option: str
    text: str
    chosen: Mapping[str, str] = MappingProxyType({})


Suggest: TypeAlias = Callable[[Typing], Awaitable[Sequence[Choice]]]
"""What may be meant, best first, at once. Never stored."""


@dataclass(frozen=True)
class Option:
    """One thing a command takes. The first option takes the free text of a typed command, the
    first of kind Attachment the file that came with it.
    """

    name: str  # lower case, at most 32 characters (Discord's limit)
    help: str  # at most 100 characters (Discord's limit)
    kind: type[Value] = str
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    long: bool = False  # text of several lines, in a form
    suggest: Suggest | None = None

    def check(self, raw: Value) -> Value:
        """The value in the option's type. Raises Refused with what is allowed."""
        value = self._converted(raw)
        if self.choices and value not in self.choices:
            raise Refused(f"`{self.name}` is one of {', '.join(self.choices)}; you gave “{raw}”.")
        if isinstance(value, str | Attachment):
            return value
        if self.minimum is not None and value < self.minimum:
            raise Refused(f"`{self.name}` is at least {self.minimum:g}; you gave {raw}.")
        if self.maximum is not None and value > self.maximum:
            raise Refused(f"`{self.name}` is at most {self.maximum:g}; you gave {raw}.")
        return value

    def _converted(self, raw: Value) -> Value:
        if (self.kind is Attachment) is not isinstance(raw, Attachment):
            takes = "a file" if self.kind is Attachment else "no file"
            raise Refused(f"`{self.name}` takes {takes}.")
        if isinstance(raw, Attachment):
            return raw
        if self.kind is bool:
            return self._truth(raw)
        if self.kind is str:
            return str(raw)
        try:
            if not math.isfinite(float(raw)):  # NaN is within any bounds
                raise ValueError
            return int(raw) if self.kind is int else float(raw)
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
    name: str  # lower case, at most 32 characters; `files list` is `list` of the group `files`
    help: str  # at most 100 characters
    handler: Handler
    options: tuple[Option, ...] = ()
    access: Literal["everyone", "admin", "parley"] = "everyone"  # "parley": by itself alone
    private: bool = False  # the answer is for the asker's eyes only
    on_crash: OnCrash = "rerun"
    button: bool = False  # reached by a button only: in no menu, in no help
    apart: bool = False  # what a button of it asks for is a post of its own, below the button's
    before: str = ""  # the button that is meant where it is typed without a file it requires, about
    # what was said before
    usual: bool = False  # of its group, what the bare name of the group means where it is typed
    checked: bool = False  # what goes into it, and what it says, is moderated; so is every message
    tool: bool = False  # a model may call it, for the person who asks and with their rights
    aloud: bool = False  # it is private to spare others: as a tool, all may read what it says
    changes: Changes = False  # as a tool it is not done before the person has said yes
    silent: bool = False  # whatever it yields is shown to nobody
    shortcut: str = ""  # its name in a message's own menu, at most 24 characters (Slack's limit)

    def would_change(self, values: Mapping[str, Value]) -> bool:
        return self.changes(values) if callable(self.changes) else self.changes

    def missing(self, values: Mapping[str, Value]) -> tuple[Option, ...]:
        """The required options without a value: a platform that has forms asks for them."""
        return tuple(o for o in self.options if o.required and values.get(o.name, "") == "")

    def check(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values in their types. Raises Refused with a sentence for the first that is wrong."""
        for option in self.missing(values):
            raise Refused(f"`/{self.name}` needs `{option.name}`: {option.help}.")
        return self._typed(values)

    def _typed(self, values: Mapping[str, Value]) -> dict[str, Value]:
        options = {option.name: option for option in self.options}
        for name in values:
            if name not in options:
                known = ", ".join(options) or "no options"
                raise Refused(f"`/{self.name}` does not know `{name}`; it takes {known}.")
        return {name: options[name].check(value) for name, value in values.items()}

    def parse(self, text: str, files: Sequence[Attachment] = ()) -> dict[str, Value]:
        """The values of a typed command: `name:value` pairs (quoted where a value has spaces)
        anywhere, the rest to the first options in turn, `files` to those that take one. What is
        required may be missing. Raises Refused.
        """
        values: dict[str, Value] = {}

        def take(pair: re.Match[str]) -> str:
            name, quoted, bare = pair.groups()
            if name not in {option.name for option in self.options}:
                return pair[0]
            values[name] = bare if quoted is None else quoted
            return " "

        if rest := self._free(_SPACES.sub(" ", _PAIR.sub(take, text)).strip(), values):
            raise Refused(f"`/{self.name}` does not know what to do with “{rest[:100]}”.")
        takers = (option.name for option in self.options if option.kind is Attachment)
        return self._typed(values | dict(zip(takers, files, strict=False)))

    def _free(self, text: str, values: dict[str, Value]) -> str:
        """Gives it to the first option; of one that takes a choice or a number only the first
        word, and what follows to the next. A choice may have its option's name before it (`voice
        mode on`). Returns what is left.
        """
        for option in self.options:
            if not text or option.name in values:
                break
            word, _, after = text.partition(" ")
            if word == option.name and after.partition(" ")[0] in option.choices:
                word, _, after = (text := after).partition(" ")
            one = word in option.choices or option.kind in {int, float}
            values[option.name], text = (word, after) if one and after else (text, "")
        return text


_LONGEST = 70  # characters of a name: two words, and blanks
_SPACES = re.compile(r"[ \t]+")
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
        return tuple(c for c in self.values() if not c.button and c.access != "parley")

    @property
    def shortcuts(self) -> tuple[Command, ...]:
        """What can be done with a message, from the message's own menu."""
        return tuple(command for command in self.values() if command.shortcut)

    def named(self, name: str) -> Command:
        """Raises Refused with the nearest names."""
        if command := self.get(name):
            return command
        names = [command.name for command in self.menu]
        if members := [other for other in names if other.startswith(f"{name} ")]:
            raise Refused(f"Which of them? {', '.join(f'`/{member}`' for member in members)}.")
        near = get_close_matches(name, names, 1)
        hint = f"Did you mean `/{near[0]}`?" if near else "`/help` lists what there is."
        raise Refused(f"There is no command `/{name[:50]}`. {hint}")

    def typed(self, message: Message) -> Invocation | None:
        """The Invocation that a message means: `/usage me` always, `usage me` only if every word
        of it fits the command (`help me write a letter` is for the model). Raises Refused.
        """
        slash = message.text.startswith("/")
        if not slash and not self._named_by(message.text):
            return None
        try:
            command, rest = self.read(message.text.removeprefix("/"))
            values = command.parse(rest, message.attachments)
            if command.before and any(o.kind is Attachment for o in command.missing(values)):
                command = self[command.before]
            values = command.check(values)
        except Refused:
            if slash:
                raise
            return None
        return Invocation(
            id=message.id, place=message.place, author=message.author, at=message.at,
            address=message.address, source=message.source, of=message.of,
            flat=message.flat,
            command=command.name, values=values, by="mention",
            on=message.reply if command.shortcut else None,
        )  # fmt: skip

    def read(self, text: str) -> tuple[Command, str]:
        """The command that the first words name, and the rest. Raises Refused with the nearest."""
        name = self._named_by(text) or "".join(text.split(maxsplit=1)[:1]).lower()
        command = self.named(name)
        if command not in self.menu:
            raise Refused(f"`/{command.name}` is a button, not a command.")
        words = max(1, len(name.split()))
        return command, "".join(text.split(maxsplit=words)[words:])

    def _named_by(self, text: str) -> str:
        """The command that the text begins with: two words before one."""
        words = text[:_LONGEST].lower().split(maxsplit=2)
        names = (" ".join(words[:2]), *words[:1])
        return next((name for name in names if name in self), "") or self._usual(words)

    def _usual(self, words: Sequence[str]) -> str:
        names = (command.name for command in self.values() if command.usual)
        return next((name for name in names if name.split()[:1] == words), "")


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
