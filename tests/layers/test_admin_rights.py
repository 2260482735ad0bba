"""Every admin command, tried by somebody who is none, on every way in. What the handlers would do
is never begun: the layer refuses before.
"""

import pytest

from bot.app import layers_of
from bot.commands import Typing
from bot.events import Attachment, Invocation, Message
from bot.layers import Suggester
from bot.parts import Notice
from bot.run import Run
from tests.handlers.desk import ADA, PLACE, desk

# The model's calls of commands will be one more of them, once it may call any.
BY = ("slash", "mention", "button", "form", "shortcut", "home")


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        yield it


def admin_commands(it):
    return [command for command in it.services.commands.values() if command.access != "everyone"]


def filled(command):
    """Values that the command would take."""
    return {option.name: _value(option) for option in command.options if option.required}


def _value(option):
    if option.choices:
        return option.choices[0]
    if option.kind is Attachment:
        return Attachment("f", "table.csv", "text/csv", 10)
    if option.kind in {int, float}:
        return option.kind(option.minimum or 1)
    return True if option.kind is bool else "words"


async def answer(it, event):
    """What the layers let through, and whether the handler was begun."""
    begun = []
    route = it.router.route(event)

    async def handler(run):
        begun.append(run.event)
        async for part in route.handler(run):
            yield part

    run = Run(route.event, "d1")
    return [part async for part in layers_of(it.services)(handler)(run)], begun


@pytest.mark.parametrize("by", BY)
async def test_who_is_no_admin_is_refused_on_every_way(it, by):
    assert len(admin_commands(it)) >= 10
    for command in admin_commands(it):
        event = Invocation(id="i1", place=PLACE, author=ADA, at=1.0, command=command.name, by=by,
                           values=filled(command), of="d0")  # fmt: skip
        parts, begun = await answer(it, event)
        assert [type(part) for part in parts] == [Notice], command.name
        assert "is for" in parts[0].text
        assert begun == []


async def test_typed_to_parley_it_is_refused_too(it):
    for command in admin_commands(it):
        pairs = [f'{n}:"{v}"' for n, v in filled(command).items() if not isinstance(v, Attachment)]
        files = [v for v in filled(command).values() if isinstance(v, Attachment)]
        text = f"/{command.name} {' '.join(pairs)}"
        event = Message(id="m1", place=PLACE, author=ADA, at=1.0, addressed=True, source="1.1",
                        text=text, attachments=tuple(files))  # fmt: skip
        route = it.router.route(event)
        parts, begun = await answer(it, event)
        assert [type(part) for part in parts] == [Notice], command.name
        assert begun == [] or route.handler is not command.handler  # the router's own refusal


async def test_to_whom_it_is_refused_nothing_is_suggested(it):
    suggester = Suggester(it.services.commands, it.services.admins)
    for command in admin_commands(it):
        for option in command.options:
            typing = Typing(ADA, PLACE, command.name, option.name, "")
            assert await suggester(typing) == (), (command.name, option.name)


async def test_an_admin_of_old_is_none_any_more(it):
    """Rights are looked at when acting: a button pressed later asks again."""
    command = it.services.commands["moderation on"]
    event = Invocation(id="i1", place=PLACE, author=ADA, at=1.0, command=command.name, by="button")
    parts, begun = await answer(it, event)
    assert "is for admins" in parts[0].text
    assert begun == []
