"""Batches: many requests at half the price, from a file or a table."""

from collections.abc import Iterable

from bot.commands import Command, Option
from bot.desk.batching.desk import Desk
from bot.desk.batching.reading import Reading
from bot.desk.files.names import Names
from bot.desk.jsonl.bodies import ENDPOINTS
from bot.events import Attachment
from bot.services import Services


def setup(services: Services) -> Iterable[Command]:
    names = Names(services)
    desk, reading = Desk(services), Reading(services)
    yield Command(
        "batch create",
        "A batch from a JSONL file: checked first, and begun when you say so",
        desk.created,
        (
            Option("file", "The requests: a .jsonl file", Attachment),
            Option("id", "Or the id of a file that is there", suggest=names.inputs),
            Option("endpoint", "Of its requests", choices=tuple(ENDPOINTS)),
            Option("metadata", "Notes on it: key=value, key=value"),
        ),
        access="admin",
    )
    yield Command(
        "batch ask",
        "Ask about each row of a table, and have it back with the answers",
        desk.asked,
        (
            Option("prompt", "With the names of columns, as “Translate {text} to {language}”; "
                   "without it, each row is a prompt", long=True),
            Option("file", "The table: CSV, or a text with a prompt a line", Attachment,
                   required=True),
            Option("model", "Which model answers", suggest=desk.models),
            Option("instructions", "What holds for every row", long=True),
            Option("longest", "Tokens that an answer may have", int, minimum=16),
            Option("temperature", "0 is strict, 2 is wild", float, minimum=0, maximum=2),
        ),
        access="admin",
    )  # fmt: skip
    yield Command("batch_start", "Start it", desk.started, button=True, access="admin")
    yield Command("batch_discard", "Do not", desk.discarded, button=True, access="admin")
    which = Option("id", "Which batch", required=True, suggest=names.batches)
    after = Option("after", "The id that the page before ended with")
    yield Command("batch list", "The batches at the provider, newest first", reading.listed,
                  (after,), access="admin", usual=True, tool=True)  # fmt: skip
    yield Command("batches_more", "The next page", reading.listed, button=True, access="admin")
    for name, help_, handler in (
        ("show", "How a batch stands", reading.shown),
        ("results", "What came of a batch", reading.results),
        ("cancel", "End a batch before its time", reading.cancelled),
    ):
        yield Command(f"batch {name}", help_, handler, (which,), access="admin")
