"""Calls of a team, as the ledger books them, and a clock that can be moved."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.events import Author, Invocation, Place
from bot.run import Run
from bot.screen import Screen
from bot.spending import windows
from tests.handlers.desk import desk

BERLIN = ZoneInfo("Europe/Berlin")
BOSS = Author("slack:T1:BOSS", "Grace")
HERE = Place("slack", "T1", "C1")
NOON = datetime(2026, 11, 23, 12, tzinfo=BERLIN).timestamp()
_CALL = """INSERT INTO calls (call, attempt, delivery, author, workspace, channel, capability,
    model, tokens_in, pictures, seconds, characters, cap, reserved, day, month, owner, started)
    VALUES ('c', 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, 'o', ?)"""
_SETTLE = """UPDATE calls SET state = 'settled', cost = ?, estimated = ?, tokens_out = ?
    WHERE id = ?"""


class Time:
    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now

    def at(self, *moment):
        self.now = datetime(*moment, tzinfo=BERLIN).timestamp()


class Adapter:
    """Knows the names of channels."""

    def __init__(self, **names):
        self.names = names

    async def called(self, place):
        return self.names.get(place.channel, "")


def book(connection, at=NOON, **facts):
    """One settled call."""
    usual = {"author": "slack:T1:ADA", "workspace": "slack:T1", "channel": "slack:T1:C1",
             "capability": "chat", "model": "gpt-4o-mini", "cost": 10_000, "estimated": 0,
             "tokens_in": 100, "tokens_out": 50, "delivery": "d", "pictures": 0, "seconds": 0,
             "characters": 0, "zone": BERLIN}  # fmt: skip
    call = usual | facts
    zone = call["zone"]
    row = connection.execute(
        _CALL,
        (*(call[name] for name in ("delivery", "author", "workspace", "channel", "capability",
                                   "model", "tokens_in", "pictures", "seconds", "characters")),
         windows.start("day", at, zone), windows.start("month", at, zone), at),
    ).lastrowid  # fmt: skip
    connection.execute(_SETTLE, (call["cost"], call["estimated"], call["tokens_out"], row))


class ReportsDesk:
    def __init__(self, desk, time):
        self.services = desk.services
        self.storage = desk.storage
        self.openai = desk.openai
        self.time = time

    async def book(self, *moment, **facts):
        at = datetime(*moment, tzinfo=BERLIN).timestamp() if moment else self.time.now
        await self.storage.database.write(lambda db: book(db, at, **facts))

    async def known(self, **names):
        """ADA="Ada": how people are called."""
        for id_, name in names.items():
            await self.services.people.met(Author(f"slack:T1:{id_}", name))

    def run(self, command="usage report", place=HERE, author=BOSS, **values):
        event = Invocation(id="i", place=place, author=author, at=self.time.now, command=command,
                           values=values)  # fmt: skip
        return Run(event, "delivery")


async def shown(parts):
    screen = Screen()
    async for part in parts:
        screen.show(part)
    return screen


@asynccontextmanager
async def reports_desk(path, time=None, **settings):
    async with desk(path, timezone="Europe/Berlin", **settings) as found:
        given = ReportsDesk(found, time or Time())
        given.services = replace(given.services, adapters={"slack": Adapter(C1="#general")})
        yield given
