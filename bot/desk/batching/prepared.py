"""A batch that was asked for: kept from its quote to its answers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.desk.batching.asking import Asked
from bot.desk.batching.bills import range_of
from bot.desk.batching.tables import Table
from bot.desk.jsonl.batch import BatchReport
from bot.desk.jsonl.problems import told
from bot.errors import Refused
from bot.openai.catalogue import Catalogue
from bot.parts import Button, Buttons, Card
from bot.services import Services
from bot.spending.money import dollars

MARK = "parley"  # in a batch's metadata: the delivery whose work it is
INPUT, TABLE = "input.jsonl", "table"  # files in the work's folder
BUTTONS = Buttons((Button("Start", "batch_start"), Button("Discard", "batch_discard")))


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """`file`: the id of the input, where the provider has it already. `begun`: the provider may
    have the batch. `batch`: its id.
    """

    author: str
    author_name: str
    name: str
    report: BatchReport
    metadata: dict[str, str] = {}
    file: str = ""
    table: Table | None = None  # of /batch ask
    asked: Asked | None = None
    begun: bool = False
    batch: str = ""


async def of(services: Services, delivery: str) -> Prepared:
    """Raises Refused."""
    if found := await services.works.of(delivery, Prepared):
        return found
    raise Refused("Parley keeps what a batch was made of for 30 days, and no longer has this one.")


def quote_card(prepared: Prepared, catalogue: Catalogue, *, free: bool) -> Card:
    report = prepared.report
    facts = (
        ("Requests", f"{report.requests:,}"),
        ("Model", report.model),
        ("Endpoint", report.endpoint),
        ("Tokens read", f"about {report.tokens:,}"),
        ("Answers", f"at most {report.most:,} tokens" if report.most else ""),
        ("Cost", "free" if free else cost(report, catalogue)),
    )
    return Card(
        f"Batch {prepared.name}"[:150],
        "It is ready to start, and is answered within 24 hours. What it may cost at most is held "
        "of your budget until it has ended.",
        tuple((name, value) for name, value in facts if value),
    )


def cost(report: BatchReport, catalogue: Catalogue) -> str:
    """`$0.10 to $0.45, at half price`."""
    if (found := range_of(report, catalogue)) is None:
        return "price not known"
    half = ", at half price" if catalogue.model(report.model).batch else ""
    least, most = (dollars(_rounded(amount)) for amount in found)
    return f"{least}{half}" if least == most else f"{least} to {most}{half}"


def problem_card(name: str, report: BatchReport) -> Card:
    many = "1 problem" if report.wrong == 1 else f"{report.wrong:,} problems"
    return Card(
        f"{name} cannot be a batch"[:150],
        f"{many} in {report.lines:,} lines:\n{told(report.problems, report.wrong)}",
        state="failed",
    )


async def folder_of(services: Services, delivery: str) -> Path:
    return await services.works.folder(delivery)


async def dropped(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        await asyncio.to_thread((folder / name).unlink, missing_ok=True)


def _rounded(amount: int) -> int:
    """To hundredths of a cent, up: a quote needs no more."""
    return -(-amount // 100) * 100
