"""What adapters keep across restarts: the State port."""

from itertools import takewhile

from bot.storage.database import Database


class StoredState:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        query = "SELECT key, value FROM state WHERE key = ?"
        rows = await self._database.read(lambda db: dict(db.execute(query, (key,))))
        return rows.get(key)

    async def put(self, key: str, value: str) -> None:
        row = (key, value)
        await self._database.write(
            lambda db: db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", row)
        )

    async def delete(self, key: str) -> None:
        await self._database.write(lambda db: db.execute("DELETE FROM state WHERE key = ?", (key,)))

    async def scan(self, prefix: str) -> list[tuple[str, str]]:
        query = "SELECT key, value FROM state WHERE key >= ? ORDER BY key"
        return await self._database.read(
            lambda db: list(
                takewhile(lambda row: row[0].startswith(prefix), db.execute(query, (prefix,)))
            )
        )
