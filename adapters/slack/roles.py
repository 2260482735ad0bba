"""What people are in their workspace, written into what they do: `slack:T1:S9` for a user group,
`slack:T1:admin` for its admins and owners.
"""

import asyncio

from msgspec.structs import replace

from adapters.slack.people import People
from adapters.slack.said import PLATFORM
from bot.events import Author, Event
from bot.ports import Accept, Accepted

PATIENCE = 0.8  # seconds; Slack waits three for an acknowledgement


class Roles:
    def __init__(self, people: People) -> None:
        self._people = people
        self._last: dict[str, asyncio.Future[None]] = {}  # channel -> what came last is passed on

    def noted_by(self, accept: Accept) -> Accept:
        """`accept` that hears of them too. What nobody knows in time, the event goes without; what
        is said in a channel stays in its order.
        """

        async def take(event: Event) -> Accepted:
            channel = event.place.channel_key
            before, passed = self._last.get(channel), asyncio.get_running_loop().create_future()
            self._last[channel] = passed
            try:
                roles = await self.of(event.author)
                if before:
                    await asyncio.wait([before])
            finally:
                passed.set_result(None)
                if self._last.get(channel) is passed:
                    del self._last[channel]
            return await accept(replace(event, author=replace(event.author, roles=roles)))

        return take

    async def of(self, author: Author) -> tuple[str, ...]:
        _, team, user = author.id.split(":", 2)
        if not user:
            return ()
        admin, groups = await asyncio.gather(
            self._people.admins.soon((team, user), PATIENCE, default=False),
            self._people.groups.soon(team, PATIENCE, {}),
        )
        names = (*(["admin"] if admin else []), *groups.get(user, ()))
        return tuple(f"{PLATFORM}:{team}:{name}" for name in names)
