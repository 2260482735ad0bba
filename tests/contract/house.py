"""The real inside of Parley, put together as bot.app does it, with a platform of a World's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot import app
from bot.conversation.where import Wheres
from bot.discovery import set_up_handlers
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.turns import Turns
from bot.errors import NotAccepted
from bot.layers import Suggester
from bot.settings import Settings
from bot.storage.store import open_storage
from bot.supervision import Supervision
from tests.contract import show
from tests.contract.world import Post, World
from tests.fakes.openai import FakeOpenAI


class House:
    """Parley with real storage, handlers and adapter, between two fakes.

    `start` and `crash` are one process each; the World and the database outlive them.
    """

    def __init__(self, world: World, openai: FakeOpenAI, path: Path) -> None:
        self.world = world
        self.openai = openai
        self.refusing = False  # nothing can be written down
        self.refused = asyncio.Event()
        self.heard = []  # every event
        self._settings = Settings(
            _env_file=None, openai_base_url=openai.url, openai_api_key=openai.key,
            chat={"model": "gpt-4o-mini"}, database_url=f"sqlite:///{path / 'parley.db'}",
        )  # fmt: skip

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self.storage = await open_storage(self._settings.database_path)
        self._stack.push_async_callback(self.storage.close)
        services = app.compose(self._stack, self._settings, self.storage)
        router = set_up_handlers(services)
        for command in show.commands():
            services.commands[command.name] = command
        await self.world.connect(self.storage.state, Wheres(self.storage.preferences).of)
        adapter = self.world.adapter
        layers = app.layers_of(services)
        services.adapters[adapter.name] = adapter
        turns = Turns(self.storage, router, layers, services.adapters)
        self.dispatcher = Dispatcher(self.storage.inbox, turns)
        services.announce.accept = self.dispatcher.accept
        self.services = services
        suggest = Suggester(services.commands, services.admins)
        keeping = Supervision().keep(adapter, self._accept, suggest, services.commands)
        self._tasks = [asyncio.create_task(self.dispatcher.run()), asyncio.create_task(keeping)]
        if back := getattr(self.world, "back", None):
            await back()

    async def crash(self) -> None:
        """As near to kill -9 as it gets within one process: nobody gets to say a last word."""
        async with self._stack:
            self.dispatcher._lanes.close()
            await self.dispatcher._lanes.cancel()
            for task in self._tasks:
                task.cancel()
            await self.world.disconnect()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def leave(self) -> None:
        """As at SIGTERM, with less patience."""
        self._tasks[1].cancel()
        await self.dispatcher.drain()
        await self.crash()

    async def restart(self) -> None:
        await self.crash()
        await self.start()

    async def _accept(self, event):
        if self.refusing:
            self.refused.set()
            raise NotAccepted("Parley cannot write this down now; please try again.")
        self.heard.append(event)
        return await self.dispatcher.accept(event)

    # What people see

    def posts(self, thread: str = "") -> list[Post]:
        """All that Parley posted, or what it posted in this thread."""
        return [post for post in self.world.posts() if thread in {"", post.thread}]

    def answers(self, thread: str = "") -> list[Post]:
        """Those that stand: a finished answer has its button."""
        return [post for post in self.posts(thread) if "Regenerate" in post.buttons]

    async def answered(self, number: int = 1, *, thread: str = "") -> list[Post]:
        """Once there are so many finished answers: all posts, with those that should not be."""
        await self.world.until(lambda: len(self.answers(thread)) >= number)
        await self.settled()
        return self.posts(thread)

    async def shows(self, text: str) -> Post:
        """The post, once it says this."""
        await self.world.until(lambda: any(text in post.text for post in self.world.posts()))
        return next(post for post in self.world.posts() if text in post.text)

    async def noted(self) -> None:
        """Until the database knows what people have read of the answers under way, all of it."""
        query = "SELECT delivery, shown FROM inbox"

        async def known() -> bool:
            noted = dict(await self.storage.database.read(lambda db: db.execute(query).fetchall()))
            under_way = self.dispatcher._turns._answering.values()
            return all(noted.get(a.run.id) == a.screen.text for a in under_way)

        async with asyncio.timeout(5):
            while not await known():
                await asyncio.sleep(0.01)

    async def settled(self) -> None:
        assert await self.dispatcher._lanes.idle(10)


@asynccontextmanager
async def living(world: World, path: Path) -> AsyncIterator[House]:
    async with FakeOpenAI() as openai:
        house = House(world, openai, path)
        await house.start()
        try:
            yield house
        finally:
            await house.crash()
            await world.aclose()
