"""Discord as the contract suite sees it."""

from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import web

from adapters.discord.connect import connect
from adapters.discord.gateway import Gateway
from adapters.discord.patches import Backoff
from adapters.discord.reading import KEPT
from adapters.discord.settings import Settings
from adapters.pacing import Paces
from bot.ports import Adapter, Ground, State, Where, nobody_chose
from tests.contract.world import Post, Upload
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


def adapter_to(
    discord: FakeDiscord, state: State, where: Where = nobody_chose, **more: object
) -> Adapter:
    """The real adapter, pointed at the fake; it need not wait between two sessions."""
    Gateway.identify_gap, Gateway.settling, Backoff.longest = 0.0, 0.01, 0.05
    variables = {name.lower(): value for name, value in discord.environment.items()} | more
    settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type, call-arg]
    app = web.Application()
    return connect(settings, Ground(state, app, loopback=True, sandbox=True, where=where))


class DiscordWorld:
    adapter: Adapter
    interval = (
        0.05  # not Discord's 1.2: the suite asks for every answer to keep it, not for its size
    )

    def __init__(self) -> None:
        self.discord = FakeDiscord()
        self._sessions = 0  # of the processes before this one

    async def connect(self, state: State | None = None, where: Where = nobody_chose) -> None:
        if not self.discord.api_url:
            await self.discord.__aenter__()
        self.adapter = adapter = adapter_to(self.discord, state or MemoryState(), where)
        adapter._paces = Paces(self.interval)

    async def disconnect(self) -> None:
        self._sessions = self.discord.gateway.opened["identify"]
        self.discord.drop()
        await self.adapter.close()

    async def aclose(self) -> None:
        await self.adapter.close()
        await self.discord.__aexit__()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        await self._heard_of()
        return await self.discord.mention(text, by=by, thread=thread)

    async def direct(self, text: str, *files: Upload, by: str = "ada") -> str:
        await self._heard_of()
        return await self.discord.direct(text, *files, by=by)

    async def say(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        await self._heard_of()
        return await self.discord.say(text, *files, by=by, thread=thread)

    async def share(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        await self._heard_of()
        return await self.discord.mention(text, *files, by=by, thread=thread)

    async def edit(self, message: str, text: str, *, by: str = "ada") -> None:
        await self.discord.edit(message, text)

    async def delete(self, message: str) -> None:
        await self.discord.erase(message)

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> None:
        await self._listened_to()
        self.discord.form = None
        await self.discord.shortcut(label, on=on, by=by)

    def form(self) -> tuple[str, ...]:
        return tuple(self.discord.asked())

    async def fill(self, *, by: str = "ada", **values: str | Upload) -> None:
        await self._listened_to()
        await self.discord.fill(by=by, **values)

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        await self._listened_to()
        self.discord.form = None
        await self.discord.slash(command, text, by=by)

    async def close_channel(self, *who: str) -> None:
        people = [self.discord.store.person(name)["id"] for name in who]
        await self.discord.close(self.discord.store.general, *people)
        self.adapter.clock = partial(_later, self.adapter.clock)  # type: ignore[attr-defined]

    def lose_files(self) -> None:
        self.discord.files.clear()

    def take_at_most(self, size: int) -> None:
        self.adapter.largest = self.discord.store.most = size

    def reactions(self, message: str) -> Sequence[str]:
        return sorted(self.discord._found(message)[1].get("_reactions", ()))

    def stands(self, message: str) -> bool:
        return any(message in held for held in self.discord.store.messages.values())

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        await self._listened_to()
        await self.discord.press(label, post=post, by=by)

    async def redeliver(self) -> None:
        await self.discord.redeliver()

    async def redeliver_unacknowledged(self) -> None:
        """Nobody does: the adapter tries again by itself."""

    async def drop(self) -> None:
        self.discord.drop()

    def lose_next_answer(self) -> None:
        self.discord.lose_next_answer()

    def limit_next(self, seconds: float = 0.01) -> None:
        self.discord.limit_next(seconds)

    def stall(self, *, by: str = "ada") -> None:
        self.discord.stall(by)

    def release(self) -> None:
        self.discord.release()

    async def until(self, holds: Callable[[], object]) -> None:
        await self.discord.until(holds)

    def posts(self) -> Sequence[Post]:
        return self.discord.posts()

    def content(self, name: str) -> bytes:
        return self.discord.content(name)

    def calls(self) -> int:
        return self.discord.writes

    def called(self) -> Sequence[str]:
        channels = self.discord.store.messages.values()
        return [m["id"] for messages in channels for m in messages.values() if m.get("_calls")]

    async def _heard_of(self) -> None:
        """At the very first start, what was said before is not read."""
        await self.discord.until(lambda: self.discord.gateway.opened["identify"])

    async def _listened_to(self) -> None:
        """What is chosen or pressed while nobody listens is never heard of."""
        gateway = self.discord.gateway
        await self.discord.until(lambda: gateway.opened["identify"] > self._sessions)


def _later(clock: Callable[[], float]) -> float:
    return clock() + KEPT
