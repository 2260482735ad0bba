"""What is done about a flagged message, by a policy or by a moderator."""

import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from bot.errors import Refused
from bot.events import Author, Message, Place
from bot.moderating.kinds import plain
from bot.moderating.policy import Match
from bot.services import Services

QUEUE = "moderation queue"  # the preference of a workspace: where its cases go
TIMEOUT = 600.0  # seconds
EXCERPT = 160  # characters
MARK = "⚠️"


class Actor:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._verbs: Mapping[str, Callable[[Place, str, Author], Awaitable[None]]] = {
            "react": self._react,
            "delete": self._delete,
            "timeout": self._time_out,
        }

    async def act(self, message: Message, match: Match) -> None:
        """Done twice (a restart), it is as if done once."""
        place, source, author = message.place, message.source, message.author
        note = ""
        if match.action == "warn":
            await self.warn(message.id, place, author, match.category)
        else:
            note = await self.do(match.action, place, source, author)
        if match.action != "log":
            await self._tell(message, note)

    async def do(self, action: str, place: Place, source: str, author: Author) -> str:
        """What to say of it, where the platform did not let Parley."""
        verb = self._verbs.get(action)
        if verb is None:
            return ""
        try:
            await verb(place, source, author)
        except Refused as refusal:
            return refusal.sentence
        return ""

    async def warn(self, message: str, place: Place, author: Author, category: str) -> None:
        """Its author alone reads it."""
        await self._services.announce(
            f"warning {message}", "moderation_warning", author=author, place=place,
            values={"kind": plain([category])},
        )  # fmt: skip

    async def _react(self, place: Place, source: str, _author: Author) -> None:
        await self._services.adapters[place.platform].order.react(place, source, MARK)

    async def _delete(self, place: Place, source: str, _author: Author) -> None:
        await self._services.adapters[place.platform].order.remove(place, source)

    async def _time_out(self, place: Place, _source: str, author: Author) -> None:
        await self._services.adapters[place.platform].order.time_out(place, author, TIMEOUT)

    async def _tell(self, message: Message, note: str) -> None:
        """The moderators, where they have a queue."""
        if not (queue := await self.queue(message.place)):
            return
        values = {
            "message": message.id,
            "name": message.author.name or message.author.id,
            "excerpt": excerpt(message.text),
            "note": note,
        }
        await self._services.announce(
            f"case {message.id}", "moderation_case", author=message.author, place=queue,
            values=values,
        )  # fmt: skip

    async def queue(self, place: Place) -> Place | None:
        told = (await self._services.preferences.of(place.payer)).get(QUEUE)
        return msgspec.json.decode(told, type=Place) if told else None


def excerpt(text: str) -> str:
    """Short, and harmless to read: it calls nobody, links nowhere and shows nothing."""
    line = " ".join(re.sub(r"[`*_~|<>\[\]]", "", text).split())
    line = line.replace("://", ":").replace("@", "@\u200b")
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
