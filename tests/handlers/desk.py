"""Handlers with all their services, over a real database and a provider on loopback."""

import itertools
from contextlib import asynccontextmanager

from bot.commands import Command, Commands
from bot.events import Author, Invocation, Message, Place
from bot.openai import catalogue
from bot.openai.chat import Chat
from bot.openai.transport import Transport
from bot.parts import Notice
from bot.run import Run
from bot.screen import Screen
from bot.services import Services
from bot.settings import Settings
from bot.spending.budgets import Budgets
from bot.spending.door import OpenAI
from bot.spending.ledger import Ledger
from bot.storage.store import open_storage
from handlers import chat, feedback, help, home  # noqa: A004  the command's name
from tests.fakes.openai import FakeOpenAI

ADA = Author("slack:T1:ADA", "Ada")
PLACE = Place("slack", "T1", "C1", "1.1")
_ids = itertools.count()


class Desk:
    def __init__(self, services, openai, storage):
        self.services = services
        self.openai = openai
        self.storage = storage
        for found in (f for module in (help, chat, feedback, home) for f in module.setup(services)):
            if isinstance(found, Command):
                services.commands[found.name] = found
        self.triggers = [t for t in chat.setup(services) if not isinstance(t, Command)]

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
        if isinstance(run.event, Invocation):
            return self.services.commands[run.event.command].handler(run)
        return next(t for t in self.triggers if t.matches(run.event)).handler(run)

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
    async with FakeOpenAI() as openai:
        settings = Settings(
            openai_base_url=openai.url, openai_api_key=openai.key,
            chat_model=settings.pop("chat_model", "gpt-4o-mini"), **settings,
        )  # fmt: skip
        storage = await open_storage(path / "parley.db")
        models = catalogue.load(settings.catalogue)
        transport = Transport(settings.openai_base_url, settings.openai_api_key)
        ledger = Ledger(storage.ledger, Budgets(settings), models)
        services = Services(
            settings=settings, admins=frozenset({"slack:T1:BOSS"}), sandboxed=False,
            chat_model=settings.chat_model, catalogue=models,
            openai=OpenAI(Chat(transport, models), models, ledger, settings),
            ledger=ledger, memory=storage.memory, feedback=storage.feedback, commands=Commands(()),
        )  # fmt: skip
        try:
            yield Desk(services, openai, storage)
        finally:
            await ledger.aclose()
            await transport.aclose()
            await storage.close()
