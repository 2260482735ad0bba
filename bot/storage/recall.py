"""What can be found again: what was said where recall is on, long files of threads, and what
channels know.
"""

import time
from collections.abc import Sequence
from functools import partial

from bot.events import Place
from bot.storage import passages, words
from bot.storage.database import Database
from bot.storage.passages import COLUMNS, Facts, Found, Kind, Saying, Scope
from bot.storage.unrecalled import Unrecalled
from bot.storage.vectors import Vectors

_AT_ONCE = 500  # rows of one transaction, so that others need not wait long
_PAGES = 200  # of the full-text index that are merged in one


class Recall:
    def __init__(self, database: Database) -> None:
        self.vectors = Vectors(database)
        self.unrecalled = Unrecalled(database)
        self._database = database
        self._untidy = False  # words that were erased may still be in the full-text index

    async def keep(  # noqa: PLR0913  a passage has this many facts
        self,
        kind: Kind,
        place: Place,
        sayings: Sequence[Saying],
        *,
        delivery: str,
        author: str,
        title: str = "",
        at: float = 0.0,
    ) -> list[int]:
        """Their ids. What was kept of this kind, delivery and title, or as this channel's
        knowledge of this title, makes way.
        """
        facts = Facts(kind, place.payer, place.channel_key, place.key, delivery, author, title)
        if kind == "knowledge":
            await self._erase("channel = ? AND kind = ? AND title = ?", facts.channel, kind, title)
        else:
            await self._erase("delivery = ? AND kind = ? AND title = ?", delivery, kind, title)
        ids, at = list[int](), at or time.time()
        for start in range(0, len(sayings), _AT_ONCE):
            some = sayings[start : start + _AT_ONCE]
            ids += await self._database.write(
                partial(passages.keep, facts=facts, sayings=some, at=at)
            )
        return ids

    async def move(self, delivery: str, place: Place) -> None:
        """What was said in a channel began a thread."""
        if await self._there("delivery = ?", delivery):
            await self._database.write(partial(passages.move, delivery=delivery, place=place.key))

    # Finding

    async def anything(self, scope: Scope) -> bool:
        """Whether there is something to look for, by one indexed query."""
        if not scope.place:
            return await self._there("workspace = ?", scope.workspace)
        return await self._there(
            "(channel = ? AND kind = 'knowledge') OR (place = ? AND kind = 'file') "
            "OR (channel = ? AND kind = 'said' AND ?)",
            scope.channel, scope.place, scope.channel, scope.said,
        )  # fmt: skip

    async def worded(self, text: str, scope: Scope, limit: int) -> list[int]:
        """The passages with some of these words, best first."""
        if not (wanted := words.wanted(text)):
            return []
        match = words.query(wanted, scope.channel or scope.workspace)
        return await self._database.read(
            partial(passages.worded, match=match, scope=scope, limit=limit)
        )

    async def these(self, ids: Sequence[int]) -> list[Found]:
        """In their order, without those that are gone."""
        query = f"SELECT {COLUMNS} FROM passages WHERE id = ?"  # noqa: S608  a constant
        rows = await self._database.read(
            lambda db: [db.execute(query, (id_,)).fetchone() for id_ in ids]
        )
        return [Found(*row) for row in rows if row]

    async def beginning(self, place: Place, limit: int) -> list[Found]:
        """Of the last file that came to this place."""
        query = (
            f"SELECT {COLUMNS} FROM passages WHERE place = ?1 AND kind = 'file' AND delivery = "  # noqa: S608
            "(SELECT delivery FROM passages WHERE place = ?1 AND kind = 'file' "
            "ORDER BY id DESC LIMIT 1) ORDER BY id LIMIT ?2"
        )
        row = (place.key, limit)
        rows = await self._database.read(lambda db: db.execute(query, row).fetchall())
        return [Found(*one) for one in rows]

    async def titles(self, channel: str) -> list[tuple[str, int]]:
        """What a channel knows, and in how many passages."""
        query = (
            "SELECT title, count(*) FROM passages "
            "WHERE channel = ? AND kind = 'knowledge' GROUP BY title ORDER BY title"
        )
        return await self._database.read(lambda db: db.execute(query, (channel,)).fetchall())

    async def posted(self, delivery: str) -> str:
        """The platform's id of the first post of this answer; "" where none is known."""
        query = "SELECT native_id FROM outbox WHERE delivery = ? AND key = '0'"
        row = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchone())
        return (row and row[0]) or ""

    # Forgetting: afterwards it is in no table and in no index.

    async def forget(self, delivery: str) -> None:
        """What one question brought, and what was said in it."""
        await self._forget("delivery = ?", delivery)

    async def forget_said(self, delivery: str) -> None:
        """Its files stay."""
        await self._forget("delivery = ? AND kind = 'said'", delivery)

    async def forget_files(self, delivery: str) -> None:
        await self._forget("delivery = ? AND kind = 'file'", delivery)

    async def forget_thread(self, key: str) -> None:
        """`key`: Place.key. What a channel was given to know from there stays."""
        await self._forget("place = ? AND kind <> 'knowledge'", key)

    async def forget_channel(self, channel: str) -> None:
        """`channel`: Place.channel_key. What was said; files and knowledge stay."""
        await self._forget("channel = ? AND kind = 'said'", channel)

    async def forget_title(self, channel: str, title: str) -> bool:
        """Of a channel's knowledge. Whether it was there."""
        return await self._forget(
            "channel = ? AND kind = 'knowledge' AND title = ?", channel, title
        )

    async def forget_author(self, author: str) -> None:
        """`author`: Author.id. What they asked, what it was answered, what they brought."""
        await self._forget("author = ?", author)

    async def tidy(self) -> None:
        """Words that were erased are out of the full-text index once it is merged into one: the
        same as its `optimize`, in steps between which others write.
        """
        if not self._untidy:
            return
        self._untidy = False
        step = -_PAGES
        while await self._database.write(partial(passages.merge, pages=step)):
            step = _PAGES

    async def _forget(self, where: str, *values: str) -> bool:
        erased = await self._erase(where, *values)
        await self.tidy()
        return erased

    async def _erase(self, where: str, *values: str) -> bool:
        """Whether there was something. Until `tidy` its words are still in the file."""
        if not await self._there(where, *values):
            return False
        await self._database.write(partial(passages.erase, where=where, values=values))
        self._untidy = True
        return True

    async def _there(self, where: str, *values: str | bool) -> bool:
        return await self._database.read(partial(passages.there, where=where, values=values))
