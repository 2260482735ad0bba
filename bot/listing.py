"""A long list, a page at a time: what a page was of, for its button."""

import msgspec

from bot.errors import Refused
from bot.events import Invocation
from bot.run import Run
from bot.storage.works import Works


class Listing(msgspec.Struct, frozen=True):
    """`after` goes on with the next page."""

    what: str  # files, batches, models
    query: dict[str, str]
    after: str


async def asked(works: Works, run: Run, what: str) -> Listing:
    """What a command, or the button below a page, asks for. Raises Refused."""
    event = run.event
    if not isinstance(event, Invocation):
        raise TypeError("a list is asked for by a command")
    if event.by != "button":
        query = {name: str(value).strip() for name, value in event.values.items()}
        return Listing(what, query, query.pop("after", ""))
    found = await works.of(event.of, Listing)
    if not found or found.what != what:
        raise Refused("Parley no longer knows where this list goes on. Please ask for it again.")
    return found
