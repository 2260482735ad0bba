"""A desk with a clock, where what Parley says by itself is heard."""

import itertools
from contextlib import asynccontextmanager

from bot.jobs.watch import Watch
from bot.run import Run
from bot.screen import Screen
from tests.fakes.openai_resources import NOW
from tests.handlers.desk import desk

_ids = itertools.count()


class Office:
    """`heard`: the announcements that were new, in order. `posts`: what each delivery shows."""

    def __init__(self, desk):
        self.desk = desk
        self.services = desk.services
        self.openai = desk.openai
        self.now = float(NOW)
        self.heard = []
        self.posts = {}
        self.notices = []
        self._seen = set()
        desk.services.announce.accept = self.accept

    @property
    def watch(self):
        """A process's: each is a new one."""
        return Watch(self.services, lambda: self.now, lambda _least, _most: 1.0)

    async def accept(self, event):
        if event.id in self._seen:
            return "duplicate"
        self._seen.add(event.id)
        self.heard.append(event)
        await self.show(Run(event, f"by itself {next(_ids)}"))
        return "accepted"

    async def show(self, run):
        """As dispatch does it: the answer to a button replaces what its message shows."""
        screen = Screen()
        async for part in self.desk.reply(run):
            screen.show(part)
        self.notices += screen.notices
        if screen.visible or screen.withdrawn:
            self.posts[run.answers] = screen
        return screen

    async def look(self, after=0.0):
        """The watch's turn, so many seconds later."""
        self.now += after
        await self.watch.look()

    async def until_due(self):
        """As much later as it takes."""
        [job] = await self.services.jobs.under_way()
        await self.look(max(0.0, job.next_at - self.now))

    @property
    def ends(self):
        return [event for event in self.heard if event.command == "job_ended"]

    @property
    def changes(self):
        return [event for event in self.heard if event.command == "job_card"]


@asynccontextmanager
async def office(path, **settings):
    async with desk(path, **settings) as it:
        yield Office(it)


def card(screen):
    [card] = screen.cards
    return card


def facts(screen):
    return dict(card(screen).fields)
