"""A ledger on a real database, with settings, a clock and prices of the test's own."""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.openai.api import API
from bot.openai.catalogue import Catalogue, Model, Prices
from bot.openai.chat import ChatChunk, ChatCompletion, ChatMessage, ChatRequest, Usage
from bot.openai.meter import Meter
from bot.settings import Settings
from bot.spending.bills import Bills
from bot.spending.budgets import Budgets
from bot.spending.door import OpenAI
from bot.spending.ledger import Ledger
from bot.spending.payer import Payer
from bot.storage.budgets import BudgetBook
from bot.storage.cache import Cache
from bot.storage.database import Database, open_database
from bot.storage.ledger import Books

FAMILIES = [field.name for field in fields(API)]
NOON = 1_795_435_200.0  # 23 November 2026, 12:00 UTC
ADA = Payer("slack:T1:ADA", "slack:T1", "delivery")
BOB = Payer("slack:T1:BOB", "slack:T1", "delivery")
CENT = 10_000  # micro-dollars

# A token of input costs a micro-dollar, a cached one half of it, a token of output two.
PRICED = Model(id="priced", known=True, max_output=5_000,
               prices=Prices(input=1_000_000, output=2_000_000, cached=500_000))  # fmt: skip
# A token costs a part of a micro-dollar, so there is something to round.
ROUNDED = Model(id="rounded", known=True, prices=Prices(input=300_000, output=700_000))
CATALOGUE = Catalogue({"priced": PRICED, "rounded": ROUNDED})


class Time:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    database: Database
    settings: Settings
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.books = Books(self.database)
        self.cache = Cache(self.database)
        self.budgets = Budgets(self.settings)
        self.budget_book = BudgetBook(self.database)
        self.ledger = Ledger(self.books, self.budgets, CATALOGUE, self.time)

    def openai(self, chat: Any = None, **families: Any) -> OpenAI:
        """Over stubs of the API's families."""
        api: Any = SimpleNamespace(**dict.fromkeys(FAMILIES) | families | {"chat": chat})
        return OpenAI(api, Bills.of(CATALOGUE, self.settings), self.ledger, self.cache)

    async def rows(self) -> list[dict[str, Any]]:
        """Every attempt, oldest first."""
        return await self.database.read(_rows)

    async def states(self) -> Counter[str]:
        return Counter(row["state"] for row in await self.rows())

    async def spent(self) -> int:
        return sum(row["cost"] or 0 for row in await self.rows())

    async def totals_agree(self) -> None:
        """Each running total is the sum of the rows it is about."""
        await self.ledger.aclose()
        expected, found = await self.database.read(_sums)
        assert found == expected


def _rows(connection) -> list[dict[str, Any]]:
    cursor = connection.execute("SELECT * FROM calls ORDER BY id")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _sums(connection) -> tuple[list, list]:
    expected: dict[tuple, list[int]] = {}
    for row in _rows(connection):
        if row["state"] != "settled":
            continue
        numbers = (row["cost"] or 0, row["tokens_in"], row["tokens_out"], 1,
                   row["cost"] is None, row["estimated"], row["pictures"], row["seconds"],
                   row["characters"])  # fmt: skip
        for kind in ("person", "channel", "workspace"):
            if not (subject := row["author" if kind == "person" else kind]):
                continue
            for window in ("hour", "day", "month"):
                key = (row[window], window, kind, subject, row["capability"])
                before = expected.get(key, [0] * 9)
                expected[key] = [a + b for a, b in zip(before, numbers, strict=True)]
    found = connection.execute("SELECT * FROM totals").fetchall()
    return sorted((*key, *sums) for key, sums in expected.items()), sorted(map(tuple, found))


@asynccontextmanager
async def open_desk(folder: Path, time: Time | None = None, **settings: Any):
    """`settings` as an operator gives them: budget_person_day="0.05"."""
    database = await open_database(folder / "parley.db")
    desk = Desk(
        database, Settings(_env_file=None, openai_api_key="sk-fake", **settings), time or Time()
    )
    try:
        yield desk
    finally:
        await desk.ledger.aclose()
        await database.close()


def ask(text: str = "hello", most: int | None = 1000, model: str = "priced") -> ChatRequest:
    return ChatRequest(model=model, messages=[ChatMessage("user", text)], max_output_tokens=most)


PROMPT = 8  # tokens that `ask()` is counted as: two of text, six around it


class StubChat:
    """Stands for the API client: says `words`, a chunk each, then reports `usage`. `script` is
    what happens to the attempts before that: an OpenAIError each.
    """

    def __init__(self, words: Sequence[str] = (), usage: Usage | None = None) -> None:
        self.words = words
        self.usage = usage
        self.script: list[Any] = []
        self.breaks: Exception | None = None  # raised after the words
        self.requests: list[ChatRequest] = []
        self.closed = 0

    async def _attempts(self, request: ChatRequest, meter: Meter) -> None:
        while True:
            await meter.sending()
            self.requests.append(request)
            if not self.script:
                return
            error = self.script.pop(0)
            await meter.failed(error)
            if not error.retried:
                raise error

    async def stream(self, request: ChatRequest, meter: Meter) -> AsyncGenerator[ChatChunk, None]:
        await self._attempts(request, meter)
        try:
            for word in self.words:
                yield ChatChunk(text=word, request_id="req_1")
            if self.breaks:
                raise self.breaks
            yield ChatChunk(finish_reason="stop", usage=self.usage, request_id="req_1")
        finally:
            self.closed += 1

    async def complete(self, request: ChatRequest, meter: Meter) -> ChatCompletion:
        await self._attempts(request, meter)
        return ChatCompletion("".join(self.words), "stop", self.usage, request.model, "req_1")
