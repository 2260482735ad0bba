"""Slack as the contract suite sees it."""

from collections.abc import Sequence

from aiohttp import web

from adapters.slack.connect import connect
from adapters.slack.settings import Settings
from bot.ports import Adapter, Ground
from tests.contract.world import Post
from tests.fakes.slack import FakeSlack


class SlackWorld:
    adapter: Adapter

    def __init__(self) -> None:
        self.slack = FakeSlack()

    async def connect(self) -> None:
        await self.slack.__aenter__()
        variables = {name.lower(): value for name, value in self.slack.environment.items()}
        settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type, call-arg]
        ground = Ground(state=NoState(), http=web.Application(), loopback=True, sandbox=True)
        self.adapter = connect(settings, ground)

    async def aclose(self) -> None:
        await self.adapter.close()
        await self.slack.__aexit__()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        return await self.slack.mention(text, by=by, thread=thread)

    async def direct(self, text: str, *, by: str = "ada") -> str:
        return await self.slack.direct(text, by=by)

    async def say(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        return await self.slack.say(text, by=by, thread=thread)

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        await self.slack.slash(command, text, by=by)

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        await self.slack.press(label, post=post, by=by)

    async def redeliver(self) -> None:
        await self.slack.redeliver()

    async def drop(self) -> None:
        self.slack.socket.cut()

    def lose_next_answer(self) -> None:
        self.slack.lose_next_answer()

    def limit_next(self, seconds: float = 0.01) -> None:
        self.slack.limit_next(seconds)

    def posts(self) -> Sequence[Post]:
        return self.slack.posts()

    def calls(self) -> int:
        return self.slack.calls()


class NoState:
    """Slack's adapter keeps nothing."""

    async def get(self, key: str) -> str | None:
        raise NotImplementedError

    async def put(self, key: str, value: str) -> None:
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        raise NotImplementedError

    async def scan(self, prefix: str) -> list[tuple[str, str]]:
        raise NotImplementedError
