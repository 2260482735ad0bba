"""Errors become sentences: people read what they can do, operators read the cause."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import aclosing

from bot.commands import Handler
from bot.errors import ParleyError
from bot.parts import (
    Buttons,
    Card,
    Delta,
    File,
    Image,
    Notice,
    Part,
    Remove,
    Reply,
    Text,
    Voice,
    Withdraw,
)
from bot.run import Run

log = logging.getLogger(__name__)


def explain(handler: Handler) -> Handler:
    async def explained(run: Run) -> Reply:
        shown: dict[str, Part] = {}
        try:
            async with aclosing(handler(run)) as parts:
                async for part in parts:
                    _note(shown, part)
                    yield part
        except Exception as error:  # noqa: BLE001  it is logged
            for part in _taken_away(run, shown):
                yield part
            yield Notice(_sentence(run, error))

    return explained


def _note(shown: dict[str, Part], part: Part) -> None:
    """By their keys, what people see, and the buttons below it."""
    match part:
        case Withdraw():
            shown.clear()
        case Remove():
            shown.pop(part.key, None)
        case Text() | Delta() | Card() | File() | Image() | Voice() | Buttons():
            shown[part.key] = part


def _taken_away(run: Run, shown: Mapping[str, Part]) -> Iterable[Part]:
    """What says that something is under way, where it is not any more. An answer that was nothing
    else goes; one of before, which was to be answered anew, stays.
    """
    under_way = [key for key, part in shown.items() if _is_under_way(part)]
    left = [part for key, part in shown.items() if key not in under_way]
    cards = any(isinstance(shown[key], Card) for key in under_way)
    if cards and run.answers == run.id and all(isinstance(part, Buttons) for part in left):
        return [Withdraw()]
    return [Remove(key) for key in under_way]


def _is_under_way(part: Part) -> bool:
    match part:
        case Card(state="running"):
            return True
        case Buttons(buttons):
            return any(button.command == "stop" for button in buttons)
    return False


def _sentence(run: Run, error: Exception) -> str:
    if isinstance(error, ParleyError):
        log.info("%s: %s: %s", run.id, type(error).__name__, error)
        return error.sentence
    log.error("%s failed", run.id, exc_info=error)
    return (
        "Something went wrong inside Parley, and its log says what. "
        f"Try again, or give an admin this reference: `{run.id}`."
    )
