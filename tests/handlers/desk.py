"""Handlers with all their services, over a real database and a provider on loopback."""

import itertools
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from bot.app import compose
from bot.discovery import set_up_handlers
from bot.events import Author, Invocation, Message, Place
from bot.parts import Notice
from bot.run import Run
from bot.screen import Screen
from bot.settings import Settings
from bot.storage.store import open_storage
from tests.fakes.openai import FakeOpenAI

ADA = Author("slack:T1:ADA", "Ada")
PLACE = Place("slack", "T1", "C1", "1.1")
_ids = itertools.count()


class Desk:
    def __init__(self, services, openai, storage):
        self.services = services
        self.openai = openai
        self.storage = storage
        self.router = set_up_handlers(services)

    def asked(self, text, *, place=PLACE, shown="", id_=""):
        """A Run of a message to Parley."""
        event = Message(id=f"m{next(_ids)}", place=place, author=ADA, at=1.0, text=text,
                        source="1.1", addressed=True)  # fmt: skip
        return Run(event, id_ or f"d{next(_ids)}", shown, 2 if shown else 1)

    def pressed(self, name, of, **values):
        event = Invocation(id=f"i{next(_ids)}", place=PLACE, author=ADA, at=1.0, by="button",
                           command=name, of=of, values=values)  # fmt: skip
        return Run(event, f"d{next(_ids)}")

    def reply(self, run):
        route = self.router.route(run.event)
        run.event, run.apart = route.event, route.apart
        return route.handler(run)

    async def screen(self, run):
        """What people see in the end."""
        screen = Screen()
        async for part in self.reply(run):
            assert not isinstance(part, Notice)
            screen.show(part)
        return screen

    async def say(self, text):
        return (await self.screen(self.asked(text))).text

    def prompt(self, call=-1):
        """What the model got, without the system prompt: (role, text)."""
        messages = self.openai.calls[call].body["messages"]
        return [(m["role"], m["content"]) for m in messages[1:]]

    async def rows(self):
        """(state, estimated, cost) of each attempt."""
        query = "SELECT state, estimated, cost FROM calls ORDER BY id"
        return await self.storage.database.read(lambda db: db.execute(query).fetchall())


@asynccontextmanager
async def desk(path, **settings):
    async with FakeOpenAI() as openai, AsyncExitStack() as stack:
        chat = {"model": settings.pop("chat_model", "gpt-4o-mini")}
        settings = Settings(
            openai_base_url=openai.url, openai_api_key=openai.key, chat=chat, **settings
        )
        storage = await open_storage(path / "parley.db")
        stack.push_async_callback(storage.close)
        services = compose(stack, settings, storage)
        yield Desk(replace(services, admins=frozenset({"slack:T1:BOSS"})), openai, storage)
