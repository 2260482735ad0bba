"""Watched channels: accept, dispatch and the moderators' desk over a real database, a provider on
loopback, and a platform that does what moderators want of it.
"""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from bot.app import layers_of
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.turns import Turns
from bot.errors import Refused
from bot.events import Author, Edited, Invocation, Message, Place
from tests.handlers.desk import desk

ADA = Author("slack:T1:ADA", "Ada")
BOSS = Author("slack:T1:BOSS", "Boss")
HERE = Place("slack", "T1", "C1")
MODS = Place("slack", "T1", "MODS")
_ids = itertools.count(1)


@dataclass
class Post:
    """What one delivery shows now."""

    place: Place
    private_to: str
    text: str = ""
    title: str = ""
    fields: dict = field(default_factory=dict)
    buttons: tuple = ()
    notices: list = field(default_factory=list)
    images: list = field(default_factory=list)


class Platform:
    name = "slack"
    speaks: Literal["opus", "mp3"] = "mp3"
    largest = 10**9

    def __init__(self):
        self.posts = {}
        self.done = []  # (verb, source or person, more)
        self.refuses = set()  # verbs that this platform does not have
        self.files = {}
        self._news = asyncio.Event()

    async def deliver(self, delivery, screen):
        while not screen.done:
            await screen.changed()
        post = self.posts.setdefault(
            delivery.id, Post(delivery.place, delivery.author.id if delivery.private else "")
        )
        post.notices += [notice.text for notice in screen.notices]
        if screen.visible:
            card = next(iter(screen.cards), None)
            post.text, post.title = screen.text, card.title if card else ""
            post.fields = dict(card.fields) if card else {}
            post.buttons = tuple(button.label for button in screen.buttons)
            post.images = list(screen.media)
        self._news.set()

    async def open(self, attachment):
        if attachment.reference not in self.files:
            raise Refused("It is gone.")
        yield self.files[attachment.reference]

    async def history(self, place, before, limit):
        return ()

    def alone(self, place):
        return place.channel.startswith("D")

    @property
    def order(self):
        return self

    async def link(self, place, source):
        return f"https://chat.example.com/{place.channel}/{source}"

    async def _do(self, verb, *what):
        if verb in self.refuses:
            raise Refused(f"This platform lets a bot not {verb}.")
        self.done.append((verb, *what))

    async def react(self, place, source, emoji):
        await self._do("react", source, emoji)

    async def remove(self, place, source):
        await self._do("remove", source)

    async def time_out(self, place, author, seconds):
        await self._do("time out", author.id, seconds)


class House:
    def __init__(self, it, platform):
        self.services, self.openai, self.storage = it.services, it.openai, it.storage
        self.platform = platform
        it.services.adapters["slack"] = platform
        turns = Turns(it.storage, it.router, layers_of(it.services), it.services.adapters)
        self.dispatcher = Dispatcher(it.storage.inbox, turns)
        it.services.announce.accept = self.dispatcher.accept
        self._running = asyncio.create_task(self.dispatcher.run())

    async def crash(self):
        self._running.cancel()
        await asyncio.wait([self._running])
        self.dispatcher._lanes.close()
        await self.dispatcher._lanes.cancel()

    def message(self, text, *, by=ADA, addressed=False, place=HERE, files=(), id_=""):
        number = next(_ids)
        return Message(
            id=id_ or f"m{number}", place=place, author=by, at=1.0, text=text,
            source=f"s{number}", addressed=addressed, attachments=tuple(files),
        )  # fmt: skip

    async def say(self, text, **more):
        message = self.message(text, **more)
        await self.dispatcher.accept(message)
        return message

    async def edit(self, message, text):
        fields = {name: getattr(message, name) for name in Message.__struct_fields__}
        fields |= {"id": f"{message.id} edited", "text": text}
        await self.dispatcher.accept(Edited(**fields, message=message.id))

    async def command(self, name, *, by=BOSS, place=HERE, of="", button=False, **values):
        """The delivery."""
        how = "button" if button else "slash"
        event = Invocation(id=f"i{next(_ids)}", place=place, author=by, at=1.0, command=name,
                           values=values, by=how, of=of)  # fmt: skip
        known = set(self.platform.posts)
        await self.dispatcher.accept(event)
        await self.settled()
        return next(iter(set(self.platform.posts) - known), of)

    async def answer(self, name, **more):
        """What its answer shows."""
        return self.platform.posts[await self.command(name, **more)]

    async def settled(self):
        """Until the inbox is empty."""
        query = "SELECT count(*) FROM inbox"

        async def open_rows():
            return await self.storage.database.read(lambda db: db.execute(query).fetchone()[0])

        async with asyncio.timeout(20):
            while await open_rows():
                await asyncio.sleep(0.01)
            while self.dispatcher._lanes._tasks:
                await asyncio.sleep(0.01)

    def cases(self):
        return {id_: post for id_, post in self.platform.posts.items() if post.place == MODS
                and post.title}  # fmt: skip

    async def watched(self):
        """The channel is watched, and the moderators have a queue."""
        await self.command("moderation on")
        await self.command("moderation queue", place=MODS, where="here")

    async def judged(self):
        query = "SELECT message, category, action FROM judged ORDER BY rowid"
        return await self.storage.database.read(lambda db: db.execute(query).fetchall())


@asynccontextmanager
async def house(path, platform=None, **settings):
    async with desk(path, moderation=settings) as it:
        house = House(it, platform or Platform())
        try:
            yield house
        finally:
            await house.crash()
