"""What a channel knows: files and texts that are searched at each question there."""

import asyncio
import logging
from collections.abc import Iterable

from bot.commands import Command, Option
from bot.conversation.attachments import LARGEST
from bot.documents.document import Document, Section, Unreadable, passages
from bot.documents.kinds import kind
from bot.documents.reading import Reader
from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation
from bot.parts import Reply, Status, Text
from bot.recall.embedding import Embedding
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Saying

log = logging.getLogger(__name__)

FILES = ("file", "file_2", "file_3", "file_4")
NAME = 80  # characters
LIST = 4_000  # characters of a list


def setup(services: Services) -> Iterable[Command]:
    knowledge = Knowledge(services)
    yield Command(
        "knowledge add",
        "Have this channel know a file or a text: it is searched at each question here",
        knowledge.add,
        (
            Option("text", "What it shall know, where it is no file", long=True),
            *(Option(name, "A file: text, PDF, Word, Excel, PowerPoint", Attachment)
              for name in FILES),
            Option("name", "What to call the text"),
        ),
        access="admin",
    )  # fmt: skip
    yield Command("knowledge list", "What this channel knows", knowledge.list)
    yield Command(
        "knowledge remove",
        "Have this channel forget something that it was given to know",
        knowledge.remove,
        (Option("name", "As `/knowledge list` has it", required=True),),
        access="admin",
    )


class Knowledge:
    def __init__(self, services: Services) -> None:
        self._recall = services.recall
        self._embedding = Embedding(services)
        self._reader = Reader()
        self._adapters = services.adapters

    async def add(self, run: Run) -> Reply:
        values = run.event.values if isinstance(run.event, Invocation) else {}
        text, files = str(values.get("text", "")).strip(), [values.get(name) for name in FILES]
        if not (text or any(files)):
            raise Refused("Give `/knowledge add` a file or a text.")
        adapter = self._adapters.get(run.event.place.platform)
        if adapter and await adapter.order.closed(run.event.place):
            raise Refused("This thread is for some only, and what a channel knows is for all who "
                          "read it: say it in the channel itself.")  # fmt: skip
        if text:
            name = str(values.get("name", "")).strip() or text.splitlines()[0]
            yield Text(await self._keep(run, name[:NAME], Document((Section("", text),))), "text")
        for number, file in enumerate(files):
            if isinstance(file, Attachment):
                yield Status(f"Reading {file.name}…")
                yield Text(await self._add(run, file), f"file {number}")

    async def _add(self, run: Run, file: Attachment) -> str:
        """What to say of it."""
        try:
            content = await run.content(file, LARGEST)
            if (what := kind(content)) == "picture":
                raise Unreadable("is a picture, and a channel knows text alone.")
            document = await self._reader.read(what, content)
        except Unreadable as error:
            return f"“{file.name}” {error}"
        except Refused as refusal:
            return refusal.sentence
        return await self._keep(run, file.name[:NAME], document)

    async def _keep(self, run: Run, name: str, document: Document) -> str:
        found = await asyncio.to_thread(list, passages(document))
        ids = await self._recall.keep(
            "knowledge", run.event.place, [Saying(one.text, one.part) for one in found],
            delivery=run.answers, author=run.event.author.id, title=name, at=run.event.at,
        )  # fmt: skip
        told = f"This channel knows **{name}** now: {_passages(len(ids))}"
        told += f", read {document.cut.replace('after', 'up to', 1)}." if document.cut else "."
        try:
            await self._embedding.learn(Payer.of(run), ids, [one.text for one in found])
        except ParleyError as error:
            log.info("knowledge waits for its vectors: %s", error)
            told += f" It is found by its words alone for now. {error.sentence}"
        return told

    async def list(self, run: Run) -> Reply:
        titles = await self._recall.titles(run.event.place.channel_key)
        lines = [f"- **{title}**: {_passages(number)}" for title, number in titles]
        nothing = "This channel knows nothing yet. `/knowledge add` gives it a file or a text."
        yield Text("\n".join(lines)[:LIST] or nothing)

    async def remove(self, run: Run) -> Reply:
        event = run.event
        name = str(event.values["name"]).strip() if isinstance(event, Invocation) else ""
        channel = event.place.channel_key
        if not await self._recall.forget_title(channel, name):
            known = ", ".join(f"“{title}”" for title, _ in await self._recall.titles(channel))
            raise Refused(f"This channel knows no “{name[:NAME]}”, but {known[:500] or 'nothing'}.")
        yield Text(f"This channel has forgotten **{name}**.")


def _passages(number: int) -> str:
    return f"{number:,} passage" if number == 1 else f"{number:,} passages"
