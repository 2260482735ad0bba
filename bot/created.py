"""What a provider makes for us is made once, though its answer may be lost and we may be killed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.openai.errors import AnswerLost

T = TypeVar("T")


async def found_or_made(
    find: Callable[[], Awaitable[T | None]], make: Callable[[], Awaitable[T]], *, look: bool
) -> T:
    """`look`: it may have been made before. Raises AnswerLost where even a look does not tell."""
    if look and (there := await find()):
        return there
    try:
        return await make()
    except AnswerLost:
        if there := await find():
            return there
        raise
