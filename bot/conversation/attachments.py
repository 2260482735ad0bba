"""Files that come with a question: short text becomes part of it, long text is searched, pictures
are looked at.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.documents.document import Document, Unreadable, passages
from bot.documents.kinds import kind
from bot.documents.reading import Reader
from bot.errors import ParleyError, Refused
from bot.events import Attachment
from bot.openai import tokens
from bot.pictures import looking
from bot.pictures.shared import Offered, Shared
from bot.recall.embedding import Embedding
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Saying

log = logging.getLogger(__name__)

LARGEST = 25_000_000  # bytes of one file
MOST = 10  # files of one question
WHOLE = 6_000  # tokens of all files that are put into a question as they are
PATIENCE = 20.0  # seconds that a question waits for a long file's vectors; the rest comes later


@dataclass
class Read:
    """What came with a question."""

    texts: list[str] = field(default_factory=list)  # Markdown
    notices: list[str] = field(default_factory=list)  # a sentence for each that is not read
    pictures: list[str] = field(default_factory=list)  # names
    room: int = WHOLE


class Attachments:
    def __init__(self, services: Services, embedding: Embedding) -> None:
        self._works = services.works
        self._recall = services.recall
        self._model = services.catalogue.model(services.chat_model)
        self._shared = Shared(services.preferences, services.works, self._model)
        self._embedding = embedding
        self._reader = Reader()

    async def read(self, run: Run, attachments: Sequence[Attachment]) -> Read:
        read, pictures = Read(room=min(WHOLE, self._model.context // 4)), dict[str, bytes]()
        if run.event.of or run.attempt > 1:
            await self._recall.forget_files(run.answers)
        for attachment in attachments[:MOST]:
            try:
                await self._read(run, attachment, read, pictures)
            except Unreadable as error:
                read.notices.append(f"“{attachment.name}” {error}")
            except Refused as refusal:
                read.notices.append(refusal.sentence)
        if (left := len(attachments) - MOST) > 0:
            read.notices.append(f"Parley reads {MOST} files at once; {left} are left out.")
        if pictures:
            await self._look_at(run, pictures)
        return read

    async def _read(
        self, run: Run, attachment: Attachment, read: Read, pictures: dict[str, bytes]
    ) -> None:
        """Raises Unreadable and Refused."""
        content = await run.content(attachment, LARGEST)
        name, what = attachment.name, kind(content)
        if what == "picture":
            pictures[f"{len(pictures)}.webp"] = await asyncio.to_thread(_seen, content)
            read.pictures.append(name)
            read.texts.append(f"(The picture “{name}” is attached.)")
            return
        document = await self._reader.read(what, content)
        if document.cut:
            read.notices.append(f"“{name}” is read {document.cut.replace('after', 'up to', 1)}.")
        text = document.text
        if len(text) < 8 * read.room and (size := tokens.count(self._model, text)) <= read.room:
            read.room -= size
            read.texts.append(_quoted(name, text))
            return
        await self._keep(run, name, document)
        read.texts.append(f"(The file “{name}” is long. Passages of it that may help are quoted.)")

    async def _keep(self, run: Run, name: str, document: Document) -> None:
        """The thread finds it again. Without vectors its words alone are looked for."""
        found = await asyncio.to_thread(list, passages(document))
        ids = await self._recall.keep(
            "file", run.event.place, [Saying(one.text, one.part) for one in found],
            delivery=run.answers, author=run.event.author.id, title=name, at=run.event.at,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                await self._embedding.learn(Payer.of(run), ids, [one.text for one in found])
        except (ParleyError, TimeoutError) as error:
            log.info("a file is searched by its words: %s", error)

    async def _look_at(self, run: Run, pictures: dict[str, bytes]) -> None:
        """The thread goes on seeing them."""
        await self._works.keep(run, Offered(tuple(pictures)), pictures)
        await self._shared.add(run.event.place, run.answers)


def _seen(content: bytes) -> bytes:
    """Raises Unreadable."""
    if not looking.look(content):
        raise Unreadable("is a picture that is broken, or too large to be looked at.")
    return looking.seen(content)


def _quoted(name: str, text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"The file “{name}”:\n{fence}\n{text.rstrip()}\n{fence}"
