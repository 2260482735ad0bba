"""From what somebody uploads to a quote, and from there to a batch."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot import choosing
from bot.commands import Choice, Typing
from bot.desk.batching import asking, prepared, starting
from bot.desk.batching.asking import Asked
from bot.desk.batching.prepared import BUTTONS, INPUT, TABLE, Prepared, problem_card, quote_card
from bot.desk.files.ids import file_id
from bot.desk.files.moving import save_attachment
from bot.desk.jsonl.batch import LARGEST, BatchReport, check_batch
from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation
from bot.jobs.cards import batch_card
from bot.openai.batches import Batch
from bot.openai.chat import ChatRequest
from bot.openai.person import identifier
from bot.openai.resource import check_metadata
from bot.parts import Buttons, Card, Part, Reply, Status
from bot.run import Run
from bot.services import Services

_LARGEST_TABLE = 100 * 2**20  # bytes
_SHOWN = 25  # suggestions (Discord's limit)
_USUAL = 1_000  # tokens of an answer, unless somebody asks for another length
_OURS = 2  # pairs of metadata that Parley adds


class Desk:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def created(self, run: Run) -> Reply:
        values = _values(run)
        metadata = _metadata(str(values.get("metadata", "")))
        endpoint = str(values.get("endpoint", "")) or None
        yield Status("Checking the file…")
        async with self._folder(run) as folder:
            name, file = await self._input(run, values, folder)
            report = await check_batch(folder / INPUT, endpoint, self._services.catalogue)
            for part in await self._offer(run, name, report, metadata=metadata, file=file):
                yield part

    async def _input(self, run: Run, values: dict[str, Any], folder: Path) -> tuple[str, str]:
        """Its name, and its id where the provider has it; it lies here then."""
        if isinstance(given := values.get("file"), Attachment):
            path = await save_attachment(run, given, folder, LARGEST)
            await _renamed(path, folder / INPUT)
            return given.name, ""
        if not values.get("id"):
            raise Refused("Give a file with the requests, or the `id` of one that is there: "
                          "`/files list purpose:batch` lists them.")  # fmt: skip
        file = await self._services.openai.files.get(file_id(str(values["id"])))
        if file.purpose != "batch":
            raise Refused(f"“{file.filename}” was uploaded for “{file.purpose}”, and only one for "
                          "“batch” can be a batch. Upload it again for that.")  # fmt: skip
        await self._services.openai.files.save(file.id, folder / INPUT)
        return file.filename or file.id, file.id

    async def asked(self, run: Run) -> Reply:
        values = _values(run)
        given, template = values["file"], str(values.get("prompt", "")).strip()
        asked = Asked(template, await self._request(run, values))
        yield Status("Reading the table…")
        async with self._folder(run) as folder:
            path = await save_attachment(run, given, folder, _LARGEST_TABLE)
            await _renamed(path, folder / TABLE)
            catalogue = self._services.catalogue
            table = await asyncio.to_thread(
                asking.write, folder / TABLE, given.name, asked, catalogue, folder / INPUT
            )
            report = await check_batch(folder / INPUT, asking.ENDPOINT, catalogue)
            for part in await self._offer(run, given.name, report, table=table):
                yield part

    @asynccontextmanager
    async def _folder(self, run: Run) -> AsyncIterator[Path]:
        """Where a batch is prepared. What lies there goes, unless it was; so does what a message
        asked for before it was edited. Raises Refused, where that has begun.
        """
        works = self._services.works
        before = await works.of(run.answers, Prepared)
        if before and before.begun:
            raise Refused("What this message asked for has begun already. Ask in a new message.")
        if before:
            await works.forget(run.answers)
        try:
            yield await works.folder(run.answers)
        finally:
            if not await works.of(run.answers, Prepared):
                await works.forget(run.answers)

    async def _offer(self, run: Run, name: str, report: BatchReport, **more: Any) -> list[Part]:
        """A quote, or what is wrong."""
        if report.wrong:
            return [problem_card(name, report), Buttons(())]
        author = run.event.author
        kept = Prepared(author=author.id, author_name=author.name, name=name, report=report, **more)
        await self._services.works.keep(run, kept)
        return [self._quote(kept), BUTTONS]

    async def _request(self, run: Run, values: dict[str, Any]) -> ChatRequest:
        chosen = str(values.get("model", "")).strip()
        chosen = chosen or await choosing.model(self._services, run.event.place, "chat")
        model = self._services.catalogue.model(chosen)
        # A model that thinks does so within what its answer may have.
        usual = self._services.settings.answer_tokens if model.reasoning else _USUAL
        return ChatRequest(
            model=chosen,
            messages=asking.before(str(values.get("instructions", "")).strip()),
            max_output_tokens=values.get("longest") or min(usual, model.max_output),
            temperature=values.get("temperature"),
            user=identifier(run.event.author.id),
        )

    async def started(self, run: Run) -> Reply:
        """What is pressed twice, or killed on the way, is started once."""
        kept = await prepared.of(self._services, run.answers)
        if run.event.author.id != kept.author:
            raise Refused("Only who asked for this batch may start it, as they pay for it.")
        yield self._quote(kept, "running")
        yield Buttons(())
        try:
            batch = await self._batch(run, kept)
        except ParleyError:
            yield self._quote(kept)
            yield BUTTONS
            raise
        await starting.watch(self._services, run, batch, kept.name)
        yield batch_card(batch, kept.name)

    async def _batch(self, run: Run, kept: Prepared) -> Batch:
        if kept.batch:
            return await self._services.openai.batches.get(kept.batch)
        return await starting.start(self._services, run, kept)

    async def discarded(self, run: Run) -> Reply:
        kept = await prepared.of(self._services, run.answers)
        if kept.batch:
            raise Refused(f"It has started already: `/batch cancel {kept.batch}` ends it.")
        if kept.begun and (batch := await starting.made(self._services, run.answers)):
            raise Refused(f"It has started already: `/batch cancel {batch.id}` ends it.")
        await self._services.works.forget(run.answers)
        yield Card(f"Discarded {kept.name}"[:150], "Nothing was sent, and nothing is paid.")
        yield Buttons(())

    def _quote(self, kept: Prepared, state: Any = "") -> Card:
        free = self._services.settings.sandboxed("jobs")
        card = quote_card(kept, self._services.catalogue, free=free)
        if not state:
            return card
        return Card(card.title, "It is being sent…", card.fields, state=state)

    async def models(self, typing: Typing) -> Sequence[Choice]:
        names = [self._services.chat_model, *self._services.catalogue.serving("chat/completions")]
        wanted = typing.text.strip().casefold()
        found = [name for name in dict.fromkeys(names) if wanted in name.casefold()]
        return [Choice(name, name) for name in found[:_SHOWN]]


def _metadata(text: str) -> dict[str, str]:
    """Of `key=value, key=value`. Raises Refused."""
    found: dict[str, str] = {}
    for pair in filter(str.strip, text.split(",")):
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise Refused(f"“{pair.strip()[:80]}” is no note: write `key=value, key=value`.")
        found[key.strip()] = value.strip()
    ours = {f"parley {number}": "" for number in range(_OURS)}
    check_metadata({**found, **ours})
    return found


async def _renamed(path: Path, to: Path) -> None:
    if path != to:
        await asyncio.to_thread(path.replace, to)


def _values(run: Run) -> dict[str, Any]:
    return dict(run.event.values) if isinstance(run.event, Invocation) else {}
