import asyncio

import pytest

from bot.openai import errors
from bot.openai.calls import Call
from bot.openai.limits import Limits
from bot.openai.meter import Free
from bot.openai.pacing import Pace
from bot.openai.retry import Clock
from tests.fakes.openai import Fault

NEVER = 10.0**9


def call(person="ada", **facts):
    return Call("POST", "chat/completions", b"{}", "m", person=person, **facts)


class Road:
    """Who came through, and when."""

    def __init__(self, held, **limits):
        self.held = held
        self.pace = Pace(Limits(**limits), held.clock)
        self.came = []

    async def go(self, name, *, deadline=NEVER, **facts):
        await self.pace.turn(call(name[0], **facts), deadline)
        self.came.append((name, round(self.held.time - 1000)))

    async def all(self, *names):
        await asyncio.gather(*map(self.go, names))
        return self.came


def gated(held, gate):
    """A clock on which nobody who sleeps wakes before the gate opens."""

    async def sleep(seconds):
        await gate.wait()
        held.time += seconds

    return Clock(lambda: held.time, lambda: held.time, sleep)


async def test_nobody_waits_far_from_the_limit(held):
    assert await Road(held, rpm=3).all("a1", "a2", "a3") == [("a1", 0), ("a2", 0), ("a3", 0)]
    assert held.slept == []


async def test_what_is_beyond_the_limit_waits_for_its_minute(held):
    came = await Road(held, rpm=2).all("a1", "a2", "a3")
    assert came[:2] == [("a1", 0), ("a2", 0)]
    assert 60 <= came[2][1] <= 62


async def test_one_person_with_many_requests_holds_up_no_other(held):
    came = await Road(held, rpm=1).all("a1", "a2", "a3", "a4", "b1", "c1")
    assert [name for name, _ in came] == ["a1", "a2", "b1", "c1", "a3", "a4"]


async def test_tokens_and_pictures_have_limits_of_their_own(held):
    road = Road(held, tpm=1000, ipm=5)
    await road.go("a1", output=900)
    await road.go("a2", images=5)
    await road.go("b1", output=200)
    await road.go("b2", images=1)
    assert [at > 50 for _, at in road.came] == [False, False, True, True]


async def test_a_day_that_is_used_up_is_told_at_once(held):
    road = Road(held, rpd=1)
    await road.go("a1")
    with pytest.raises(errors.LimitReached) as caught:
        await road.go("a2", deadline=held.time + 600)
    assert "1,4" in caught.value.sentence  # about a day, in minutes
    assert held.slept == []


async def test_who_leaves_the_queue_lets_the_next_one_come(held):
    road, gate = Road(held, rpm=1), asyncio.Event()
    road.pace._clock = gated(held, gate)
    await road.go("a1")
    waiting = [asyncio.create_task(road.go(name)) for name in ("a2", "b1")]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait(waiting[:1])
    gate.set()
    await waiting[1]
    assert [name for name, _ in road.came] == ["a1", "b1"]


async def test_who_comes_as_the_limit_opens_does_not_go_before_those_who_wait(held):
    road, gate = Road(held, rpm=1), asyncio.Event()
    road.pace._clock = gated(held, gate)
    await road.go("a1")
    waiting = [asyncio.create_task(road.go("b1"))]
    for _ in range(3):  # it queues, and the queue falls asleep
        await asyncio.sleep(0)
    held.time += 61  # and nobody has been woken yet
    waiting.append(asyncio.create_task(road.go("c1")))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*waiting)
    assert [name for name, _ in road.came] == ["a1", "b1", "c1"]


async def test_leaving_ends_the_queue(held):
    road = Road(held, rpm=1)
    road.pace._clock = gated(held, asyncio.Event())
    await road.go("a1")
    waiting = asyncio.create_task(road.go("a2"))
    await asyncio.sleep(0)
    await road.pace.aclose()
    with pytest.raises(errors.LimitReached):
        await waiting


def headers(remaining, reset, kind="requests", limit=60):
    return {
        f"x-ratelimit-limit-{kind}": str(limit),
        f"x-ratelimit-remaining-{kind}": str(remaining),
        f"x-ratelimit-reset-{kind}": reset,
    }


def read(answer):
    return answer.status


@pytest.fixture
def ask():
    body = b'{"model": "m", "messages": [{"content": "hi"}]}'
    return Call("POST", "chat/completions", body, "m", output=100)


async def test_what_the_server_says_is_left_is_kept_to(fake, transport, held, ask):
    fake.headers = headers(1, "59s")
    await transport.fetch(ask, Free(), read)
    fake.headers = {}
    await transport.fetch(ask, Free(), read)
    assert held.slept == []
    await transport.fetch(ask, Free(), read)
    assert sum(held.slept) == pytest.approx(1, abs=0.01)


async def test_tokens_that_are_left_are_kept_to(fake, transport, held, ask):
    fake.headers = headers(11, "20s", "tokens", 1011)
    await transport.fetch(ask, Free(), read)
    fake.headers = {}
    await transport.fetch(ask, Free(), read)
    assert sum(held.slept) == pytest.approx(2, abs=0.1)  # 111 tokens, at 50 a second


async def test_after_a_refusal_everybody_waits_as_long_as_the_server_asks(
    fake, transport, held, ask
):
    fake.faults.append(Fault(429, "rate_limit_exceeded", {"retry-after": "7"}))
    await transport.fetch(ask, Free(), read)
    assert held.time >= 1007
    fake.faults.append(
        Fault(429, "rate_limit_exceeded", {"retry-after": "9", "x-should-retry": "false"})
    )
    with pytest.raises(errors.RateLimited):
        await transport.fetch(ask, Free(), read)
    before = held.time
    await transport.fetch(ask, Free(), read)
    assert held.time - before == pytest.approx(9, abs=0.01)


async def test_the_operators_tier_is_kept_to_without_any_header(connect, held, ask):
    transport = connect(limits=Limits(rpm=2))
    for _ in range(4):
        await transport.fetch(ask, Free(), read)
    assert 60 <= sum(held.slept) <= 62


async def test_a_wait_that_is_too_long_is_not_begun_and_not_booked(connect, held, books, ask):
    transport = connect(limits=Limits(rpd=1))
    await transport.fetch(ask, Free(), read)
    with pytest.raises(errors.LimitReached):
        await transport.fetch(ask, books, read)
    assert books.told == held.slept == []


async def test_how_it_stands_is_told_and_changes_nothing(held):
    road = Road(held, rpm=3, ipm=10)
    await road.go("a1", images=4)
    told = road.pace.standing("m")
    assert told == road.pace.standing("m")
    assert [tuple(level) for level in told.levels] == [
        ("requests", 60.0, 2, 3), ("images", 60.0, 6, 10),
    ]  # fmt: skip
    assert (told.model, told.waiting, told.closed) == ("m", 0, 0.0)
    road.pace.failed(errors.RateLimited("", headers={"retry-after": "7"}))
    assert road.pace.standing("m").closed == 7


async def test_who_waits_is_counted(held):
    road = Road(held, rpm=1)
    road.pace._clock = gated(held, gate := asyncio.Event())
    waiting = [asyncio.create_task(road.go(name)) for name in ("a1", "a2", "b1")]
    for _ in range(10):
        await asyncio.sleep(0)
    assert road.pace.standing("m").waiting == 2
    gate.set()
    await asyncio.gather(*waiting)
    assert road.pace.standing("m").waiting == 0
