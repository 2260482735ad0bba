"""Rate limits, by their headers and by the official client."""

import re
from contextlib import suppress

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import APIError
from sandbox.limits import Limits, duration

MODEL = "omni-moderation-latest"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_headers_tell_what_is_left(twins):
    async with twins(limits=Limits(requests=60, tokens=6000, clock=Clock())) as twin:
        raw = await twin.client.moderations.with_raw_response.create(model=MODEL, input="Hi " * 20)
    told = {k: v for k, v in raw.headers.items() if k.startswith("x-ratelimit")}
    assert told == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "5984",
        "x-ratelimit-reset-tokens": "160ms",
    }


async def test_the_call_too_many_is_refused_with_the_time_to_wait_and_goes_through_after_it(twins):
    clock = Clock()
    async with twins(limits=Limits(requests=2, clock=clock)) as twin:
        for _ in range(2):
            await twin.client.moderations.create(model=MODEL, input="Hi")
        with pytest.raises(openai.RateLimitError, match="requests per min") as caught:
            await twin.client.moderations.create(model=MODEL, input="Hi")
        assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
        headers = caught.value.response.headers
        assert (headers["retry-after"], headers["retry-after-ms"]) == ("30", "30000")
        assert headers["x-ratelimit-remaining-requests"] == "0"
        clock.now += 30
        await twin.client.moderations.create(model=MODEL, input="Hi")


async def test_another_key_and_another_model_have_allowances_of_their_own(twins):
    async with twins(limits=Limits(requests=1, clock=Clock())) as twin:
        await twin.client.moderations.create(model=MODEL, input="Hi")
        await twin.client.moderations.create(model="text-moderation-latest", input="Hi")
        other = twin.client.with_options(api_key="sk-another")
        await other.moderations.create(model=MODEL, input="Hi")
        with pytest.raises(openai.RateLimitError):
            await other.moderations.create(model=MODEL, input="Hi")


def test_more_tokens_than_a_minute_has_never_go_through():
    with pytest.raises(APIError, match="Request too large") as caught:
        Limits(tokens=100).admit("sk-a", "gpt-4o", 101)
    assert caught.value.kind == "tokens"


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 90)), max_size=30))
def test_nobody_gets_more_than_the_allowance_of_the_time_that_passed(steps):
    clock = Clock()
    limits = Limits(requests=1000, tokens=50, clock=clock)
    taken, start = 0, clock.now
    for tokens, wait in steps:
        clock.now += wait
        with suppress(APIError):
            limits.admit("sk-a", "m", tokens)
            taken += tokens
    assert taken <= 50 + (clock.now - start) * 50 / 60 + 1e-6


@given(st.floats(0, 90_000))
def test_a_time_is_written_as_openai_writes_it(seconds):
    found = re.fullmatch(r"(?:(\d+)m)?(?:([\d.]+)s)?(?:(\d+)ms)?", duration(seconds))
    minutes, rest, thousandths = (float(part or 0) for part in found.groups())
    assert minutes * 60 + rest + thousandths / 1000 == pytest.approx(seconds, abs=0.0011)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.005, "5ms"), (20, "20s"), (360, "6m0s"), (61.5, "1m1.5s")]
)
def test_the_reference_s_examples_of_times(seconds, text):
    assert duration(seconds) == text
