"""What a batch's end is told with: its files, its failures by cause, what it cost and for whom."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.desk.batching import answered
from bot.desk.batching.prepared import MARK, TABLE, Prepared
from bot.desk.batching.results import Results
from bot.desk.files.moving import safe
from bot.desk.jsonl.bodies import ENDPOINTS
from bot.openai.batches import Batch
from bot.openai.errors import NotFound
from bot.parts import File, Part, Reply, Text
from bot.services import Services
from bot.spending import jobs, prices
from bot.spending.bills import halved
from bot.spending.money import dollars

CAUSES = 8  # that are listed
_ATTACHED = 20 * 2**20  # bytes of a file of a batch that is none of ours
_OUTPUT, _ERRORS = "output", "error"


async def ended(services: Services, batch: Batch, job: Any) -> Reply:
    """Of a batch that has ended. `job`: who watched it, None if nobody; its `author` asked for
    it. The files lie where the work lies, and go with it. Raises OpenAIError, OSError.
    """
    delivery = (batch.metadata or {}).get(MARK, "")
    prepared = await services.works.of(delivery, Prepared) if delivery else None
    if prepared:
        folder = await services.works.folder(delivery)
        for part in await _parts(services, batch, job, prepared, folder):
            yield part
        return
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="parley-batch-"))
    try:
        for part in await _parts(services, batch, job, None, folder):
            yield await asyncio.to_thread(_in_memory, part)
    finally:
        await asyncio.to_thread(_emptied, folder)


async def _parts(
    services: Services, batch: Batch, job: Any, prepared: Prepared | None, folder: Path
) -> Sequence[Part]:
    files, gone = await _fetched(services, batch, folder)
    results = await asyncio.to_thread(Results, list(files.values()))
    parts: list[Part] = []
    if prepared and prepared.table and (folder / TABLE).exists():
        parts.append(await asyncio.to_thread(_table, prepared, results, folder))
    for kind, path in files.items():
        parts.append(File(_name(batch, prepared, kind), path, key=f"{kind} file"))
    lines = [
        _counts(batch, results),
        _cost(services, batch, results, job, prepared),
        _problems(batch),
        _causes(results),
        *gone,
    ]
    return [Text("\n\n".join(filter(None, lines))), *parts]


async def _fetched(
    services: Services, batch: Batch, folder: Path
) -> tuple[dict[str, Path], list[str]]:
    """The files by kind, and what to say of those that are not to be had."""
    found: dict[str, Path] = {}
    gone: list[str] = []
    for kind, id_ in ((_OUTPUT, batch.output_file_id), (_ERRORS, batch.error_file_id)):
        if not id_:
            continue
        try:
            await services.openai.files.save(id_, folder / f"{kind}.jsonl")
            found[kind] = folder / f"{kind}.jsonl"
        except NotFound:
            gone.append(f"The {kind} file `{id_}` is no longer at the provider.")
    return found, gone


def _table(prepared: Prepared, results: Results, folder: Path) -> File:
    if prepared.table is None:
        raise TypeError("there is a table")
    stem, dot, suffix = prepared.table.name.rpartition(".")
    kind = "csv" if prepared.table.plain or not dot else suffix
    name = safe(f"{stem or suffix}-answered.{kind}")
    answered.write(folder / TABLE, prepared.table, results, folder / "answered")
    return File(name, folder / "answered", key="table")


def _name(batch: Batch, prepared: Prepared | None, kind: str) -> str:
    stem = prepared.name.rpartition(".")[0] or prepared.name if prepared else batch.id
    return safe(f"{stem}-{kind}.jsonl")


def _counts(batch: Batch, results: Results) -> str:
    counts = batch.request_counts
    total = counts.total if counts and counts.total else results.answered + _failed(results)
    done = f"**{results.answered:,} of {total:,}** requests were answered"
    failed = _failed(results) or (counts.failed if counts else 0)
    return f"{done}, {failed:,} failed." if failed else f"{done}."


def _failed(results: Results) -> int:
    return results.causes.total()


def _cost(
    services: Services, batch: Batch, results: Results, job: Any, prepared: Prepared | None
) -> str:
    author = getattr(job, "author", None)
    name = getattr(author, "name", "") or (prepared.author_name if prepared else "")
    whom = f", booked to {name}" if name and prepared else ""
    told = _money(services, batch, results)
    return f"Cost: {told}{whom}." if told else ""


def _money(services: Services, batch: Batch, results: Results) -> str:
    if services.settings.sandboxed("jobs"):
        return "free"
    charge = jobs.charge(services.catalogue, batch)
    cost = charge.cost if charge else _summed(services, batch, results)
    if cost is None:
        return "price not known"
    half = ", at half price" if services.catalogue.model(batch.model or "").batch else ""
    return f"{'' if charge else 'about '}{dollars(cost)}{half}" if cost else "nothing"


def _summed(services: Services, batch: Batch, results: Results) -> int | None:
    """By the usage of each answer, where the provider does not tell that of all."""
    kind = ENDPOINTS.get(batch.endpoint)
    if not batch.model or not kind:
        return None
    model = services.catalogue.model(batch.model, kind.capability)
    cost = prices.of_usage(model, results.usage)
    return None if cost is None else halved(model, cost)


def _problems(batch: Batch) -> str:
    lines = [
        f"- Line {problem.line}: {problem.message}" if problem.line else f"- {problem.message}"
        for problem in batch.problems[:CAUSES]
    ]
    return "\n".join(["**The provider did not take the file:**", *lines]) if lines else ""


def _causes(results: Results) -> str:
    if not results.causes:
        return ""
    most = results.causes.most_common(CAUSES)
    lines = [f"- **{number:,}**: {cause}" for cause, number in most]
    if more := len(results.causes) - len(most):
        lines.append(f"- … and {more} other causes.")
    return "\n".join(["**Why requests failed:**", *lines])


def _in_memory(part: Part) -> Part:
    """Its folder is about to go."""
    if not isinstance(part, File) or isinstance(part.content, bytes):
        return part
    if part.content.stat().st_size > _ATTACHED:
        return Text(f"`{part.name}` is too large to be attached: `/files download` has it.",
                    key=part.key)  # fmt: skip
    return File(part.name, part.content.read_bytes(), part.key)


def _emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
