"""What the fake Discord checks of commands and forms: as strict as the real one, as far as that is
documented.
"""

import re
from itertools import pairwise

from tests.fakes.discord_body import Json, bad

_NAME = re.compile(r"[-_'\w]{1,32}")
_GROUPED, _SLASH, _MESSAGE = 1, 1, 3
_LABEL, _INPUT, _SELECT, _UPLOAD = 18, 4, 3, 19


def check_menu(commands: list[Json]) -> None:
    slash = [command for command in commands if command.get("type", 1) == _SLASH]
    shortcuts = [command for command in commands if command.get("type", 1) == _MESSAGE]
    _most("commands", len(slash), 100)
    _most("commands", len(shortcuts), 15)
    _once("commands", [(command.get("type", 1), command["name"]) for command in commands])
    for command in shortcuts:
        _sized("name", command["name"], 32)
        if command.get("description") or command.get("options"):
            raise bad("description", "A message command has none.")
    for command in slash:
        _most("command", _command(command), 8000)
    for command in commands:
        if set(command["integration_types"]) - {0, 1} or set(command["contexts"]) - {0, 1, 2}:
            raise bad("contexts", "No such context.")


def _command(command: Json) -> int:
    """Its characters."""
    size = _named(command)
    options = command.get("options", [])
    _most("options", len(options), 25)
    _once("options", [option["name"] for option in options])
    if any(not a.get("required") and b.get("required") for a, b in pairwise(options)):
        raise bad("options", "Required options must be placed before non-required options")
    if len({option["type"] == _GROUPED for option in options}) > 1:
        raise bad("options", "Sub-command and option cannot be mixed.")
    return size + sum(_option(option) for option in options)


def _option(option: Json) -> int:
    if option["type"] == _GROUPED:
        return _command(option)
    choices = option.get("choices", [])
    _most("choices", len(choices), 25)
    if choices and option.get("autocomplete"):
        raise bad("choices", "Not with autocomplete.")
    for choice in choices:
        _sized("choice", choice["name"], 100)
        _sized("choice", str(choice["value"]), 100)
    if not isinstance(option["type"], int) or not 3 <= option["type"] <= 11:
        raise bad("type", "No such type.")
    return _named(option) + sum(len(c["name"]) + len(str(c["value"])) for c in choices)


def _named(thing: Json) -> int:
    if not _NAME.fullmatch(thing["name"]) or thing["name"] != thing["name"].lower():
        raise bad("name", "String value did not match validation regex.")
    _sized("description", thing["description"], 100)
    return len(thing["name"]) + len(thing["description"])


def check_form(form: Json) -> None:
    _sized("title", form["title"], 45)
    _sized("custom_id", form["custom_id"], 100)
    _most("components", len(form["components"]), 5)
    _once("components", [label["component"]["custom_id"] for label in form["components"]])
    for label in form["components"]:
        if label["type"] != _LABEL:
            raise bad("components", "A form has labels.")
        _sized("label", label["label"], 45)
        _sized("description", label["description"], 100)
        _field(label["component"])


def _field(field: Json) -> None:
    if field["type"] == _INPUT:
        _most("max_length", field["max_length"], 4000)
        _most("value", len(field.get("value", "")), field["max_length"])
        _sized("placeholder", field.get("placeholder", "none"), 100)
    elif field["type"] == _SELECT:
        _most("options", len(field["options"]), 25)
        _most("options", sum(option["default"] for option in field["options"]), 1)
        for option in field["options"]:
            _sized("label", option["label"], 100)
            _sized("value", option["value"], 100)
    elif field["type"] != _UPLOAD:
        raise bad("component", "No such component.")
    if field["type"] != _INPUT and field["required"] is not bool(field["min_values"]):
        raise bad("min_values", "What is required has at least one value.")


def _sized(what: str, text: str, most: int) -> None:
    if not 1 <= len(text) <= most:
        raise bad(what, f"Must be between 1 and {most} in length.")


def _most(what: str, number: int, most: int) -> None:
    if number > most:
        raise bad(what, f"Must be {most} or fewer.")


def _once(what: str, names: list[object]) -> None:
    if len(set(names)) < len(names):
        raise bad(what, "Names must be unique.")
