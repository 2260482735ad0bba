"""What is left of an answer that fails."""

import pytest

from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.layers.explain import explain
from bot.parts import RECEIPT, STOP, Buttons, Card, Notice, Remove, Text, Withdraw
from bot.run import Run

RUNNING = Card("Listening", progress=0.5, state="running")
TOLD = Notice("It cannot be done.")


async def failing(*shown, of=""):
    async def handler(_run):
        for part in shown:
            yield part
        raise Refused(TOLD.text)

    place = Place("slack", "T1", "C1", "1.1")
    event = Invocation(id="i1", place=place, author=Author("a"), at=1.0, command="x", of=of)
    reply = explain(handler)(Run(event, "d1"))
    return [part async for part in reply][len(shown) :]


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ([], []),
        ([RUNNING, STOP], [Withdraw()]),
        ([STOP], [Remove(STOP.key)]),
        ([Text("Heard so far."), RUNNING, STOP], [Remove(RUNNING.key), Remove(STOP.key)]),
        ([RUNNING, Card("Heard", state="done"), Buttons((RECEIPT,))], []),
        ([RUNNING, Remove(RUNNING.key)], []),
        ([RUNNING, Withdraw()], []),
    ],
)
async def test_what_was_under_way_is_taken_away_and_a_sentence_stays(shown, left):
    assert await failing(*shown) == [*left, TOLD]


async def test_an_answer_of_before_that_was_to_be_answered_anew_stays():
    assert await failing(RUNNING, STOP, of="d0") == [
        Remove(RUNNING.key), Remove(STOP.key), TOLD,
    ]  # fmt: skip
