"""A Command as a form, and a form that was filled in as values.
https://docs.slack.dev/reference/views/modal-views
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from adapters.slack.fields import LONGEST, OPTIONS, field, option_of, plain, sentence
from adapters.slack.interactions import Answer, Filling, Submitted, View
from adapters.slack.payloads import Json
from adapters.slack.said import attached
from bot.commands import Choice, Command, Option
from bot.errors import Refused
from bot.events import Attachment, Invocation, Place, Value

_TITLE, _QUOTE = 24, 200  # characters that Slack takes, or people read
_ERROR = 300  # characters of a sentence under a field


class Origin(msgspec.Struct, frozen=True):
    """Where a form was asked for: what the form keeps, as Slack does not tell it again."""

    place: Place
    address: str = ""
    source: str = ""  # the ts of the message whose button or menu opened it
    on: bool = False  # it is about that message
    of: str = ""  # the delivery whose button opened it


class Filled(NamedTuple):
    values: dict[str, Value]
    errors: dict[str, str]  # option -> what is wrong with it


def view(command: Command, asked: Invocation) -> Json:
    """The form for what `asked` does not say, with what it says filled in."""
    origin = Origin(asked.place, asked.address, asked.source, bool(asked.on), asked.of)
    about = [_about(asked.on.text)] if asked.on and asked.on.text else []
    return {
        "type": "modal",
        "callback_id": command.name,
        "private_metadata": msgspec.json.encode(origin).decode(),
        "title": plain(command.shortcut or _called(command), _TITLE),
        "submit": plain("Send", _TITLE),
        "close": plain("Cancel", _TITLE),
        "blocks": [
            {"type": "section", "text": plain(sentence(command.help), LONGEST)},
            *about,
            *(
                field(command, option, asked.values.get(option.name))
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


def chosen(view: Filling) -> dict[str, str]:
    """What the fields hold, as far as it is text."""
    answers = {name: field.get(name) for name, field in view.state.values.items()}
    held = {name: _held(answer) for name, answer in answers.items() if answer}
    return {name: text for name, text in held.items() if text}


def offered(found: Sequence[Choice], typed: str) -> Json:
    """The answer to a block_suggestion. What is not known can be meant all the same, and Slack has
    no field that takes both what is offered and what is typed.
    """
    offered = found or ([Choice(typed, typed)] if typed.strip() else [])
    return {"options": [option_of(choice) for choice in offered[:OPTIONS]]}


def _called(command: Command) -> str:
    """A button's name is no command that anybody could type."""
    return command.name.replace("_", " ").capitalize() if command.button else f"/{command.name}"


def _about(text: str) -> Json:
    quote = text if len(text) <= _QUOTE else f"{text[:_QUOTE]}…"
    return {"type": "context", "elements": [plain(f"About: “{quote}”", LONGEST)]}


def _value(form: Submitted, option: Option, team: str) -> Value | None:
    answer = form.state.values.get(option.name, {}).get(option.name)
    if answer is None:
        return None
    if option.kind is Attachment:
        return next(attached(answer.files, team), None)
    return _held(answer)


def _held(answer: Answer) -> str | None:
    if answer.selected_option:
        return answer.selected_option.value
    return answer.value if answer.value and answer.value.strip() else None
