"""Parley's transport against the sandbox's faults: invariants R9 and R10 of its design."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.openai import catalogue, errors
from bot.openai.breaker import FAILURES, PAUSE
from bot.openai.calls import Call
from bot.openai.chat import Chat, ChatMessage, ChatRequest
from bot.openai.images import ImageRequest, Images
from bot.openai.meter import Free
from bot.openai.moderations import ModerationRequest, Moderations
from bot.openai.retry import ATTEMPTS, Clock
from bot.openai.transport import Timeouts, Transport
from sandbox.book import BOOK
from sandbox.limits import Limits
from tests.openai.conftest import Books, HeldClock
from tests.sandbox.conftest import KEY, PATIENCE

MODELS = Call("GET", "models")
JUDGE = ModerationRequest(model="sandbox-moderation", input="Hi")
BOAT = ImageRequest(model="sandbox-sketch", prompt="a boat", size="64x64", partial_images=3)
STORY = ChatRequest(
    model="smollm2-135m-instruct", messages=[ChatMessage("user", "Tell me a story.")],
    max_output_tokens=8, temperature=0, seed=1,
)  # fmt: skip


@pytest.fixture
def held() -> HeldClock:
    return HeldClock()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
async def reach(held) -> AsyncIterator[Callable[..., Transport]]:
    """Transports to an address. Their waits take no time, unless they get a clock."""
    made = []

    def reach(url: str, **facts) -> Transport:
        made.append(Transport(f"{url}/v1", SecretStr(KEY), **{"clock": held.clock, **facts}))
        return made[-1]

    yield reach
    for transport in made:
        await transport.aclose()


@pytest.fixture
async def order(base_url) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Faults of the process that all tests share."""
    url = base_url.replace("/v1", "/sandbox/faults")
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(headers=headers, timeout=PATIENCE, verify=False) as http:

        async def order(*faults: str) -> None:
            (await http.put(url, json={"faults": faults})).raise_for_status()

        yield order
        await order()


async def kept(pieces: AsyncIterator, into: list) -> None:
    """What comes, also before trouble."""
    async for piece in pieces:
        into.append(piece)  # noqa: PERF401  a list that is made at the end would be lost


@pytest.mark.parametrize(
    ("faults", "waited"),
    [
        (["429=7"] * 3, 21),
        (["slow_down=1", "500", "503=2"], 3),
        (["text", "detail", "server_is_overloaded=3"], 3),
        ([], 0),
    ],
)
async def test_what_fails_before_the_first_byte_is_tried_again_until_it_is_whole(
    *, twins, reach, held, books, faults, waited
):
    async with twins(faults=(f"/v1/images:{','.join(faults) or 'ok'}",)) as twin:
        images = Images(reach(twin.url), catalogue.load())
        seen = [picture.partial async for picture in images.stream(BOAT, books)]
        assert seen == [0, 1, 2, None]
    assert books.told.count("sending") == len(faults) + 1  # one loop, and a row for each attempt
    assert len(books.errors) == len(faults)
    assert sum(held.slept) >= waited


async def test_the_text_after_a_storm_is_that_of_a_calm(base_url, reach, order, books):
    chat = Chat(reach(base_url.removesuffix("/v1")), catalogue.load())
    calm = await chat.complete(STORY, Free())
    await order("/v1/chat:429=7,text,server_is_overloaded=3")
    chunks = [chunk async for chunk in chat.stream(STORY, books)]
    assert "".join(chunk.text for chunk in chunks) == calm.text
    assert len(books.errors) == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("cut=2", errors.StreamCut),
        ("malformed=2", errors.Malformed),
        ("error=2", errors.ServerFailed),
        ("stall=2", errors.TimedOut),
    ],
)
async def test_what_breaks_off_keeps_what_came_and_is_not_asked_again(
    *, twins, reach, books, fault, kind
):
    async with twins(faults=(f"/v1/images:{fault}",)) as twin:
        transport = reach(twin.url, timeouts=Timeouts(silence=0.2))  # thrice that for pictures
        seen = []
        with pytest.raises(kind):
            await kept(Images(transport, catalogue.load()).stream(BOAT, books), seen)
        assert [picture.partial for picture in seen] == [0, 1]
        assert books.told == ["sending"]


async def test_who_is_too_slow_with_the_first_byte_is_asked_again(twins, reach, books):
    async with twins(faults=("/v1/moderations:slow=50",)) as twin:
        transport = reach(twin.url, timeouts=Timeouts(first_byte=0.5))
        assert (await Moderations(transport, catalogue.load()).create(JUDGE, books)).results
        assert books.told[:3] == ["sending", "TimedOut", "sending"]


@pytest.mark.parametrize(
    ("fault", "kind", "attempts"),
    [
        ("500*99", errors.ServerFailed, ATTEMPTS),
        ("429=1*99", errors.RateLimited, ATTEMPTS),
        ("429=700*99", errors.RateLimited, 1),  # later than anybody would wait
        ("quota*99", errors.QuotaSpent, 1),
        ("project_spend_limit_exceeded*99", errors.QuotaSpent, 1),
        ("401*99", errors.AuthenticationFailed, 1),
    ],
)
async def test_nobody_asks_more_often_than_there_are_attempts(
    *, twins, reach, books, fault, kind, attempts
):
    async with twins(faults=(fault,)) as twin:
        with pytest.raises(kind):
            await Moderations(reach(twin.url), catalogue.load()).create(JUDGE, books)
        assert books.told.count("sending") == attempts
        assert sum(twin.app[BOOK].answers.values()) == attempts


async def test_a_storm_is_paced_to_the_limit_and_everybody_is_answered(twins, reach, books):
    """Twenty at once, where ten a minute are allowed; a minute takes a second here."""
    begin = time.monotonic()

    def now() -> float:
        return begin + (time.monotonic() - begin) * 60

    clock = Clock(now, now, lambda seconds: asyncio.sleep(seconds / 60))
    async with twins(limits=Limits(requests=10, clock=now)) as twin:
        judge = Moderations(reach(twin.url, clock=clock), catalogue.load())
        found = await asyncio.gather(*(judge.create(JUDGE, books) for _ in range(20)))
        answers = twin.app[BOOK].answers
    assert all(one.results for one in found)
    assert answers["200"] == 20
    assert answers["429"] <= 20  # the first wave, and who was a blink too early
    assert books.told.count("sending") == answers.total()


async def test_half_open_one_of_fifty_asks_and_its_answer_decides_for_all(twins, reach, held):
    async with twins(faults=(f"500*{FAILURES + 1}",)) as twin:
        transport, answers = reach(twin.url), twin.app[BOOK].answers

        async def fifty() -> list[object]:
            calls = (transport.fetch(MODELS, Free(), bool) for _ in range(50))
            return await asyncio.gather(*calls, return_exceptions=True)

        while answers["500"] < FAILURES:
            with pytest.raises((errors.ServerFailed, errors.ProviderDown)):
                await transport.fetch(MODELS, Free(), bool)
        for expected in ({"500": FAILURES + 1}, {"500": FAILURES + 1, "200": 1}):
            held.time += PAUSE
            ends = await fifty()
            assert sum(isinstance(end, errors.ProviderDown) for end in ends) >= 49
            assert dict(answers) == expected
        assert await fifty() == [True] * 50
