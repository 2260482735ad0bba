"""Slack is written to as often as it allows, and no more often."""

import asyncio
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import render, shared
from adapters.slack.limits import A_MINUTE, POST, Limits
from bot.parts import Delta, File, Text
from tests.fakes.slack_limits import BUCKET, LEAK
from tests.slack.clock import Clock
from tests.slack.helpers import STOP, asked, texts


async def test_what_comes_and_goes_between_two_edits_is_not_written(slack, desk):
    desk.pace(0.2)
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        for word in range(100):
            screen.show(Delta(f"word{word} "))
            await asyncio.sleep(0)
    assert slack.calls() <= 3
    assert "word99" in texts(slack)[0]


async def test_twenty_answers_share_the_edits_and_all_end_at_once(slack, desk):
    desk.pace(1.0)  # in the queue, the last would end after 20 s
    roots = [await asked(slack) for _ in range(20)]

    async def answer(root):
        async with desk.delivering(desk.delivery(root)) as screen:
            screen.show(Text("begun"))
            await slack.until(lambda: len(slack.posts()) == 20)
            screen.show(Text("ended"))

    async with asyncio.timeout(10):
        await asyncio.gather(*map(answer, roots))
    assert texts(slack) == ["ended"] * 20
    assert slack.calls() <= 20 * 3


async def test_an_answer_takes_no_more_calls_than_its_time_allows(slack, desk):
    """P6: at most duration / interval + 2, and each carries the text once."""
    desk.pace(0.05)
    begun = time.monotonic()
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        for _ in range(100):
            screen.show(Delta("word "))
            await asyncio.sleep(0.003)
    assert slack.calls() <= (time.monotonic() - begun) / 0.05 + 2


async def test_a_limited_write_waits_as_long_as_it_is_told(slack, desk):
    slack.limit_next(0.05)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hello"]
    assert slack.requests["chat.postMessage"] == 2


async def test_two_posts_in_a_second_in_one_channel_both_stand(slack, desk):
    slack.api.limits = True  # as Slack: one a second
    roots = [await asked(slack), await asked(slack)]
    async with asyncio.timeout(10), desk.delivering(desk.delivery(roots[0])) as first:
        first.show(Text("one"))
        async with desk.delivering(desk.delivery(roots[1])) as second:
            second.show(Text("two"))
    assert sorted(texts(slack)) == ["one", "two"]


async def test_a_post_is_limited_in_its_channel_only(slack, desk):
    """R9, P7: one slow channel slows no other."""
    slack.api.channels.add("C2")
    one, two = await asked(slack), slack.api.store("C2", "UADA", text="hi")["ts"]
    slack.limit_next(0.5)
    async with desk.delivering(desk.delivery(one)) as first:
        first.show(Text("late"))
        await slack.until(lambda: slack.requests["chat.postMessage"] == 1)
        async with desk.delivering(desk.delivery(two, channel="C2")) as second:
            second.show(Text("early"))
    assert texts(slack) == ["early", "late"]


# Slack's own limits, by a clock of its own


@pytest.fixture
async def clock(slack, desk):
    """Time passes at once. Slack keeps its limits by this clock, and we by the same."""
    clock = Clock(slack)
    slack.api.time, slack.api.limits = clock, True
    desk.workspace = render.Workspace(desk.web, clock=clock, sleep=clock.sleep)
    desk.workspace.streaming.clock = clock
    running = asyncio.create_task(clock.run())
    yield clock
    running.cancel()


async def grow(slack, desk, clock, number, *, channel="C1", seconds=60):
    """An answer that grows by a word a second."""
    slack.api.channels.add(channel)
    source = slack.api.store(channel, "UADA", text=f"question {number}")["ts"]
    delivery = desk.delivery(source, channel=channel)
    delivery.id, delivery.nonce = f"delivery{number:04}", f"nonce{number:07}"
    async with desk.delivering(delivery) as screen:
        screen.show(STOP)
        for second in range(seconds):
            screen.show(Delta(f"word{second} "))
            await clock.sleep(1)
    return source


@pytest.mark.parametrize("answers", [1, 20, 50])
async def test_answers_at_once_in_channels_hit_no_limit_and_all_end(slack, desk, clock, answers):
    began = clock.now
    roots = await asyncio.gather(
        *(grow(slack, desk, clock, n, channel=f"C{n % 5}") for n in range(answers))
    )
    said = {post.thread: post.text for post in slack.posts()}
    assert said == dict.fromkeys(roots, " ".join(f"word{n}" for n in range(60)) + " ")
    assert len(slack.posts()) == answers
    assert slack.api.rates.hit == 0
    assert clock.now - began <= 60 + 10  # the ends wait for nothing but each other
    assert slack.requests["chat.update"] >= 40  # what Slack gives is used


@pytest.mark.parametrize("answers", [1, 20, 50])
async def test_answers_at_once_to_one_person_hit_no_limit_and_all_end(slack, desk, clock, answers):
    roots = await asyncio.gather(
        *(grow(slack, desk, clock, n, channel="DADA") for n in range(answers))
    )
    said = {post.thread: post.text for post in slack.posts()}
    assert said == dict.fromkeys(roots, " ".join(f"word{n}" for n in range(60)) + " ")
    assert slack.api.rates.hit == 0
    assert 0 < slack.requests["chat.startStream"] <= 20  # no more than can be stopped


async def test_a_lone_answer_is_edited_as_often_as_slack_allows(slack, desk, clock):
    await grow(slack, desk, clock, 1)
    assert 45 <= slack.requests["chat.update"] <= 60 / 1.2 + 2


async def test_a_hundred_posts_in_one_channel_keep_to_one_a_second(slack, desk, clock):
    began = clock.now
    await asyncio.gather(*(grow(slack, desk, clock, n, seconds=1) for n in range(100)))
    assert len(slack.posts()) == 100
    assert slack.api.rates.hit == 0
    assert 80 <= clock.now - began <= 110


async def test_files_from_many_answers_hit_no_limit(slack, desk, clock, monkeypatch):
    monkeypatch.setattr(shared, "WAITS", ())

    async def send(number):
        source = slack.api.store("C1", "UADA", text="send it")["ts"]
        async with desk.delivering(desk.delivery(source)) as screen:
            for part in range(10):
                screen.show(File(f"{number}-{part}.txt", b"%d" % part, key=str(part)))

    await asyncio.gather(*(send(number) for number in range(15)))
    assert len({name for post in slack.posts() for name in post.files}) == 150
    assert slack.api.rates.hit == 0


async def test_after_a_429_nobody_asks_for_the_same_before_slack_wants_it(slack, desk, clock):
    began = clock.now
    desk.workspace.limits.hold("chat.postMessage", "C1", 30)
    await grow(slack, desk, clock, 1, channel="C2", seconds=1)
    assert clock.now - began < 5
    await grow(slack, desk, clock, 2, seconds=1)
    assert clock.now - began >= 30


async def test_a_429_holds_back_the_calls_that_are_like_it(slack, desk):
    held = []
    desk.workspace.limits.hold = lambda *about: held.append(about)
    slack.limit_next(0.02)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
    assert held == [("chat.postMessage", "C1", 0.02)]


async def test_a_share_of_the_limits_is_kept_too(slack, desk, clock):
    """As each of three processes of one app would."""
    desk.workspace = render.Workspace(desk.web, share=1 / 3, clock=clock, sleep=clock.sleep)
    await grow(slack, desk, clock, 1)
    assert slack.requests["chat.update"] <= 50 / 3 + 2


class Lonely:
    """A clock that passes while somebody sleeps, one after the other."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


calls = st.lists(
    st.tuples(
        st.sampled_from([POST, "chat.update", "chat.startStream", "files.info"]),
        st.sampled_from(["C1", "C2"]),
        st.floats(0, 5),
    ),
    max_size=150,
)


@settings(deadline=None)
@given(calls, st.sampled_from([1.0, 0.5, 0.01]))
async def test_whatever_is_asked_no_minute_has_more_than_slack_allows(asked, share):
    clock = Lonely()
    limits = Limits(share, clock=clock, sleep=clock.sleep)
    made = []
    for method, channel, pause in asked:
        clock.now += pause
        await limits.turn(method, channel)
        made.append((clock.now, method, channel))
    for method, most in A_MINUTE.items():
        times = [at for at, name, _ in made if name == method]
        assert all(
            sum(at <= later < at + 60 for later in times) <= max(1, most * share) for at in times
        )
    levels, last = Counter(), {}
    for at, method, channel in made:
        if method == POST:
            levels[channel] -= (at - last.get(channel, at)) * LEAK
            levels[channel] = max(0, levels[channel]) + 1
            last[channel] = at
            assert levels[channel] <= BUCKET
