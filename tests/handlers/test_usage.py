from types import SimpleNamespace

import pytest

from bot.commands import Commands
from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.openai.chat import Usage
from bot.parts import Text
from bot.run import Run
from handlers import usage
from tests.spending.desk import ADA, BOB, StubChat, Time, ask, open_desk

ASKED = Invocation(
    id="1",
    place=Place("slack", "T1", "C1"),
    author=Author(ADA.author, "Ada"),
    at=0,
    command="usage me",
)


class Given:
    """Services, as far as /usage needs them."""

    def __init__(self, desk) -> None:
        self.ledger = desk.ledger
        self.reports, self.people, self.adapters = None, None, {}
        self.settings = SimpleNamespace(timezone="UTC")


async def said(desk, event=ASKED) -> str:
    command, *_ = usage.setup(Given(desk))
    [part] = [part async for part in command.handler(Run(event, "delivery"))]
    assert isinstance(part, Text)
    return part.markdown


async def use(desk, payer=ADA, model="priced", reported=None):
    chat = StubChat(("word",), reported)
    await desk.openai(chat).charged_to(payer).complete(ask(model=model))


async def test_who_used_nothing_is_told_so(tmp_path):
    async with open_desk(tmp_path) as desk:
        assert await said(desk) == (
            "**Today**: nothing used.\n\n"
            "**This month**: nothing used.\n\n"
            "No budget is set, so there is no limit."
        )


async def test_today_this_month_and_what_is_left(tmp_path):
    time = Time()
    settings = {"budget_person_day": "0.05", "budget_workspace_month": "3"}
    async with open_desk(tmp_path, time, timezone="Europe/Berlin", **settings) as desk:
        await use(desk, reported=Usage(1_000, 500))
        time.now += 86_400
        await use(desk, reported=Usage(1_200, 400))
        await use(desk, BOB, reported=Usage(1_000, 500))
        assert await said(desk) == (
            "**Today**: $0.002\n"
            "- chat: $0.002 (1 call, 1,200 tokens read, 400 written)\n\n"
            "**This month**: $0.004\n"
            "- chat: $0.004 (2 calls, 2,200 tokens read, 900 written)\n\n"
            "**Left**\n"
            "- $0.048 of your $0.05 for today; it starts again at 00:00 (Europe/Berlin)\n"
            "- $2.994 of this workspace's $3.00 for this month; "
            "it starts again on 1 December (Europe/Berlin)"
        )


async def test_an_unknown_price_is_said_and_never_a_zero(tmp_path):
    async with open_desk(tmp_path) as desk:
        await use(desk, model="new-model", reported=Usage(10, 5))
        unknown = await said(desk)
        await use(desk, reported=Usage(10, 5))
        mixed = await said(desk)
    assert "**Today**: price not known\n" in unknown
    assert "- chat: price not known (1 call" in unknown
    assert "$0.00" not in unknown
    assert "**Today**: at least $0.00002\n" in mixed
    assert "The price of 1 call is not known" in mixed


async def test_estimates_are_said(tmp_path):
    async with open_desk(tmp_path) as desk:
        await use(desk)
        assert "1 call had no exact bill" in await said(desk)


async def test_it_is_private_and_what_the_bare_name_means(tmp_path):
    async with open_desk(tmp_path) as desk:
        commands = Commands(usage.setup(Given(desk)))
    assert all(command.private for command in commands.values())
    assert commands.read("usage") == (commands["usage me"], "")
    assert commands.read("usage team last month") == (commands["usage team"], "last month")
    with pytest.raises(Refused, match="Which of them"):
        commands.read("usage bob")
