"""What the settled calls come to, by whatever a report asks for. Money is micro-dollars."""

from typing import Any, Literal, NamedTuple, TypeAlias

from bot.storage.balances import Window
from bot.storage.database import Database

Dimension: TypeAlias = Literal["author", "channel", "model", "capability", "day"]
DIMENSIONS: tuple[Dimension, ...] = ("author", "channel", "model", "capability", "day")


class Sums(NamedTuple):
    calls: int = 0
    spent: int = 0
    unpriced: int = 0  # how many of the calls have no known price
    estimated: int = 0  # how many are estimates
    guessed: int = 0  # the part of spent that is estimates
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    pictures: int = 0
    seconds: int = 0
    characters: int = 0

    def __add__(self, other: tuple[Any, ...]) -> "Sums":
        return Sums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Line(NamedTuple):
    """What one person used in one place of one model, on one day of the workspace."""

    day: int  # UTC seconds of its beginning
    author: str
    channel: str
    capability: str
    model: str
    sums: Sums


class Span(NamedTuple):
    """Days by their beginnings, UTC seconds; `until` is not among them."""

    since: int
    until: int


class Reports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def totals(self, workspace: str, span: Span) -> dict[Dimension, dict[str, Sums]]:
        """By each dimension, the dearest first, days in order; all of one moment."""
        facts = (workspace, *span)
        rows = await self._database.read(
            lambda db: [*db.execute(_DAYS, facts), *db.execute(_OTHERS, facts)]
        )
        found: dict[Dimension, dict[str, Sums]] = {name: {} for name in DIMENSIONS}
        for name, key, *sums in rows:
            found[name][str(key)] = Sums(*sums)
        return found

    async def sum(self, workspace: str, span: Span) -> Sums:
        query = f"SELECT {_SUMS} FROM usage_days {_WHERE}"  # noqa: S608  constants
        row = await self._database.read(lambda db: db.execute(query, (workspace, *span)).fetchone())
        return Sums(*(number or 0 for number in row))

    async def lines(self, workspace: str, span: Span, most: int) -> list[Line]:
        """By day, then the dearest first; at most so many."""
        query = f"""SELECT day, author, channel, capability, model, {_SUMS} FROM usage_days {_WHERE}
            GROUP BY 1, 2, 3, 4, 5 ORDER BY day, sum(spent) DESC LIMIT ?"""  # noqa: S608  constants
        facts = (workspace, *span, most)
        rows = await self._database.read(lambda db: db.execute(query, facts).fetchall())
        return [Line._make((*row[:5], Sums(*row[5:]))) for row in rows]

    async def workspaces(self) -> list[str]:
        return await self._database.read(lambda db: [row[0] for row in db.execute(_WORKSPACES)])

    async def of_all(self, window: Window, start: int) -> Sums:
        """Of all workspaces, in a window by its beginning (UTC seconds): calls and money."""
        key = (start, window)
        row = await self._database.read(lambda db: db.execute(_OF_ALL, key).fetchone())
        return Sums(*row)

    async def first_day(self, workspace: str) -> int | None:
        """Of which something is known."""
        query = "SELECT min(day) FROM usage_days WHERE workspace = ?"
        row = await self._database.read(lambda db: db.execute(query, (workspace,)).fetchone())
        return None if row is None or row[0] is None else int(row[0])

    async def by_model(self, days: range) -> dict[tuple[int, str, str], Sums]:
        """By UTC day since 1970, capability and model; of all workspaces."""
        query = f"""SELECT utc, capability, model, {_SUMS} FROM usage_days
            WHERE utc >= ? AND utc < ? GROUP BY 1, 2, 3"""  # noqa: S608  constants
        facts = (days.start, days.stop)
        rows = await self._database.read(lambda db: db.execute(query, facts).fetchall())
        return {(utc, capability, model): Sums(*sums) for utc, capability, model, *sums in rows}


# One look at the index for each, where DISTINCT would read all of it.
_WORKSPACES = """WITH RECURSIVE found (workspace) AS (
        SELECT min(workspace) FROM usage_days
        UNION ALL SELECT (SELECT min(workspace) FROM usage_days WHERE workspace > found.workspace)
        FROM found WHERE workspace IS NOT NULL
    ) SELECT workspace FROM found WHERE workspace IS NOT NULL"""
_OF_ALL = """SELECT coalesce(sum(calls), 0), coalesce(sum(spent), 0), coalesce(sum(unpriced), 0),
    coalesce(sum(estimated), 0) FROM totals WHERE start = ? AND window = ? AND kind = 'workspace'"""

_SUMS = ", ".join(f"sum({name})" for name in Sums._fields)
_WHERE = "WHERE workspace = ? AND day >= ? AND day < ?"

_NAMED = ", ".join(f"sum({name}) AS {name}" for name in Sums._fields)
_DAYS = f"SELECT 'day', day, {_SUMS} FROM usage_days {_WHERE} GROUP BY day"  # noqa: S608  constants
# A month of a million calls has 100,000 rows, and they are sorted once for all dimensions.
_FEWER = f"""SELECT author, channel, model, capability, {_NAMED} FROM usage_days {_WHERE}
    GROUP BY 1, 2, 3, 4"""  # noqa: S608  as above
_BY = " UNION ALL ".join(
    f"SELECT '{name}', {name}, {_NAMED} FROM fewer GROUP BY 2"  # noqa: S608  as above
    for name in DIMENSIONS
    if name != "day"
)
_OTHERS = f"WITH fewer AS MATERIALIZED ({_FEWER}) {_BY} ORDER BY spent DESC, calls DESC"
