"""How often Parley writes: as much as Discord takes, and no more."""

import asyncio

import pytest

from adapters.discord.limits import Window
from adapters.pacing import Paces
from bot.errors import Undeliverable
from bot.parts import Card, Delta, Image, Status, Text, Withdraw
from bot.screen import Screen
from tests.discord_adapter.asking import LAST, PNG, STOP, commanded
from tests.discord_adapter.conftest import Log, asked_in_channel
from tests.fakes.discord_limits import Limits


async def answered(bot, delivery, words=20):
    screen = Screen()
    screen.show(STOP)
    delivering = asyncio.create_task(bot.adapter.deliver(delivery, screen))
    for number in range(words):
        screen.show(Delta(f"word{number} "))
        await asyncio.sleep(0.001)
    screen.show(LAST)
    screen.finish()
    await delivering


async def fifty_questions(discord, mode):
    for number in range(50):
        delivery = asked_in_channel(discord, await discord.mention("A question"))
        delivery.id, delivery.nonce = f"delivery{number:04}", f"nonce{number:07}"
        delivery.address, delivery.log = f'{{"title":"A","mode":"{mode}"}}', Log()
        yield delivery


@pytest.mark.parametrize("mode", ["thread", "channel"])
async def test_fifty_answers_at_once_meet_no_limit(discord, bot, mode):
    """A hundred times as fast as on the real one."""
    discord.limits = Limits(most=5, seconds=0.05, overall=50, second=0.01)
    bot.adapter._rest._window = Window(45, clock=lambda: asyncio.get_running_loop().time() * 100,
                                       sleep=lambda wait: asyncio.sleep(wait / 100))  # fmt: skip
    bot.adapter._paces = Paces(0.012)
    questions = [delivery async for delivery in fifty_questions(discord, mode)]
    await asyncio.gather(*(answered(bot, delivery) for delivery in questions))
    assert discord.limits.refused == 0
    posts = discord.posts()
    assert len(posts) == 50
    assert all(post.text.endswith("word19 ") for post in posts)
    assert all(post.buttons == ("Regenerate",) for post in posts)


async def test_no_second_has_more_turns_than_are_allowed():
    now, taken = [0.0], []

    async def sleep(seconds):
        now[0] += seconds

    window = Window(5, clock=lambda: now[0], sleep=sleep)
    for number in range(40):
        await window.turn()
        taken.append(now[0])
        now[0] += 0.01 * (number % 7)
    assert all(later - earlier > 0.999 for earlier, later in zip(taken, taken[5:], strict=False))
    assert taken[4] < 1.0


async def test_first_words_come_at_once_however_slow_the_edits(bot, discord):
    bot.adapter._paces = Paces(60.0)
    question = asked_in_channel(discord, await discord.mention("A question"))
    screen = Screen()
    answering = asyncio.create_task(bot.adapter.deliver(question, screen))
    screen.show(Delta("Once"))
    await discord.until(discord.posts, timeout=2)
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)


async def test_commands_in_one_channel_do_not_wait_for_each_other(bot, discord):
    """Discord counts what an interaction writes by its token."""
    bot.adapter._paces = Paces(60.0)
    deliveries = [await commanded(discord, log=Log()) for _ in range(20)]
    async with asyncio.timeout(5):
        await asyncio.gather(*(bot.deliver(each, Text("Hi")) for each in deliveries))
    assert len(discord.posts()) == 20


async def test_what_an_interaction_writes_does_not_count_among_all_requests(bot, discord):
    bot.adapter._rest._window = Window(1, clock=lambda: 0.0, sleep=lambda _: pytest.fail("waited"))
    delivery = await commanded(discord, private=True)
    await bot.deliver(delivery, Text("A sentence. " * 500))
    assert len(discord.posts()) == 4


async def test_the_last_state_is_delivered_though_it_is_limited(bot, discord):
    question = asked_in_channel(discord, await discord.mention("A question"))
    screen = Screen()
    answering = asyncio.create_task(bot.adapter.deliver(question, screen))
    screen.show(Delta("Once"))
    await discord.until(discord.posts)
    discord.limit_next(0.02, via=False)
    screen.show(Delta(" upon a time"))
    screen.finish()
    await answering
    assert discord.posts()[0].text == "Once upon a time"


async def bytes_for(bot, discord, steps):
    question = asked_in_channel(discord, await discord.mention("A question"))
    question.nonce = f"nonce-{steps}"
    before = discord.bytes
    screen = Screen()
    answering = asyncio.create_task(bot.adapter.deliver(question, screen))
    for number in range(steps):
        screen.show(Delta(f"{'word ' * 99}{steps}w{number:03} "))
        await discord.until(
            lambda n=number: any(f"{steps}w{n:03}" in p.text for p in discord.posts())
        )
    screen.finish()
    await answering
    return discord.bytes - before


async def test_a_long_answer_costs_bytes_in_proportion_to_its_length(bot, discord):
    bot.adapter._paces = Paces(0.0)
    short, long = await bytes_for(bot, discord, 20), await bytes_for(bot, discord, 40)
    assert long < 2.2 * short


# The typing sign


def typing(tasks):
    return [task for task in tasks if "_type" in repr(task.get_coro())]


@pytest.mark.parametrize("part", [Delta("Hi"), Card("Hi"), Image("a.png", PNG, "a")])
async def test_the_typing_sign_ends_when_there_is_something_to_see(bot, discord, part):
    question = asked_in_channel(discord, await discord.mention("A question"))
    screen = Screen()
    screen.show(Status("Thinking"))
    answering = asyncio.create_task(bot.adapter.deliver(question, screen))
    await discord.until(lambda: discord.requests["POST /channels/*/typing"])
    screen.show(part)
    await discord.until(discord.posts)
    assert not typing(asyncio.all_tasks())
    screen.finish()
    await answering


@pytest.mark.parametrize("ending", [Withdraw(), Text("Hi")])
async def test_no_typing_sign_outlives_its_answer(bot, discord, ending):
    question = asked_in_channel(discord, await discord.mention("A question"))
    screen = Screen()
    answering = asyncio.create_task(bot.adapter.deliver(question, screen))
    await discord.until(lambda: discord.requests["POST /channels/*/typing"])
    discord.refuse_next("POST .*/messages", 404, 10003)
    screen.show(ending)
    screen.finish()
    results = await asyncio.gather(answering, return_exceptions=True)
    assert isinstance(results[0], Undeliverable | None)
    assert not typing(asyncio.all_tasks())


async def test_an_answer_that_is_there_at_once_needs_no_sign(bot, discord):
    question = asked_in_channel(discord, await discord.mention("A question"))
    await bot.deliver(question, Text("Hi"))
    assert discord.requests["POST /channels/*/typing"] == 0


async def test_parley_is_seen_thinking_already_where_a_command_was_given(bot, discord):
    delivery = await commanded(discord)
    screen = Screen()
    answering = asyncio.create_task(bot.adapter.deliver(delivery, screen))
    await asyncio.sleep(0.06)
    screen.show(Text("Hi"))
    screen.finish()
    await answering
    assert discord.requests["POST /channels/*/typing"] == 0
