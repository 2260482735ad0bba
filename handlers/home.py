"""Where a platform gives Parley a page of its own: what it can do, and what the visitor used."""

from collections.abc import Iterable
from functools import partial

from bot.commands import Command
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from handlers import usage
from handlers.help import overview


def setup(services: Services) -> Iterable[Command]:
    yield Command("home", "The page", partial(_home, services), private=True, button=True)


async def _home(services: Services, run: Run) -> Reply:
    author, place = run.event.author, run.event.place
    yield Text(overview(services, author), key="help")
    yield Text(
        usage.report(await services.ledger.statement(author.id, place.payer, roles=author.roles)),
        key="usage",
    )
