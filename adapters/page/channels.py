"""The channels that all identities of the page share."""

from adapters.page.wire import ChannelLine
from bot.errors import Refused
from bot.ports import State

FIRST = "#general"  # there from the beginning

_MOST = 200
_ROW = "page/channels/"


class Channels:
    def __init__(self, state: State) -> None:
        self._state = state

    async def all(self) -> tuple[str, ...]:
        rows = await self._state.scan(_ROW)
        return tuple(sorted({FIRST, *(key.removeprefix(_ROW) for key, _ in rows)}))

    async def create(self, name: str, by: str) -> ChannelLine:
        """Raises Refused."""
        names = await self.all()
        if name in names:
            raise Refused(f"{name} is there already.")
        if len(names) >= _MOST:
            raise Refused(f"There are {_MOST} channels, and no more fit: use one of them.")
        await self._state.put(_ROW + name, by)
        return ChannelLine(name)

    async def home(self, person: str, channel: str) -> str:
        """Where a person is: in this channel, or in what is their own. Raises Refused."""
        if not channel:
            return person
        if channel != FIRST and await self._state.get(_ROW + channel) is None:
            raise Refused(f"There is no channel {channel}: create it first.")
        return channel


def shared(home: str) -> bool:
    """A person's name never begins like that of a channel."""
    return home.startswith("#")
