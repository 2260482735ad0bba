"""/forget: a message, a thread, or everything of a person. What was spent stays booked."""

from collections.abc import Iterable, Sequence

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation
from bot.forgetting.forgetter import WITHDRAW, Forgetter
from bot.parts import Reply, Text, Withdraw
from bot.run import Run
from bot.services import Services
from bot.storage.forgetting import Kept

_SURE = Option("sure", "Write yes: what is forgotten cannot be had back", choices=("yes",))


def setup(services: Services) -> Iterable[Command]:
    desk = Desk(services)
    yield Command(
        "forget message", "Have Parley forget a message and its answer: reply to it, or choose it",
        desk.message, shortcut="Forget this",
    )  # fmt: skip
    yield Command("forget thread", "Have Parley forget what you said in this thread", desk.thread)
    yield Command(
        "forget me", "Have Parley forget everything about you", desk.me, (_SURE,), private=True
    )
    yield Command(WITHDRAW, "Take back what was forgotten", _withdraw, access="parley")


class Desk:
    def __init__(self, services: Services) -> None:
        self._forgetter = Forgetter(services)
        self._storage = services.forgetting
        self._admins = services.admins

    async def message(self, run: Run) -> Reply:
        """One's own, or an admin anybody's."""
        event = run.event
        on = event.on if isinstance(event, Invocation) else None
        if on is None:
            raise Refused("Reply to the message that Parley shall forget, or use *Forget this* in "
                          "its menu.")  # fmt: skip
        delivery = await self._storage.at(event.place, on.id, on.source)
        kept = await self._storage.of(delivery) if delivery else None
        if kept is None:
            raise Refused("Parley remembers nothing of this message.")
        if not self._may(run, kept):
            raise Refused("Somebody else asked that: they can have it forgotten, or an admin.")
        await self._forgetter.forget([kept])
        await self._forgetter.on_platform(event.place.platform, event.place, messages=[on.id])
        await self._storage.finish()
        yield Text("Forgotten, with its answer.")

    async def thread(self, run: Run) -> Reply:
        """One's own words; all of them, where one was alone there or is an admin."""
        place = run.event.place
        kept = await self._storage.thread(place.key)
        mine = [one for one in kept if self._may(run, one)]
        await self._forgetter.forget(mine)
        whole = len(mine) == len(kept)
        author = "" if whole else run.event.author.id
        if place.thread:
            await self._forgetter.on_platform(place.platform, place, author=author)
            await self._storage.finish()
        yield Text(_forgot(mine, "in this thread" if place.thread else "here", whole=whole))

    async def me(self, run: Run) -> Reply:
        author, platform = run.event.author.id, run.event.place.platform
        kept = await self._storage.person(author)
        if not (isinstance(run.event, Invocation) and run.event.values.get("sure")):
            yield Text(
                f"That would forget {_answers(len(kept))} with what you asked, and what you chose, "
                "pinned and thought of answers, everywhere. It cannot be had back; `/export me` "
                "gives you a copy. If you are sure: `/forget me sure:yes`."
            )
            return
        ended = await self._forgetter.end(author, run.id)
        await self._forgetter.forget(kept)
        await self._storage.forget_person(author)
        await self._forgetter.on_platform(platform, author=author)
        await self._storage.finish()
        yield Text(
            f"Parley has forgotten {_answers(len(kept))} with what you asked, and what it kept "
            "about you. What was spent stays booked, without a word of it."
            + (" And what you asked meanwhile has ended." if ended else "")
        )

    def _may(self, run: Run, kept: Kept) -> bool:
        return kept.author == run.event.author.id or run.event.author.id in self._admins


def _forgot(mine: Sequence[Kept], where: str, *, whole: bool) -> str:
    if not mine and whole:
        return f"Parley remembers nothing {where}."
    told = f"Parley has forgotten {_answers(len(mine))} with what was asked {where}."
    rest = " What others asked stays; an admin can have all of it forgotten."
    return told if whole else told + rest


def _answers(number: int) -> str:
    return "1 answer" if number == 1 else f"{number:,} answers"


async def _withdraw(_run: Run) -> Reply:
    yield Withdraw()
