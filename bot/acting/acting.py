"""Does what the model wants done, with the rights and on the account of the person who asked."""

import logging
from collections.abc import Mapping
from contextlib import aclosing

from bot.acting.inside import Inside
from bot.acting.result import Result
from bot.acting.talk import Talk
from bot.acting.tools import Tools
from bot.commands import Command, Handler
from bot.errors import ParleyError
from bot.events import Invocation, Value
from bot.parts import Card, Remove, Reply
from bot.run import Run
from bot.services import Services
from bot.spending.asking import AsksFirst
from bot.spending.money import micros

log = logging.getLogger(__name__)
_TITLE = 150  # characters of a card's title
REFUSED = "The person does not want that. Go on without it."


class Acting:
    def __init__(self, services: Services) -> None:
        self.tools = Tools(services)
        self._inner = services.inner
        self._adapters = services.adapters
        most = services.settings.tool_asks_above
        self._asks_above = None if most is None else micros(most)

    async def act(self, run: Run, talk: Talk) -> Reply:
        """All calls in their order, up to one that the person has to allow first."""
        while talk.calls:
            await run.cleared()
            result = Result(f"step {talk.number}")
            try:
                async with aclosing(self._do(run, talk, result)) as parts:
                    async for part in parts:
                        talk.note(part)
                        yield part
            except AsksFirst as asks:
                talk.asks = asks
                for part in [Remove(key) for key in result.shown]:
                    talk.note(part)
                    yield part
                return
            talk.done(result.text)
            talk.number += 1

    async def _do(self, run: Run, talk: Talk, result: Result) -> Reply:
        if talk.decided == "no":
            result.fail(REFUSED)
            return
        try:
            command, values = self.tools.called(talk.calls[0])
        except ParleyError as error:
            result.fail(error.sentence)
            return
        title, step = told(command, values), f"step {talk.number}"
        yield Card(title, state="running", key=step)
        async with aclosing(self._called(run, talk, command, values, result)) as parts:
            async for part in parts:
                yield part
        yield Card(title, state="failed" if result.failed else "done", key=step)

    async def _called(
        self, run: Run, talk: Talk, command: Command, values: dict[str, Value], result: Result
    ) -> Reply:
        allowed = talk.decided == "yes"
        inside = Inside(run, command, values, talk.number, None if allowed else self._asks_above)
        try:
            async with aclosing(self._layered(command, allowed)(inside)) as parts:
                async for part in parts:
                    for shown in result.hear(part):
                        yield shown
        except AsksFirst:
            raise
        except ParleyError as error:
            log.info("%s: %s: %s", inside.id, type(error).__name__, error)
            result.fail(error.sentence)
        except Exception:
            log.exception("%s failed", inside.id)
            result.fail("Something went wrong inside Parley.")

    def _layered(self, command: Command, allowed: bool) -> Handler:  # noqa: FBT001  computed
        """Who may not do it at all is refused by the layers, and not asked."""
        if not (layers := self._inner.layers):
            raise RuntimeError("without layers there are no tools")

        async def handler(inside: Run) -> Reply:
            if not allowed:
                self._ask(command, inside, _values(inside))
            async with aclosing(command.handler(inside)) as parts:
                async for part in parts:
                    yield part

        return layers(handler)

    def _ask(self, command: Command, run: Run, values: Mapping[str, Value]) -> None:
        """Raises AsksFirst."""
        if command.would_change(values):
            raise AsksFirst("it changes something")
        place = run.event.place
        adapter = self._adapters.get(place.platform)
        if command.private and not command.aloud and not (adapter and adapter.alone(place)):
            raise AsksFirst("it is for you alone, and everybody here could read it")


def _values(run: Run) -> Mapping[str, Value]:
    return run.event.values if isinstance(run.event, Invocation) else {}


def told(command: Command, values: Mapping[str, Value]) -> str:
    """As a person would write it."""
    first = command.options[0].name if command.options else ""
    words = [str(values[first])] if first in values else []
    rest = [f"{name}:{value}" for name, value in values.items() if name != first]
    text = " ".join(" ".join([f"/{command.name}", *words, *rest]).split())
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"
