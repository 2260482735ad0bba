"""Forms: Discord's modals, made from a command that still wants values.

What a form is about stands in its id, so it survives a restart; what was given before it opened is
remembered while the process lives, and else asked for again.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from adapters.discord import files
from adapters.markup import clean
from bot.commands import Command, Option
from bot.events import Attachment, Invocation, Value

_MODAL = 9  # Discord's type of this response
_LABEL, _INPUT, _SELECT, _UPLOAD = 18, 4, 3, 19  # Discord's types of components
_ONE_LINE, _LINES = 1, 2
_FIELDS, _CHOICES = 5, 25
_TITLE, _HELP, _TEXT, _PLACEHOLDER = 45, 100, 4000, 100  # characters
_REMEMBERED = 1000  # forms
_TRUTH = ("yes", "no")
Sent: TypeAlias = dict[str, Value | None]
"""What a form says; None: the field was left empty."""


class Subject(NamedTuple):
    """What a form is about, as its id says it: at most 100 characters."""

    command: str
    channel: str = ""  # of the message whose menu opened it
    message: str = ""
    of: str = ""  # the delivery whose button opened it

    @property
    def id(self) -> str:
        return ":".join(("form", *self))


def subject(custom_id: str) -> Subject | None:
    """None where the form is not one of ours."""
    kind, *parts = custom_id.split(":")
    return Subject(*parts) if kind == "form" and len(parts) == len(Subject._fields) else None


class Forms:
    """Those that are open."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, Subject], Invocation] = OrderedDict()

    def opened(self, asked: Invocation, person: str, channel: str) -> Subject:
        message = asked.on.source if asked.on else ""
        about = Subject(asked.command, channel if message else "", message, asked.of)
        self._asked[person, about] = asked
        if len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        return about

    def asked(self, person: str, about: Subject) -> Invocation | None:
        """What this person's form began with."""
        return self._asked.get((person, about))


def modal(command: Command, given: Mapping[str, Value], about: Subject) -> dict[str, Any]:
    """Discord's response that opens the form: what is missing first, then what can be changed."""
    missing = command.missing(given)
    options = [o for o in command.options if not isinstance(given.get(o.name), Attachment)]
    options.sort(key=lambda option: (option not in missing, option.name not in given))
    title = command.shortcut or _called(command)
    fields = [_label(option, given.get(option.name)) for option in options[:_FIELDS]]
    data = {"custom_id": about.id, "title": title[:_TITLE], "components": fields}
    return {"type": _MODAL, "data": data}


def _called(command: Command) -> str:
    """A button's name is no command that anybody could type."""
    return command.name.replace("_", " ").capitalize() if command.button else f"/{command.name}"


def _label(option: Option, given: Value | None) -> dict[str, Any]:
    name = option.name.replace("_", " ").capitalize()
    field = {"custom_id": option.name, "required": option.required, **_field(option, given)}
    return {"type": _LABEL, "label": name[:_TITLE], "description": option.help[:_HELP],
            "component": field}  # fmt: skip


def _field(option: Option, given: Value | None) -> dict[str, Any]:
    how_many = {"min_values": int(option.required), "max_values": 1}
    if option.kind is Attachment:
        return {"type": _UPLOAD, **how_many}
    if option.kind is bool:
        word = None if given is None else _TRUTH[not given]
        return {"type": _SELECT, "options": _offered(_TRUTH, word), **how_many}
    if option.choices and len(option.choices) <= _CHOICES:
        return {"type": _SELECT, "options": _offered(option.choices, given), **how_many}
    style = _LINES if option.long else _ONE_LINE
    texts = {"placeholder": _allowed(option), "value": "" if given is None else str(given)[:_TEXT]}
    said = {name: text for name, text in texts.items() if text}
    return {"type": _INPUT, "style": style, "max_length": _TEXT, **said}


def _offered(choices: Sequence[str], given: Value | None) -> list[dict[str, Any]]:
    return [{"label": word, "value": word, "default": word == given} for word in choices]


def _allowed(option: Option) -> str:
    bounds = (("at least", option.minimum), ("at most", option.maximum))
    words = [f"{words} {bound:g}" for words, bound in bounds if bound is not None]
    return ", ".join(words)[:_PLACEHOLDER]


def filled_in(data: Mapping[str, Any]) -> Sent:
    uploads = data.get("resolved", {}).get("attachments", {})
    labels: Sequence[Mapping[str, Any]] = data["components"]
    fields = [label["component"] for label in labels if label["type"] == _LABEL]
    return {field["custom_id"]: _value(field, uploads) for field in fields}


def _value(field: Mapping[str, Any], uploads: Mapping[str, Any]) -> Value | None:
    chosen = field.get("values") or ()
    if field["type"] == _UPLOAD:
        return files.attachment(uploads[chosen[0]]) if chosen else None
    if field["type"] == _SELECT:
        return str(chosen[0]) if chosen else None
    return clean(field.get("value") or "").strip() or None
