"""Commands as tools: how a model is told of them, and what it means when it calls one."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.acting.inner import Inner
from bot.commands import Command, Commands, Option
from bot.errors import Refused
from bot.events import Attachment, Author, Value
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat_tools import ToolCall, choose, function
from bot.services import Services

CHOICES = ("auto", "none", "required")  # of what to call; else the name of a command
FAR = 1_000_000  # a bound that nobody comes near; it would cost its tokens in each question
SHARE = 0.25  # of a model's window, the most that tools may take
_KINDS: Mapping[type[Value], str] = {
    str: "string", int: "integer", float: "number", bool: "boolean",
}  # fmt: skip


class Tools:
    def __init__(self, services: Services) -> None:
        self._commands: Commands = services.commands
        self._inner: Inner = services.inner
        self._admins = services.admins
        self._on = services.settings.tools

    def offered(
        self, author: Author, model: Model, wanted: Mapping[str, Any], chosen: str = "auto"
    ) -> tuple[dict[str, Any], ...]:
        """What this person may do, always in the same order. `wanted`: fields of the request."""
        if chosen == "none":
            return ()
        if not (self._on and self._inner.layers and _takes_tools(model, wanted)):
            return ()
        told = tuple(_told(command) for command in self._mine(author))
        return told if cost(model, told) <= model.context * SHARE else ()

    def names(self, author: Author) -> Sequence[str]:
        """Of the commands that a model may call for this person."""
        return [command.name for command in self._mine(author)] if self._on else []

    def check(self, author: Author, chosen: str) -> None:
        """Raises Refused where nobody can choose this, or this person may not."""
        if not self._on:
            raise Refused("Commands are no tools here: an admin switched that off (PARLEY_TOOLS).")
        if chosen in CHOICES or _called(chosen) in map(_called, self.names(author)):
            return
        tools = {_name(command) for command in self._commands.values() if command.tool}
        if _called(chosen) in tools:
            raise Refused(f"`{chosen}` is not for you to use, so no model can do it for you.")
        raise Refused(f"`tools` is {', '.join(CHOICES)}, or a command that a model can call: "
                      f"{', '.join(self.names(author))}. “{chosen[:50]}” is none.")  # fmt: skip

    def _mine(self, author: Author) -> list[Command]:
        mine = [command for command in self._commands.values() if self._may(command, author)]
        return sorted(mine, key=lambda command: command.name)

    def _may(self, command: Command, author: Author) -> bool:
        """Only for what is told: rights are checked when it is called."""
        mine = command.access == "everyone" or author.id in self._admins
        return command.tool and mine and command.access != "parley" and not command.button

    def called(self, call: ToolCall) -> tuple[Command, dict[str, Value]]:
        """Raises Refused, in words for the model."""
        named = {_name(command): command for command in self._commands.values() if command.tool}
        if not (command := named.get(call.name)):
            raise Refused(f"There is no tool {call.name[:64]}.")
        try:
            values = msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeEncodeError):
            raise Refused("The arguments are no JSON object.") from None
        given = {name: value for name, value in values.items() if value not in (None, "")}
        if not all(isinstance(value, str | int | float) for value in given.values()):
            raise Refused("Each argument is a text, a number, true or false.")
        return command, given


def begun_with(chosen: str, offered: tuple[dict[str, Any], ...]) -> str | dict[str, Any] | None:
    """The `tool_choice` of the first round. Raises Refused where that is not offered."""
    if chosen in {"auto", "none"}:
        return None
    name = _called(chosen)
    if not offered:
        raise Refused(f"No tools go along with this question, so `tools: {chosen}` does not hold.")
    if chosen == "required":
        return "required"
    if name not in {tool["function"]["name"] for tool in offered}:
        raise Refused(f"There is no tool `{chosen[:50]}` for you, so the model chooses by itself.")
    return choose(name)


def cost(model: Model, tools: tuple[dict[str, Any], ...]) -> int:
    """Tokens."""
    return tokens.count(model, msgspec.json.encode(tools).decode()) if tools else 0


def _takes_tools(model: Model, wanted: Mapping[str, Any]) -> bool:
    """Not where there are answers to choose from, nor where thinking would have to be given up."""
    if "tools" in model.refuses or (wanted.get("n") or 1) > 1:
        return False
    effort = wanted.get("reasoning_effort") or model.effort
    return not model.tools_effort or effort in {None, model.tools_effort}


def _name(command: Command) -> str:
    return _called(command.name)


def _called(command: str) -> str:
    """`/usage me` as a function."""
    return command.removeprefix("/").replace(" ", "_")


def _told(command: Command) -> dict[str, Any]:
    options = [option for option in command.options if option.kind is not Attachment]
    required = [option.name for option in options if option.required]
    # What a command does not take, and what is out of all bounds, is refused when it is called.
    parameters = {
        "type": "object",
        "properties": {option.name: _schema(option) for option in options},
    } | ({"required": required} if required else {})
    return function(_name(command), command.help, parameters)


def _schema(option: Option) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _KINDS[option.kind], "description": option.help}
    bounds = {"minimum": option.minimum, "maximum": option.maximum}
    schema |= {name: bound for name, bound in bounds.items() if bound and bound < FAR}
    return schema | ({"enum": list(option.choices)} if option.choices else {})
