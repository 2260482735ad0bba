"""A conversation of two hundred turns, on every platform, with Parley dying again and again."""

import pytest

from tests.fakes.openai import Fault

TURNS = 200
WORDS = "word " * 90  # so that the thread outgrows what goes along word for word


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_two_hundred_turns_are_answered_once_each_and_what_was_said_is_known(house, world):
    root = await world.mention(f"number 0 {WORDS}")
    for number in range(1, TURNS):
        await house.answered(number, thread=root)
        if number % 20 == 0:
            await summed_up(house)
        if number % 25 == 0:
            await house.restart()
        dies = number % 50 == 10  # before it can answer
        if dies:
            house.openai.faults.append(Fault(hang=True))
        calls = len(house.openai.calls)
        await world.say(f"number {number} {WORDS}", thread=root)
        if dies:
            await house.openai.called(calls + 1)
            await house.restart()
    await house.answered(TURNS, thread=root)
    heard = [post.text.split()[3] for post in house.answers(root)]
    assert heard == [str(number) for number in range(TURNS)]
    system, *said, asked = house.openai.calls[-1].body["messages"]
    assert asked["content"].startswith(f"number {TURNS - 1} ")
    assert "What was said before, in short:" in system["content"]
    first = int(said[0]["content"].split()[1])
    assert [m["content"].split()[1] for m in said[::2]] == list(map(str, range(first, TURNS - 1)))
    assert len(said) < TURNS  # the others are in the summaries


async def summed_up(house):
    (chore,) = [chore for chore in house.services.chores if chore.name == "summaries"]
    await chore.work()
