"""Pinned facts: what Parley always knows in a thread or a channel. And /reset, to begin anew."""

from collections.abc import Iterable

from bot.commands import Command, Option
from bot.conversation.context import Context
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.pins import Pin

WHERE = ("thread", "channel")
_TO_PIN = Option("text", "What Parley shall always know", required=True, long=True)
_SCOPE = Option("scope", "Where: in this thread, or in the whole channel (admins)", choices=WHERE)


def setup(services: Services) -> Iterable[Command]:
    desk = Desk(services)
    number = Option("number", "Of the list in /pins", int, required=True, minimum=1)
    yield Command(
        "pin",
        "Have Parley always know a fact here",
        desk.pin,
        (_TO_PIN, _SCOPE),
        tool=True,
        changes=True,
    )
    yield Command("pins", "What is pinned here", desk.pins, tool=True)
    yield Command("unpin", "Take a pinned fact back", desk.unpin, (number,))
    yield Command("reset", "Begin anew: what was said here is sent no more", desk.reset)


class Desk:
    def __init__(self, services: Services) -> None:
        self._pins = services.pins
        self._memory = services.memory
        self._admins = services.admins
        model = services.catalogue.model(services.chat_model)
        settings = services.settings
        self._context = Context(model, settings.answer_tokens, settings.context_tokens)

    async def pin(self, run: Run) -> Reply:
        event = run.event
        if not isinstance(event, Invocation):
            raise TypeError("pin is a command")
        text = " ".join(str(event.values["text"]).split())
        scope = str(event.values.get("scope", "thread"))
        if scope == "channel":
            self._for_admins(run)
        there = [pin.text for pin in await self._pins.of(event.place)]
        if text in there:
            raise Refused("That is pinned already.")
        size, share = sum(map(self._context.cost, [*there, text])), self._context.share("pinned")
        if size > share:
            raise Refused(f"With this, what is pinned here would be {size:,} tokens, and there is "
                          f"room for {share:,}. Make it shorter, or `/unpin` another.")  # fmt: skip
        key = event.place.channel_key if scope == "channel" else event.place.key
        await self._pins.add(key, text, event.author.id)
        where = f"in this {scope}" if event.place.thread or scope == "channel" else "here"
        yield Text(f"Pinned {where}: {text}")

    async def pins(self, run: Run) -> Reply:
        pins = await self._pins.of(run.event.place)
        lines = [f"{number}. {pin.text}{_of(pin, run)}" for number, pin in enumerate(pins, 1)]
        yield Text("\n".join(lines) or "Nothing is pinned here. `/pin` and a fact does it.")

    async def unpin(self, run: Run) -> Reply:
        pins = await self._pins.of(run.event.place)
        number = run.event.values["number"] if isinstance(run.event, Invocation) else 0
        if not (isinstance(number, int) and 1 <= number <= len(pins)):
            raise Refused(f"There is no number {number}. `/pins` lists what is pinned here.")
        pin = pins[number - 1]
        if pin.scope == run.event.place.channel_key:
            self._for_admins(run)
        await self._pins.delete(pin.id)
        yield Text(f"Not pinned any more: {pin.text}")

    async def reset(self, run: Run) -> Reply:
        some = await self._memory.begin_anew(run.event.place)
        yield Text(
            "We begin anew: of what was said here before, nothing is sent to the model any more. "
            "What is pinned stays (`/pins`)."
            if some else "There is nothing here that would be sent. In a thread, write it there."
        )  # fmt: skip

    def _for_admins(self, run: Run) -> None:
        if run.event.author.id not in self._admins:
            raise Refused("What a whole channel pins is for admins. You can pin it in a thread.")


def _of(pin: Pin, run: Run) -> str:
    return " _(the whole channel)_" if pin.scope == run.event.place.channel_key else ""
