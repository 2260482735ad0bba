"""What the tests of files and batches have in common: people who ask, press and upload."""

from functools import partial

from bot.desk.batching.ending import ended
from bot.dispatch.once import once
from bot.events import Attachment, Invocation, Message
from bot.run import Run
from bot.screen import Screen
from tests.fakes.jobs import JOB
from tests.handlers.desk import ADA, PLACE
from tests.handlers.recordings import asked as asked_run

CSV = b"text,language\nHello,French\nGood morning,German\n=1+1,Excel\n"


def attached(name, content=b"", reference="r1"):
    return Attachment(reference, name, "text/plain", len(content))


def given(it, command, *, file=None, content=b"", id_="a1", **values):
    """A Run of a command, with a file where it has one."""
    if file:
        values["file"] = attached(file, content)
    return asked_run(it, {"r1": content}, command, id_=id_, **values)


def pressed(it, command, of="a1", *, id_="p1", attempt=1, by=ADA):
    event = Invocation(id=id_, place=PLACE, author=by, at=1.0, by="button", command=command, of=of)
    return Run(event, id_, attempt=attempt, once=partial(once, it.storage.steps, id_))


def shortcut(it, command, *files, **values):
    """`files`: name -> content."""
    contents = dict(files)
    offered = tuple(attached(name, content, name) for name, content in files)
    message = Message(id="m1", place=PLACE, author=ADA, at=1.0, text="", source="1.2",
                      attachments=offered)  # fmt: skip
    return asked_run(it, contents, command, on=message, **values)


def card(screen):
    (found,) = screen.cards
    return found


async def result(it, id_):
    """What the notice at its end shows."""
    screen = Screen()
    batch = await it.services.openai.batches.get(id_)
    async for part in ended(it.services, batch, JOB):
        screen.show(part)
    return screen


def content(file):
    return file.content if isinstance(file.content, bytes) else file.content.read_bytes()
