"""Files at the provider, from chat."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bot.commands import Command, Option
from bot.desk.files import checking, shown
from bot.desk.files.checking import PURPOSES, Wrong
from bot.desk.files.ids import file_id
from bot.desk.files.moving import safe, save_attachment, upload_once
from bot.desk.files.names import Names
from bot.errors import Refused
from bot.events import Attachment, Invocation
from bot.listing import Listing, asked
from bot.openai.files import File as Uploaded
from bot.parts import Button, Buttons, Card, File, Reply, Status, Text
from bot.run import Run
from bot.services import Services

PAGE = 15  # files
LISTED = (*PURPOSES, "batch_output", "fine-tune-results")
MORE = Buttons((Button("More", "files_more"),))
SURE = Buttons((Button("Delete it", "file_delete"), Button("Keep it", "file_keep")))
DAY = 86_400  # seconds
_ADMINS: Any = {"access": "admin"}


class Chosen(msgspec.Struct, frozen=True):
    """The file that an answer is about, for its buttons."""

    file: str
    filename: str


def setup(services: Services) -> Iterable[Command]:
    names = Names(services)
    desk = Desk(services, names)
    which = Option("id", "Which file", required=True, suggest=names.files)
    purpose = Option("purpose", "What they are for", choices=LISTED)
    after = Option("after", "The id that the page before ended with")
    file = Option("file", "The file", Attachment, required=True)
    how = (
        Option("purpose", "What it is for", required=True, choices=PURPOSES),
        Option("expires", "Delete it after so many days", int, minimum=1, maximum=30),
    )
    yield Command("files list", "The files at the provider, newest first", desk.listed,
                  (purpose, after), usual=True, tool=True, **_ADMINS)  # fmt: skip
    yield Command("files_more", "The next page", desk.listed, button=True, **_ADMINS)
    yield Command("files show", "What is known of a file", desk.shown, (which,), **_ADMINS)
    yield Command("files upload", "Send a file to the provider, after a check", desk.uploaded,
                  (how[0], file, how[1]), **_ADMINS)  # fmt: skip
    yield Command("upload_message", "Send the files of a message to the provider", desk.uploaded,
                  how, button=True, shortcut="Upload to OpenAI", **_ADMINS)  # fmt: skip
    yield Command("files download", "A file from the provider, to you alone", desk.downloaded,
                  (which,), private=True, **_ADMINS)  # fmt: skip
    yield Command("files delete", "Delete a file at the provider", desk.doomed, (which,),
                  **_ADMINS)  # fmt: skip
    yield Command("file_delete", "Delete it", desk.deleted, button=True, **_ADMINS)
    yield Command("file_keep", "Keep it", desk.kept, button=True, **_ADMINS)


class Desk:
    def __init__(self, services: Services, names: Names) -> None:
        self._services = services
        self._files = services.openai.files
        self._names = names

    async def listed(self, run: Run) -> Reply:
        listing = await asked(self._services.works, run, "files")
        page = await self._files.list(
            purpose=listing.query.get("purpose") or None, after=listing.after or None,
            limit=PAGE, order="desc",
        )  # fmt: skip
        of = f" for “{listing.query['purpose']}”" if listing.query.get("purpose") else ""
        lines = [shown.line(file) for file in page.data]
        yield Text("\n".join([f"**Files{of}**", *lines]) if lines else f"There are no files{of}.")
        if page.after:
            await self._services.works.keep(run, Listing("files", listing.query, page.after))
        yield MORE if page.after else Buttons(())

    async def shown(self, run: Run) -> Reply:
        file = await self._files.get(file_id(_value(run, "id")))
        yield Card(file.filename or file.id, "", shown.facts(file))

    async def uploaded(self, run: Run) -> Reply:
        purpose, expires = _value(run, "purpose"), _value(run, "expires")
        try:
            for number, attachment in enumerate(_given(run)):
                yield Status(f"Checking {attachment.name}…")
                card = await self._upload(run, attachment, purpose, int(expires or 0))
                key = f"card {number}"
                yield Card(card.title, card.markdown, card.fields, None, card.state, key)
        finally:
            await self._services.works.forget(run.answers)
            self._names.forget()

    async def _upload(self, run: Run, given: Attachment, purpose: str, days: int) -> Card:
        folder = await self._services.works.folder(run.answers)
        path = await save_attachment(run, given, folder, checking.LARGEST)
        try:
            known = await checking.check(self._services, path, given.name, purpose)
        except Wrong as wrong:
            return Card(wrong.sentence[:150], wrong.problems, state="failed")
        file = await upload_once(
            self._services, run, path, given.name, purpose, look=run.attempt > 1,
            expires_after=days * DAY or None,
        )  # fmt: skip
        return Card(f"Uploaded {file.filename}"[:150], known, shown.facts(file), state="done")

    async def downloaded(self, run: Run) -> Reply:
        file = await self._files.get(file_id(_value(run, "id")))
        yield Status(f"Fetching {file.filename}…")
        await self._services.works.keep(run, Chosen(file.id, file.filename))
        folder = await self._services.works.folder(run.answers)
        await self._files.save(file.id, folder / "file")
        yield Text(shown.line(file).removeprefix("- "))
        yield File(safe(file.filename or file.id), folder / "file")

    async def doomed(self, run: Run) -> Reply:
        file = await self._files.get(file_id(_value(run, "id")))
        await self._services.works.keep(run, Chosen(file.id, file.filename))
        yield _question(file)
        yield SURE

    async def deleted(self, run: Run) -> Reply:
        chosen = await self._chosen(run)
        if not await self._files.delete(chosen.file):
            raise Refused(f"The provider did not delete “{chosen.filename}”. Please try again.")
        await self._services.works.forget(run.answers)
        self._names.forget()
        yield Card(f"Deleted {chosen.filename}"[:150], f"`{chosen.file}`", state="done")
        yield Buttons(())

    async def kept(self, run: Run) -> Reply:
        chosen = await self._chosen(run)
        await self._services.works.forget(run.answers)
        yield Card(f"Kept {chosen.filename}"[:150], f"`{chosen.file}`")
        yield Buttons(())

    async def _chosen(self, run: Run) -> Chosen:
        if found := await self._services.works.of(run.answers, Chosen):
            return found
        raise Refused("Parley no longer knows which file this was. `/files delete` asks again.")


def _question(file: Uploaded) -> Card:
    return Card(
        f"Delete {file.filename or file.id}?"[:150],
        "It is gone for good then, also for jobs and batches that have not read it yet.",
        shown.facts(file),
    )


def _given(run: Run) -> Sequence[Attachment]:
    """The file of the command, or those of the message that it was used on. Raises Refused."""
    event = run.event
    if not isinstance(event, Invocation):
        raise TypeError("an upload is a command")
    if isinstance(file := event.values.get("file"), Attachment):
        return [file]
    if event.on and event.on.attachments:
        return event.on.attachments
    raise Refused("There is no file in this message.")


def _value(run: Run, name: str) -> str:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    return str(values.get(name, "")).strip()
