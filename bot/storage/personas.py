"""The personas that a workspace made for itself."""

import msgspec

from bot.storage.database import Database


class Persona(msgspec.Struct, frozen=True):
    name: str
    about: str  # in a line
    prompt: str
    author: str = ""  # who may change it; "": it is shipped


class Personas:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, workspace: str) -> list[Persona]:
        query = "SELECT name, about, prompt, author FROM personas WHERE workspace = ? ORDER BY name"
        rows = await self._database.read(lambda db: db.execute(query, (workspace,)).fetchall())
        return [Persona(*row) for row in rows]

    async def named(self, workspace: str, name: str) -> Persona | None:
        query = "SELECT name, about, prompt, author FROM personas WHERE workspace = ? AND name = ?"
        row = await self._database.read(lambda db: db.execute(query, (workspace, name)).fetchone())
        return Persona(*row) if row else None

    async def save(self, workspace: str, persona: Persona) -> None:
        row = (workspace, *msgspec.structs.astuple(persona))
        query = "INSERT OR REPLACE INTO personas VALUES (?, ?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def delete(self, workspace: str, name: str) -> None:
        query = "DELETE FROM personas WHERE workspace = ? AND name = ?"
        await self._database.write(lambda db: db.execute(query, (workspace, name)).rowcount)
