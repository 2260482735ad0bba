"""Discord as the contract suite sees it."""

from collections.abc import Sequence

from aiohttp import web

from adapters.discord.connect import connect
from adapters.discord.gateway import Gateway
from adapters.discord.settings import Settings
from bot.ports import Adapter, Ground, State
from tests.contract.world import Post
from tests.fakes.discord import FakeDiscord


class MemoryState:
    """State without a database."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def put(self, key: str, value: str) -> None:
        self.kept[key] = value

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)

    async def scan(self, prefix: str) -> list[tuple[str, str]]:
        return sorted((key, value) for key, value in self.kept.items() if key.startswith(prefix))


def adapter_to(discord: FakeDiscord, state: State, **more: object) -> Adapter:
    """The real adapter, pointed at the fake; it need not wait between two sessions."""
    Gateway.identify_gap = 0.0
    variables = {name.lower(): value for name, value in discord.environment.items()} | more
    settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type, call-arg]
    return connect(
        settings, Ground(state=state, http=web.Application(), loopback=True, sandbox=True)
    )


class DiscordWorld:
    adapter: Adapter

    def __init__(self) -> None:
        self.discord = FakeDiscord()

    async def connect(self) -> None:
        await self.discord.__aenter__()
        self.adapter = adapter_to(self.discord, MemoryState())

    async def aclose(self) -> None:
        await self.adapter.close()
        await self.discord.__aexit__()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        await self._listened_to()
        return await self.discord.mention(text, by=by, thread=thread)

    async def direct(self, text: str, *, by: str = "ada") -> str:
        await self._listened_to()
        return await self.discord.direct(text, by=by)

    async def say(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        await self._listened_to()
        return await self.discord.say(text, by=by, thread=thread)

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        await self._listened_to()
        await self.discord.slash(command, text, by=by)

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        await self.discord.press(label, post=post, by=by)

    async def redeliver(self) -> None:
        await self.discord.redeliver()

    async def drop(self) -> None:
        self.discord.drop()

    def lose_next_answer(self) -> None:
        self.discord.lose_next_answer()

    def limit_next(self, seconds: float = 0.01) -> None:
        self.discord.limit_next(seconds)

    def posts(self) -> Sequence[Post]:
        return self.discord.posts()

    def calls(self) -> int:
        return self.discord.writes

    async def _listened_to(self) -> None:
        """At the very first start, what was said before is not read."""
        await self.discord.until(lambda: self.discord.gateway.session)
