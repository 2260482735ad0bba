"""/export me: all that Parley keeps about a person, for them alone."""

from collections.abc import Iterable
from functools import partial

from bot.commands import Command
from bot.forgetting.archive import archive
from bot.parts import File, Reply, Status, Text
from bot.run import Run
from bot.services import Services


def setup(services: Services) -> Iterable[Command]:
    export = partial(_export, services)
    yield Command("export me", "All that Parley keeps about you, as a file", export, private=True)


async def _export(services: Services, run: Run) -> Reply:
    yield Status("Gathering…")
    content = await archive(services, run.event.author.id)
    yield Text("What you asked and was answered, what you chose, what you used, and what was made.")
    yield File("parley.zip", content)
