"""Which workspace has a weekly report, where it goes, and which week it was last about."""

from typing import NamedTuple

import msgspec

from bot.events import Place
from bot.storage.database import Database


class Weekly(NamedTuple):
    place: Place
    day: int  # of the week, 0: Monday
    hour: int
    since: float  # UTC seconds; it is about no week before
    said: str = ""  # the ISO week of the last one: 2026-W48


class WeeklyReports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, weekly: Weekly) -> None:
        """One a workspace; what was said stays said."""
        row = (weekly.place.payer, msgspec.json.encode(weekly.place).decode(), weekly.day,
               weekly.hour, weekly.since, weekly.said)  # fmt: skip
        await self._database.write(lambda db: db.execute(_PUT, row).rowcount)

    async def said(self, workspace: str, week: str) -> None:
        query = "UPDATE weekly_reports SET said = ? WHERE workspace = ?"
        await self._database.write(lambda db: db.execute(query, (week, workspace)).rowcount)

    async def delete(self, workspace: str) -> bool:
        """False: there was none."""
        query = "DELETE FROM weekly_reports WHERE workspace = ?"
        gone = await self._database.write(lambda db: db.execute(query, (workspace,)).rowcount)
        return bool(gone)

    async def all(self) -> list[Weekly]:
        query = "SELECT place, day, hour, since, said FROM weekly_reports"
        rows = await self._database.read(lambda db: db.execute(query).fetchall())
        return [Weekly(msgspec.json.decode(row[0], type=Place), *row[1:]) for row in rows]


_PUT = """INSERT INTO weekly_reports VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET place = excluded.place, day = excluded.day, hour = excluded.hour"""
