"""Facts that people pinned: sent to the model with each question, word for word."""

import sqlite3
import time

import msgspec

from bot.events import Place
from bot.storage.database import Database


class Pin(msgspec.Struct, frozen=True):
    id: int
    scope: str  # a Place's key or channel_key
    text: str
    author: str


class Pins:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, scope: str, text: str, author: str) -> None:
        row = (scope, text, author, time.time())
        query = "INSERT INTO pins (scope, text, author, at) VALUES (?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def of(self, place: Place) -> list[Pin]:
        """Those of the channel, then those of the thread, oldest first."""
        return await self._database.read(lambda db: _of(db, place))

    async def delete(self, id_: int) -> None:
        query = "DELETE FROM pins WHERE id = ?"
        await self._database.write(lambda db: db.execute(query, (id_,)).rowcount)


def pinned(connection: sqlite3.Connection, place: Place) -> list[str]:
    return [pin.text for pin in _of(connection, place)]


def _of(connection: sqlite3.Connection, place: Place) -> list[Pin]:
    query = "SELECT id, scope, text, author FROM pins WHERE scope = ? ORDER BY id"
    rows = [
        row for scope in (place.channel_key, place.key)
        for row in connection.execute(query, (scope,)).fetchall()
    ]  # fmt: skip
    return [Pin(*row) for row in rows]
