"""What is being answered and called now, without what was said: for admins to look at. There are a
few hundred rows of each at most, and a page has fewer.
"""

from typing import Literal, NamedTuple

import msgspec

from bot.events import Author, Place
from bot.storage.database import Database


class _Glance(msgspec.Struct, frozen=True):
    """Of an event, all but its words."""

    type: str
    author: Author
    place: Place
    at: float
    command: str = ""
    by: str = ""


class Turn(NamedTuple):
    what: str  # message, deleted, stop; of an invocation its command
    by_itself: bool  # nobody asked
    author: Author
    place: Place
    at: float
    attempt: int
    process: Literal["this", "another", "none"]


class Calling(NamedTuple):
    """An HTTP attempt whose answer is not there yet. Money is micro-dollars."""

    author: str
    capability: str
    model: str
    reserved: int
    started: float


class Numbers(NamedTuple):
    turns: int
    calls: int  # jobs are not among them
    reserved: int  # by jobs too


class UnderWay:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def turns(self, most: int) -> list[Turn]:
        """The oldest first."""
        query = "SELECT owner, attempt, event FROM inbox ORDER BY position LIMIT ?"
        rows = await self._database.read(lambda db: db.execute(query, (most,)).fetchall())
        return [turn for row in rows if (turn := self._turn(*row))]

    async def calls(self, most: int) -> list[Calling]:
        """The oldest first."""
        rows = await self._database.read(lambda db: db.execute(_CALLS, (most,)).fetchall())
        return [Calling(*row) for row in rows]

    async def numbers(self) -> Numbers:
        row = await self._database.read(lambda db: db.execute(_NUMBERS).fetchone())
        return Numbers(*row)

    def _turn(self, owner: str | None, attempt: int, event: bytes) -> Turn | None:
        try:
            seen = _decode(event)
        except msgspec.DecodeError:  # a later version's; the inbox says so in the log
            return None
        mine = self._database.owner.id
        process: Literal["this", "another", "none"] = "another" if owner else "none"
        return Turn(
            seen.command or seen.type, seen.by == "parley", seen.author, seen.place, seen.at,
            attempt, "this" if owner == mine else process,
        )  # fmt: skip


_decode = msgspec.json.Decoder(_Glance).decode
_CALLS = """SELECT author, capability, model, reserved, started FROM calls
    WHERE state = 'held' AND job IS NULL ORDER BY id LIMIT ?"""
_NUMBERS = """SELECT (SELECT count(*) FROM inbox), count(*) FILTER (WHERE job IS NULL),
    coalesce(sum(reserved), 0) FROM calls WHERE state = 'held'"""
