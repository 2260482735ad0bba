"""What people are in their workspace, written into what they do: `slack:T1:S9` for a user group,
`slack:T1:admin` for its admins and owners.
"""

import asyncio
from collections import deque

from msgspec.structs import replace

from adapters.slack.people import People
from adapters.slack.said import PLATFORM
from bot.events import Author, Event
from bot.ports import Accept, Accepted

PATIENCE = 0.8  # seconds; Slack waits three for an acknowledgement


class _Turn:
    def __init__(self) -> None:
        self.ready = False
        self.passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Roles:
    def __init__(self, people: People) -> None:
        self._people = people
        self._lines: dict[str, deque[_Turn]] = {}  # of what waits, by channel

    def noted_by(self, accept: Accept) -> Accept:
        """`accept` that hears of them too. What nobody knows in time, the event goes without; what
        is said in a channel stays in its order.
        """

        async def take(event: Event) -> Accepted:
            channel, author = event.place.channel_key, event.author
            if channel in self._lines or self._known(author) is None:
                await self._wait(channel, author)
            roles = self._known(author) or ()
            return await accept(replace(event, author=replace(author, roles=roles)))

        return take

    async def of(self, author: Author) -> tuple[str, ...]:
        _, team, user = author.id.split(":", 2)
        if user:
            await asyncio.gather(
                self._people.admins.soon((team, user), PATIENCE, default=False),
                self._people.groups.soon(team, PATIENCE, {}),
            )
        return self._known(author) or ()

    def _known(self, author: Author) -> tuple[str, ...] | None:
        """None where it has to be asked for."""
        _, team, user = author.id.split(":", 2)
        if not user:
            return ()
        admin, groups = self._people.admins.known((team, user)), self._people.groups.known(team)
        if admin is None or groups is None:
            return None
        names = (*(["admin"] if admin else []), *groups.get(user, ()))
        return tuple(f"{PLATFORM}:{team}:{name}" for name in names)

    async def _wait(self, channel: str, author: Author) -> None:
        """Until the roles are known, or it took too long, and all before it have passed."""
        line, turn = self._lines.setdefault(channel, deque()), _Turn()
        line.append(turn)
        try:
            if self._known(author) is None:
                await self.of(author)
            turn.ready = True
            _release(line)
            await turn.passed
        finally:
            line.remove(turn)
            _release(line)
            if not line:
                self._lines.pop(channel, None)


def _release(line: deque[_Turn]) -> None:
    for turn in line:
        if not turn.ready:
            return
        if not turn.passed.done():
            turn.passed.set_result(None)
