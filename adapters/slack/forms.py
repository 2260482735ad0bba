"""A Command as a form, and a form that was filled in as values.
https://docs.slack.dev/reference/views/modal-views
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from adapters.slack.interactions import Submitted, View
from adapters.slack.payloads import Json
from adapters.slack.said import attached
from bot.commands import Choice, Command, Option
from bot.errors import Refused
from bot.events import Attachment, Invocation, Place, Value

_TITLE, _LABEL, _TEXT, _QUOTE = 24, 75, 3_000, 200  # characters that Slack takes, or people read
_OPTIONS = 100  # in one select
_ERROR = 300  # characters of a sentence under a field
_TRUTH = (Choice("Yes", "yes"), Choice("No", "no"))


class Origin(msgspec.Struct, frozen=True):
    """Where a form was asked for: what the form keeps, as Slack does not tell it again."""

    place: Place
    address: str = ""
    on: str = ""  # the ts of the message that it is about


class Filled(NamedTuple):
    values: dict[str, Value]
    errors: dict[str, str]  # option -> what is wrong with it


def view(command: Command, asked: Invocation) -> Json:
    """The form for what `asked` does not say, with what it says filled in."""
    origin = Origin(asked.place, asked.address, asked.on.source if asked.on else "")
    about = [_about(asked.on.text)] if asked.on and asked.on.text else []
    return {
        "type": "modal",
        "callback_id": command.name,
        "private_metadata": msgspec.json.encode(origin).decode(),
        "title": _plain(command.shortcut or f"/{command.name}", _TITLE),
        "submit": _plain("Send", _TITLE),
        "close": _plain("Cancel", _TITLE),
        "blocks": [
            {"type": "section", "text": _plain(_sentence(command.help), _TEXT)},
            *about,
            *(
                _field(command, option, asked.values.get(option.name))
                for option in command.options
                if not isinstance(asked.values.get(option.name), Attachment)
            ),
        ],
    }


def origin(form: View) -> Origin:
    """Raises Refused."""
    try:
        return msgspec.json.decode(form.private_metadata, type=Origin)
    except msgspec.DecodeError as error:
        raise Refused("Parley does not know this form any more. Open it again.") from error


def filled(
    command: Command, form: Submitted, team: str, files: Sequence[Attachment] = ()
) -> Filled:
    """`files` are those of the message that the form is about, for which it does not ask."""
    known = command.parse("", files)
    values: dict[str, Value] = dict(known)
    errors: dict[str, str] = {}
    for option in command.options:
        if option.name not in known and (value := _value(form, option, team)) is not None:
            try:
                values[option.name] = option.check(value)
            except Refused as refusal:
                errors[option.name] = refusal.sentence
    missing = (option for option in command.missing(values) if option.name not in errors)
    return Filled(values, errors | {option.name: "This is needed." for option in missing})


def wrong(errors: Mapping[str, str]) -> Json:
    """The answer that keeps the form open, with a sentence (in plain text) under each field."""
    told = {name: text.replace("`", "")[:_ERROR] for name, text in errors.items()}
    return {"response_action": "errors", "errors": told}


def offered(found: Sequence[Choice], typed: str) -> Json:
    """The answer to a block_suggestion. What is not known can be meant all the same, and Slack has
    no field that takes both what is offered and what is typed.
    """
    offered = found or ([Choice(typed, typed)] if typed.strip() else [])
    return {"options": [_option(choice) for choice in offered[:_OPTIONS]]}


def _field(command: Command, option: Option, given: Value | None) -> Json:
    hint = _sentence(option.help)
    if option.kind is Attachment:
        hint += f" At most 10 MB; attach a larger one to a message: @Parley {command.name}"
    return {
        "type": "input",
        "block_id": option.name,
        "label": _plain(option.name.replace("_", " ").capitalize(), _LABEL),
        "hint": _plain(hint, _TEXT),
        "optional": not option.required,
        "element": {"action_id": option.name, **_element(option, given)},
    }


def _element(option: Option, given: Value | None) -> Json:
    if option.kind is Attachment:
        return {"type": "file_input", "max_files": 1}
    if option.kind is bool:
        word = None if given is None else _TRUTH[not given].value
        return _select("radio_buttons", _TRUTH, word)
    if option.suggest or len(option.choices) > _OPTIONS:
        return {"type": "external_select", "min_query_length": 0, **_initial((), given)}
    if option.choices:
        return _select("static_select", [Choice(name, name) for name in option.choices], given)
    if option.kind is str:
        first = {} if given is None else {"initial_value": str(given)[:_TEXT]}
        return {"type": "plain_text_input", "multiline": option.long, **first}
    return _number(option, given)


def _number(option: Option, given: Value | None) -> Json:
    numbers = {"min_value": option.minimum, "max_value": option.maximum, "initial_value": given}
    written = {name: _written(number) for name, number in numbers.items() if number is not None}
    return {"type": "number_input", "is_decimal_allowed": option.kind is float, **written}


def _written(number: Value) -> str:
    """As Slack takes it: without an exponent, a whole one without a point."""
    return f"{Decimal(str(number)).normalize():f}"


def _select(kind: str, offered: Sequence[Choice], given: Value | None) -> Json:
    return {"type": kind, "options": [_option(c) for c in offered], **_initial(offered, given)}


def _initial(offered: Sequence[Choice], given: Value | None) -> Json:
    """What is chosen already; of an external select nobody knows what it will offer."""
    if given is None:
        return {}
    word = str(given)
    chosen = next((c for c in offered if c.value == word), Choice(word, word))
    return {"initial_option": _option(chosen)}


def _option(choice: Choice) -> Json:
    return {"text": _plain(choice.label, _LABEL), "value": choice.value[:_LABEL]}


def _about(text: str) -> Json:
    quote = text if len(text) <= _QUOTE else f"{text[:_QUOTE]}…"
    return {"type": "context", "elements": [_plain(f"About: “{quote}”", _TEXT)]}


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}


def _value(form: Submitted, option: Option, team: str) -> Value | None:
    answer = form.state.values.get(option.name, {}).get(option.name)
    if answer is None:
        return None
    if option.kind is Attachment:
        return next(attached(answer.files, team), None)
    if answer.selected_option:
        return answer.selected_option.value
    return answer.value if answer.value and answer.value.strip() else None
