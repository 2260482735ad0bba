"""What was called, in the sandbox's own count: `GET /sandbox/usage`, to hold a client's ledger
against. `DELETE` begins anew.
"""

from collections import Counter, OrderedDict
from decimal import Decimal
from typing import Any, NamedTuple

from aiohttp import web

from sandbox.answers import answer

KEPT = 10_000  # rows; the one unused for longest goes


class Row(NamedTuple):
    endpoint: str
    model: str
    user: str  # `safety_identifier`, else `user`, as the client sent it
    batch: bool  # half price


class Book:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.answers: Counter[str] = Counter()  # how often each status was answered
        self._rows: OrderedDict[Row, Counter[str]] = OrderedDict()
        self._cost: dict[Row, Decimal] = {}

    def write(self, row: Row, counts: dict[str, float], cost: Decimal) -> None:
        """One call that was charged. Half of the cost for a line of a batch."""
        sums = self._rows.setdefault(row, Counter())
        self._rows.move_to_end(row)
        sums.update({"calls": 1})
        for unit, count in counts.items():
            sums[unit] += count  # type: ignore[assignment]  # seconds are fractions
        self._cost[row] = self._cost.get(row, Decimal(0)) + cost / (2 if row.batch else 1)
        if len(self._rows) > KEPT:
            gone, _ = self._rows.popitem(last=False)
            del self._cost[gone]

    def summary(self) -> dict[str, Any]:
        rows = [
            {**row._asdict(), **sums, "cost_usd": _usd(self._cost[row])}
            for row, sums in self._rows.items()
        ]
        total = _usd(sum(self._cost.values(), start=Decimal(0)))
        return {"answers": self.answers, "rows": rows, "cost_usd": total}


def _usd(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


BOOK: web.AppKey[Book] = web.AppKey("book", Book)


async def usage(http: web.Request) -> web.Response:
    return answer(http.app[BOOK].summary())


async def forget(http: web.Request) -> web.Response:
    http.app[BOOK].clear()
    return answer(http.app[BOOK].summary())
