import asyncio
from contextlib import suppress

import pytest

from bot.openai import errors
from bot.openai.breaker import FAILURES, PAUSE, Breaker
from bot.openai.calls import Call
from bot.openai.errors import BadRequest, ProviderDown, RateLimited, ServerFailed
from bot.openai.meter import Free
from tests.fakes.openai import Fault

ASK = Call("POST", "chat/completions", b'{"model": "m", "messages": [{"content": "hi"}]}', "m")


@pytest.fixture
def breaker(held):
    return Breaker(held.clock)


def fail(breaker, error=None):
    with suppress(errors.OpenAIError), breaker.guarded():
        raise error or ServerFailed("")


def opened(breaker):
    for _ in range(FAILURES):
        fail(breaker)


def through(breaker):
    try:
        with breaker.guarded():
            return True
    except ProviderDown:
        return False


def test_it_opens_after_failures_in_a_row_and_says_when_to_come_back(breaker):
    opened(breaker)
    with pytest.raises(ProviderDown, match="10 failures") as caught, breaker.guarded():
        pass
    assert "in 15 seconds" in caught.value.sentence


@pytest.mark.parametrize("error", [BadRequest(""), RateLimited("")])
def test_a_server_that_answers_is_not_down(breaker, error):
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(breaker)
        fail(breaker, error)
    assert through(breaker)


def test_trouble_of_our_own_says_nothing_of_the_server(breaker):
    for _ in range(FAILURES - 1):
        fail(breaker)
    fail(breaker, errors.OpenAIError("upload"))
    fail(breaker, errors.AnswerLost(""))
    assert not through(breaker)


async def test_half_open_lets_exactly_one_of_fifty_through(breaker, held):
    opened(breaker)
    held.time += PAUSE
    go, reached = asyncio.Event(), []

    async def call(number):
        with breaker.guarded():
            reached.append(number)
            await go.wait()

    calls = [asyncio.create_task(call(number)) for number in range(50)]
    await asyncio.sleep(0)
    go.set()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert len(reached) == 1
    assert sum(isinstance(end, ProviderDown) for end in ends) == 49
    assert through(breaker)  # the one came back well


def test_a_probe_that_fails_opens_it_again(breaker, held):
    opened(breaker)
    held.time += PAUSE
    fail(breaker)
    assert not through(breaker)
    held.time += PAUSE
    assert through(breaker)


async def test_a_probe_that_is_cancelled_leaves_its_place_to_the_next(breaker, held):
    opened(breaker)
    held.time += PAUSE

    async def call():
        with breaker.guarded():
            await asyncio.Event().wait()

    probe = asyncio.create_task(call())
    await asyncio.sleep(0)
    assert not through(breaker)
    probe.cancel()
    await asyncio.wait([probe])
    assert through(breaker)


def test_a_longer_pause_that_the_server_asks_for_is_kept(breaker, held):
    for _ in range(FAILURES):
        fail(breaker, ServerFailed("", headers={"retry-after": "60"}))
    held.time += 59
    assert not through(breaker)


async def test_a_server_that_is_down_is_left_alone_and_nothing_is_booked(fake, transport, books):
    fake.faults.extend([Fault(500)] * FAILURES)
    for _ in range(3):
        with suppress(errors.OpenAIError):
            await transport.fetch(ASK, Free(), bytes)
    assert len(fake.calls) == FAILURES
    with pytest.raises(ProviderDown):
        await transport.fetch(ASK, books, bytes)
    assert len(fake.calls) == FAILURES
    assert books.told == []


async def test_one_capability_that_is_down_closes_no_other(fake, transport):
    fake.faults.extend([Fault(500)] * FAILURES)
    for _ in range(3):
        with suppress(errors.OpenAIError):
            await transport.fetch(ASK, Free(), bytes)
    await transport.fetch(Call("GET", "models"), Free(), lambda answer: answer)
    assert len(fake.calls) == FAILURES + 1


def test_the_capabilities_of_sound_are_told_apart():
    paths = ("audio/speech", "audio/translations", "images/edits", "fine_tuning/jobs/j/events")
    kinds = [Call("POST", path).capability for path in paths]
    assert kinds == ["speech", "translations", "images", "fine_tuning"]


def test_how_it_stands_is_told_without_letting_anybody_through(breaker, held):
    assert breaker.standing("chat") == ("chat", "closed", 0, 0.0)
    opened(breaker)
    assert breaker.standing("chat") == ("chat", "open", FAILURES, PAUSE)
    held.time += PAUSE
    assert breaker.standing("chat") == ("chat", "half open", FAILURES, 0.0)
    assert through(breaker)
    assert breaker.standing("chat") == ("chat", "closed", 0, 0.0)
