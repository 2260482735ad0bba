"""Steps that must not happen twice."""

from collections.abc import Awaitable, Callable

from bot.storage.steps import Steps


async def once(steps: Steps, run: str, step: str, call: Callable[[], Awaitable[str]]) -> str:
    """The recorded result of this step of this run, or that of `call`, recorded.

    A kill between the call and its record leaves the step unrecorded: who calls for something
    that cannot be undone looks it up first.
    """
    result = await steps.get(run, step)
    if result is None:
        result = await call()
        await steps.put(run, step, result)
    return result
