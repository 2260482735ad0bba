"""Which of the processes that share a database does what only one may do at a time."""

import sqlite3

from bot.storage.database import Database


class Duties:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def mine(self, duty: str) -> bool:
        """Whether it is this process's, which takes what nobody living has. Raises
        StorageUnavailable.
        """
        owner = self._database.owner

        def work(connection: sqlite3.Connection) -> bool:
            query = "SELECT owner FROM duties WHERE duty = ?"
            (holder,) = next(connection.execute(query, (duty,)), (None,))
            if holder is not None and holder != owner.id and not owner.dead(holder):
                return False
            if holder != owner.id:
                connection.execute("INSERT OR REPLACE INTO duties VALUES (?, ?)", (duty, owner.id))
            return True

        return await self._database.write(work)
