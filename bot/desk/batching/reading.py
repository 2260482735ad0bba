"""Batches that are there: list, show, results, cancel."""

import time
from contextlib import aclosing

from bot.desk.batching.ending import ended
from bot.desk.files.ids import batch_id
from bot.desk.files.names import name
from bot.desk.files.shown import ago
from bot.errors import Refused
from bot.events import Invocation
from bot.jobs.cards import batch_card
from bot.listing import Listing, asked
from bot.openai.batches import Batch
from bot.parts import Button, Buttons, Reply, Status, Text
from bot.run import Run
from bot.services import Services

_PAGE = 15  # batches
_MORE = Buttons((Button("More", "batches_more"),))


class Reading:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._batches = services.openai.batches

    async def listed(self, run: Run) -> Reply:
        listing = await asked(self._services.works, run, "batches")
        page = await self._batches.list(after=listing.after or None, limit=_PAGE)
        lines = [_line(batch) for batch in page.data]
        yield Text("\n".join(["**Batches**", *lines]) if lines else "There are no batches.")
        if page.after:
            following = Listing("batches", listing.query, page.after)
            await self._services.works.keep(run, following)
        yield _MORE if page.after else Buttons(())

    async def shown(self, run: Run) -> Reply:
        batch = await self._batches.get(_id(run))
        yield batch_card(batch, name(batch))

    async def results(self, run: Run) -> Reply:
        batch = await self._batches.get(_id(run))
        if not batch.ended:
            raise Refused(f"It has not ended yet: {_progress(batch)}. What it answers can be had "
                          "when it has, or when it is cancelled.")  # fmt: skip
        yield Status("Fetching the results…")
        async with aclosing(ended(self._services, batch, None)) as parts:
            async for part in parts:
                yield part

    async def cancelled(self, run: Run) -> Reply:
        batch = await self._batches.get(_id(run))
        if batch.ended or batch.status == "finalizing":
            raise Refused(f"There is nothing to cancel: the batch is {_said(batch.status)}. "
                          "`/batch results` has what came of it.")  # fmt: skip
        batch = await self._batches.cancel(batch.id)
        yield batch_card(batch, name(batch))
        yield Text("It is being cancelled; what was answered until now is kept, and paid for.")


def _line(batch: Batch) -> str:
    facts = (_progress(batch), batch.endpoint, ago(batch.created_at, time.time()))
    return f"- **{name(batch)}** `{batch.id}` · {' · '.join(filter(None, facts))}"


def _progress(batch: Batch) -> str:
    counts = batch.request_counts
    if not counts or not counts.total:
        return _said(batch.status)
    failed = f", {counts.failed:,} failed" if counts.failed else ""
    return f"{_said(batch.status)}, {counts.completed:,} of {counts.total:,}{failed}"


def _said(status: str) -> str:
    return status.replace("_", " ")


def _id(run: Run) -> str:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    return batch_id(str(values.get("id", "")))
