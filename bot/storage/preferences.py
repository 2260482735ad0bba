"""What was chosen for a person, a thread, a channel or a workspace: a scope is an Author's id, or
a Place's key, channel_key or payer.
"""

from collections.abc import Sequence

from bot.storage.database import Database


class Preferences:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, scope: str) -> dict[str, str]:
        query = "SELECT name, value FROM preferences WHERE scope = ?"
        return await self._database.read(lambda db: dict(db.execute(query, (scope,))))

    async def at(self, scopes: Sequence[str]) -> dict[str, dict[str, str]]:
        """Of several scopes at once: scope -> name -> value."""
        found: dict[str, dict[str, str]] = {scope: {} for scope in scopes}
        marks = ", ".join("?" * len(scopes))
        query = f"SELECT scope, name, value FROM preferences WHERE scope IN ({marks})"  # noqa: S608  marks alone
        rows = await self._database.read(lambda db: db.execute(query, scopes).fetchall())
        for scope, name, value in rows:
            found[scope][name] = value
        return found

    async def named(self, name: str) -> list[tuple[str, str]]:
        """(scope, value) wherever this was chosen."""
        query = "SELECT scope, value FROM preferences WHERE name = ? ORDER BY scope"
        return await self._database.read(lambda db: list(db.execute(query, (name,))))

    async def put(self, scope: str, name: str, value: str) -> None:
        row = (scope, name, value)
        await self._database.write(
            lambda db: db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)", row)
        )

    async def delete(self, scope: str, name: str) -> None:
        row = (scope, name)
        await self._database.write(
            lambda db: db.execute("DELETE FROM preferences WHERE scope = ? AND name = ?", row)
        )
