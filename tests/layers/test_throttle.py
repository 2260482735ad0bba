"""How often one person may ask, by a clock that a test moves."""

from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.events import Author, Message, Place
from bot.layers import Throttle
from bot.layers.throttle import WINDOW
from bot.parts import Text
from bot.run import Run

PLACE = Place("slack", "T1", "C1", "1.1")


async def answer(_run):
    yield Text("yes")


class Desk:
    def __init__(self, limit):
        self.now = 1000.0
        self.throttle = Throttle(limit, clock=lambda: self.now)
        self.handler = self.throttle(answer)

    async def ask(self, author="ada", attempt=1):
        """The answer, or the refusal."""
        event = Message(id="m", place=PLACE, author=Author(author), at=0, text="?", source="s")
        try:
            async with aclosing(self.handler(Run(event, "d", attempt=attempt))) as parts:
                return (await anext(parts)).markdown
        except Refused as refusal:
            return refusal.sentence


async def test_within_a_minute_one_person_may_ask_so_often_and_others_too():
    desk = Desk(2)
    assert [await desk.ask() for _ in range(2)] == ["yes", "yes"]
    desk.now += 20
    assert await desk.ask() == (
        "You have asked 2 times within a minute, which is the limit here. Try again in 40 s."
    )
    assert await desk.ask("bob") == "yes"
    desk.now += 40
    assert await desk.ask() == "yes"


async def test_a_refusal_does_not_count():
    desk = Desk(1)
    await desk.ask()
    for _ in range(5):
        assert await desk.ask() != "yes"
    desk.now += WINDOW
    assert await desk.ask() == "yes"


async def test_an_attempt_after_a_restart_does_not_count():
    desk = Desk(1)
    assert [await desk.ask(attempt=n) for n in (1, 2, 3)] == ["yes"] * 3


async def test_without_a_limit_nothing_stands_between():
    assert Throttle(None)(answer) is answer


@pytest.mark.parametrize("author", ["ada", "bob"])
async def test_who_does_not_ask_any_more_is_forgotten(author):
    desk = Desk(3)
    await desk.ask("carol")
    desk.now += WINDOW
    await desk.ask(author)
    assert set(desk.throttle._asked) == {author}


@given(st.integers(1, 4), st.lists(st.floats(0, 40)))
async def test_no_minute_has_more_than_the_limit(limit, waits):
    desk = Desk(limit)
    taken = []
    for wait in waits:
        desk.now += wait
        if await desk.ask() == "yes":
            taken.append(desk.now)
    for first in taken:
        assert sum(first <= at < first + WINDOW for at in taken) <= limit
