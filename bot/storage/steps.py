"""The results of steps that must not happen twice, until their delivery is done."""

from bot.storage.database import Database


class Steps:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, delivery: str, step: str) -> str | None:
        query = "SELECT step, result FROM steps WHERE delivery = ? AND step = ?"
        key = (delivery, step)
        rows = await self._database.read(lambda db: dict(db.execute(query, key)))
        return rows.get(step)

    async def put(self, delivery: str, step: str, result: str) -> None:
        """The first result stays."""
        row = (delivery, step, result)
        await self._database.write(
            lambda db: db.execute("INSERT OR IGNORE INTO steps VALUES (?, ?, ?)", row)
        )
