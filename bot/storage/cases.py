"""The moderators' queue as a whole: what is open in it, and what was decided lately."""

from collections.abc import Sequence
from typing import Any

import msgspec

from bot.storage.database import Database
from bot.storage.moderation import JUDGED, Judged, Review, judged_of

LOOKED_AT = 5_000  # of the latest cases; old ones are pruned, open or not


class Case(msgspec.Struct, frozen=True):
    delivery: str  # that shows it to the moderators
    review: Review
    judged: Judged


class Cases:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, most: int) -> list[Case]:
        """Which nobody decided, the oldest first."""
        return await self._found("decision = '' ORDER BY shown.at LIMIT ?", most)

    async def decided(self, most: int) -> list[Case]:
        """The last one first."""
        return await self._found("decision <> '' ORDER BY shown.at DESC LIMIT ?", most)

    async def number(self) -> int:
        """Of open ones."""
        query = f"SELECT count(*) FROM {_LATEST} WHERE decision = ''"  # noqa: S608  constants
        row = await self._database.read(lambda db: db.execute(query).fetchone())
        return int(row[0])

    async def get(self, delivery: str) -> Case | None:
        query = _CASES.format("reviews", "shown.delivery = ?")
        row = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchone())
        return _case(row) if row else None

    async def _found(self, where: str, most: int) -> list[Case]:
        query = _CASES.format(_LATEST, where)
        rows = await self._database.read(lambda db: db.execute(query, (most,)).fetchall())
        return [_case(row) for row in rows]


_LATEST = f"(SELECT * FROM reviews ORDER BY at DESC LIMIT {LOOKED_AT})"  # noqa: S608  a constant
_COLUMNS = ", ".join(f"judged.{name}" for name in JUDGED.split(", "))
_CASES = f"""SELECT shown.delivery, shown.message, shown.decision, shown.author,
    shown.run, shown.at, {_COLUMNS} FROM {{}} AS shown JOIN judged USING (message) WHERE {{}}"""  # noqa: S608  as above


def _case(row: Sequence[Any]) -> Case:
    return Case(row[0], Review(*row[1:6]), judged_of(row[6:]))
