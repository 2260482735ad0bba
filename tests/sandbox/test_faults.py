"""Failures on order, as clients meet them."""

import asyncio
import time

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import Script

INPUT = {"model": "omni-moderation-latest", "input": "Hi"}


def ordered(fault: str) -> dict:
    return {"extra_headers": {"x-sandbox-fault": fault}}


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("400", openai.BadRequestError, None),
        ("401", openai.AuthenticationError, "invalid_api_key"),
        ("403", openai.PermissionDeniedError, "unsupported_country_region_territory"),
        ("404", openai.NotFoundError, None),
        ("409", openai.ConflictError, None),
        ("429=7", openai.RateLimitError, "rate_limit_exceeded"),
        ("slow_down", openai.RateLimitError, "slow_down"),
        ("quota", openai.RateLimitError, "insufficient_quota"),
        ("project_spend_limit_exceeded", openai.RateLimitError, "project_spend_limit_exceeded"),
        ("500", openai.InternalServerError, None),
        ("503", openai.InternalServerError, "server_is_overloaded"),
        ("text", openai.InternalServerError, None),
        ("detail", openai.InternalServerError, None),
    ],
)
async def test_a_status_is_answered_instead(twin, fault, kind, code):
    with pytest.raises(kind) as caught:
        await twin.client.moderations.create(**INPUT, **ordered(fault))
    assert caught.value.code == code
    if fault == "429=7":
        assert caught.value.response.headers["retry-after"] == "7"
    if fault == "text":
        assert caught.value.response.text == "upstream connect error\n"


async def test_the_first_byte_can_be_slow(twin):
    start = time.monotonic()
    await twin.client.moderations.create(**INPUT, **ordered("slow=0.2"))
    assert time.monotonic() - start >= 0.2


async def test_an_answer_can_end_in_its_middle(twin):
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await twin.http.get("/v1/models", headers={"x-sandbox-fault": "cut"})


async def test_an_answer_can_stall_in_its_middle(twin):
    async with twin.http.stream("GET", "/v1/models", headers={"x-sandbox-fault": "stall"}) as answer:  # fmt: skip  # noqa: E501
        pieces = answer.aiter_raw()
        assert (await anext(pieces)).startswith(b'{"object"')
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(pieces)


async def test_an_answer_can_be_no_json(twin):
    headers = {"x-sandbox-fault": "malformed"}
    answer = await twin.http.get("/v1/models", headers=headers)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


async def streamed(twin, fault: str):
    """A picture that is streamed: three partial ones, then the whole."""
    return await twin.client.images.generate(
        model="gpt-image-2", prompt="a red boat", size="64x64", stream=True, partial_images=3,
        **ordered(fault),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("cut=2", openai.APIConnectionError),
        ("malformed=2", ValueError),
        ("error=2", openai.APIError),
    ],
)
async def test_a_stream_can_end_after_two_events(twin, fault, kind):
    stream = await streamed(twin, fault)
    assert [(await anext(stream)).partial_image_index for _ in range(2)] == [0, 1]
    with pytest.raises(kind):
        await anext(stream)


async def test_a_stalled_stream_says_nothing_more(twin):
    async with await streamed(twin, "stall=1") as stream:
        assert (await anext(stream)).partial_image_index == 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(stream)


async def test_a_script_is_used_up_by_the_addresses_it_names(twins):
    async with twins(faults=("/v1/moderations:500*2,429=1,ok",)) as twin:
        statuses = []
        for _ in range(5):
            answer = await twin.http.post("/v1/moderations", json=INPUT)
            statuses.append(answer.status_code)
            assert (await twin.http.get("/v1/models")).status_code == 200
    assert statuses == [500, 500, 429, 200, 200]


async def test_a_script_can_be_ordered_while_it_runs(twin):
    order = {"faults": ["/v1/models:503", "500*2"]}
    told = await twin.http.put("/sandbox/faults", json=order)
    assert told.json() == {"faults": ["/v1/models:503", "500,500"]}
    statuses = [(await twin.http.get("/v1/models")).status_code for _ in range(4)]
    assert statuses == [503, 500, 500, 200]
    assert (await twin.http.get("/sandbox/faults")).json() == {"faults": ["/v1/models:", ""]}


async def test_the_official_client_tries_again_until_it_works(twins):
    async with twins(faults=("429=0.01,503=0.01",)) as twin:
        patient = twin.client.with_options(max_retries=2)
        assert (await patient.moderations.create(**INPUT)).results
        assert (await twin.usage())["answers"] == {"429": 1, "503": 1, "200": 1}


async def test_an_unknown_fault_is_refused(twin):
    with pytest.raises(openai.BadRequestError, match="is no fault"):
        await twin.client.moderations.create(**INPUT, **ordered("explode"))
    answer = await twin.http.put("/sandbox/faults", json={"faults": ["500*x"]})
    assert answer.status_code == 400


@given(st.text(max_size=40))
def test_whatever_is_ordered_is_a_script_or_a_value_error(text):
    try:
        script = Script(text)
    except ValueError:
        return
    assert [*map(str, Script(str(script)).left)] == [*map(str, script.left)]
