"""Who keeps the books of HTTP attempts. Every call to OpenAI's API takes a Meter."""

from typing import Protocol

from bot.openai.errors import OpenAIError


class Meter(Protocol):
    """Told of every attempt. An attempt ends in one of three ways: `failed` is called (once);
    its answer begins to come, and from then on the caller knows best what it got, also when the
    answer breaks off; or the call is cancelled.
    """

    async def sending(self) -> None:
        """Awaited before each HTTP attempt: write it down first. May raise Refused."""
        ...

    async def failed(self, error: OpenAIError) -> None:
        """That attempt failed before anything of its answer was handed on.
        `error.may_have_run` says whether the server may have worked for it.
        """
        ...


class Free:
    """For calls that cost nothing."""

    async def sending(self) -> None:
        pass

    async def failed(self, error: OpenAIError) -> None:
        pass
