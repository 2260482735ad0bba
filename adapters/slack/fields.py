"""An Option as a field of a form. https://docs.slack.dev/reference/block-kit/block-elements"""

from collections.abc import Sequence
from decimal import Decimal

from adapters.slack.payloads import Json
from bot.commands import Choice, Command, Option
from bot.events import Attachment, Value

LONGEST = 3_000  # characters of a text
_LABEL = 75  # characters that Slack takes
OPTIONS = 100  # in one select
_TRUTH = (Choice("Yes", "yes"), Choice("No", "no"))


def field(command: Command, option: Option, given: Value | None) -> Json:
    hint = sentence(option.help)
    if option.kind is Attachment:
        larger = f"; attach a larger one to a message: @Parley {command.name}"
        hint += " At most 10 MB" + ("." if command.button else larger)
    return {
        "type": "input",
        "block_id": option.name,
        "label": plain(option.name.replace("_", " ").capitalize(), _LABEL),
        "hint": plain(hint, LONGEST),
        "optional": not option.required,
        "element": {"action_id": option.name, **_element(option, given)},
    }


def _element(option: Option, given: Value | None) -> Json:
    if option.kind is Attachment:
        return {"type": "file_input", "max_files": 1}
    if option.kind is bool:
        word = None if given is None else _TRUTH[not given].value
        return _select("radio_buttons", _TRUTH, word)
    if option.suggest or len(option.choices) > OPTIONS:
        return {"type": "external_select", "min_query_length": 0, **_initial((), given)}
    if option.choices:
        return _select("static_select", [Choice(name, name) for name in option.choices], given)
    if option.kind is str:
        first = {} if given is None else {"initial_value": str(given)[:LONGEST]}
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
    return {"type": kind, "options": [option_of(c) for c in offered], **_initial(offered, given)}


def _initial(offered: Sequence[Choice], given: Value | None) -> Json:
    """What is chosen already; of an external select nobody knows what it will offer."""
    if given is None:
        return {}
    word = str(given)
    chosen = next((c for c in offered if c.value == word), Choice(word, word))
    return {"initial_option": option_of(chosen)}


def option_of(choice: Choice) -> Json:
    return {"text": plain(choice.label, _LABEL), "value": choice.value[:_LABEL]}


def sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}
