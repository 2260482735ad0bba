"""What people are called who asked for something, by their ids."""

from collections.abc import Sequence

from bot.events import Author
from bot.storage.database import Database


class People:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: dict[str, str] = {}  # by this process, so that few turns write

    async def met(self, author: Author) -> None:
        if not author.name or self._met.get(author.id) == author.name:
            return
        row = (author.id, author.name)
        await self._database.write(lambda db: db.execute(_MET, row).rowcount)
        self._met[author.id] = author.name

    async def names(self, authors: Sequence[str]) -> dict[str, str]:
        """Of those who are known."""
        query = "SELECT name FROM people WHERE author = ?"
        return await self._database.read(
            lambda db: {
                author: name for author in authors for (name,) in db.execute(query, (author,))
            }
        )

    async def called(self, words: str, home: str, limit: int) -> list[Author]:
        """The people of `home` (slack:T1) whose name or id has these words in it, by name."""
        key = (f"{home}:*", words, words, limit)
        rows = await self._database.read(lambda db: db.execute(_CALLED, key).fetchall())
        return [Author(*row) for row in rows]


_MET = """INSERT INTO people VALUES (?, ?)
    ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> excluded.name"""
_CALLED = """SELECT author, name FROM people
    WHERE author GLOB ? AND (instr(lower(name), lower(?)) OR instr(author, ?))
    ORDER BY name, author LIMIT ?"""
