"""What a model does without asking leaves everything as it was: each tool is tried with all that
its options may say, as an admin, and then the database is compared.
"""

import itertools
import json
from contextlib import suppress

import pytest

from bot import app
from bot.acting.inside import Inside
from bot.commands import Command, Option
from bot.errors import ParleyError
from bot.events import Attachment, Place
from bot.parts import Text
from tests.handlers.desk import PLACE, desk
from tests.handlers.test_recall import BOSS, OTHER, Membership, on

WORDS = ("on", "off", "show", "yes", "none", "heron", "$5", "usual", "help", "gpt-4o-mini", "1")
# What each turn and each call of a provider leaves.
BOOKED = {"calls", "totals", "usage_days", "receipts", "people", "cache", "cache_size",
          "sqlite_sequence"}  # fmt: skip
# What an answer made is part of it, and the conversation remembers that.
MADE = {name: {"works", "turns", "threads", "unrecalled"} for name in ("imagine", "speak")}
_ids = itertools.count()


@pytest.fixture
async def here(tmp_path):
    async with desk(tmp_path) as here:
        app.layers_of(here.services)
        here.services.adapters["slack"] = Membership(C1={BOSS.id})
        await on(here, OTHER)
        await here.screen(here.asked("The heron nests", place=OTHER))
        await here.services.pins.add(PLACE.key, "a fact", BOSS.id)
        yield here


def samples(option):
    if option.kind is bool:
        return (True, False)
    if option.kind in {int, float}:
        return (option.kind(option.minimum or 1),)
    return option.choices or WORDS


def tried(command):
    """Each option with each of its samples, and what is required besides."""
    options = [option for option in command.options if option.kind is not Attachment]
    needed = {option.name: samples(option)[0] for option in options if option.required}
    yield needed
    for option in options:
        for value in samples(option):
            yield needed | {option.name: value}


async def tables(here):
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"

    def read(db):
        names = {name for (name,) in db.execute(query)} - BOOKED
        return {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}"))) for name in names}

    return await here.storage.database.read(read)


async def changed(here, command, values):
    """The tables that have something else in them once the model has called it."""
    before = await tables(here)
    parent = here.asked("Do it")
    parent.event = replaced(parent.event)
    run = Inside(parent, command, dict(values), next(_ids), None)
    with suppress(ParleyError):  # what is refused changes nothing either
        async for _ in here.services.inner.layers(command.handler)(run):
            pass
    after = await tables(here)
    differ = {name for name in after if after[name] != before.get(name)}
    return differ - MADE.get(command.name, set())


def replaced(event):
    return type(event)(
        id=event.id, place=event.place, author=BOSS, at=1.0, text=event.text, source="1.1",
        addressed=True,
    )  # fmt: skip


async def offenders(here, commands):
    """The commands that change something and do not say so."""
    return {
        (command.name, json.dumps(values), *found)
        for command in commands
        for values in tried(command)
        if not command.would_change(values) and (found := await changed(here, command, values))
    }


async def test_a_tool_that_does_not_ask_first_changes_nothing(here):
    tools = [command for command in here.services.commands.values() if command.tool]
    assert len(tools) > 15
    assert await offenders(here, tools) == set()


async def test_a_tool_that_changes_something_and_does_not_say_so_would_be_found(here):
    async def put(run):
        if run.event.values["mode"] == "on":
            await here.services.preferences.put(PLACE.channel_key, "mode", "on")
        yield Text("Done")

    async def fill(_run):
        await here.services.pins.add(Place("slack", "T1", "C2").key, "another", "x")
        yield Text("Done")

    mode = Option("mode", "Which", required=True, choices=("show", "on"))
    sly = [Command("sly", "Says nothing", put, (mode,)), Command("bold", "Neither", fill)]
    here.services.commands.update({command.name: command for command in sly})
    found = await offenders(here, sly)
    assert len(found) == 2
    assert ("sly", '{"mode": "on"}', "preferences") in found
    assert ("bold", "{}", "pins") in found


@pytest.mark.parametrize(
    ("name", "values", "would"),
    [
        ("recall", {"words": "ON "}, True),
        ("recall", {"words": "on herons"}, False),
        ("transcription", {"mode": "off"}, True),
        ("transcription", {}, False),
        ("pin", {"text": "x"}, True),
        ("topics", {}, False),
    ],
)
async def test_whether_it_asks_may_depend_on_what_is_asked(here, name, values, would):
    assert here.services.commands[name].would_change(values) is would
