"""Many messages at once: all are judged, many a request, in their order, within the rate limit."""

import asyncio
import itertools

from aiohttp import web

from bot.moderating.collector import Collector
from bot.moderating.judge import TOGETHER
from bot.spending.payer import Payer
from tests.fakes.openai import Fault
from tests.moderating.house import HERE, house

RAID = 200


class Limit:
    """A rate limit at the provider, of the real kind: 429 with what is left and when to return."""

    def __init__(self, openai, most, window):
        self.openai, self.most, self.window = openai, most, window
        self.times = []
        self.broken = 0
        openai.before_judging = self.look

    async def look(self, _request):
        now = asyncio.get_running_loop().time()
        self.times = [at for at in self.times if at > now - self.window]
        if len(self.times) >= self.most:
            self.broken += 1
            wait = self.times[0] + self.window - now
            raise web.HTTPTooManyRequests(
                headers={"retry-after-ms": str(int(wait * 1000) + 1)},
                content_type="application/json",
                text='{"error": {"code": "rate_limit_exceeded", "message": "Slow down."}}',
            )  # fmt: skip
        self.times.append(now)


def asked(it):
    """All texts, in the order in which the provider judged them."""
    return [text for call in it.openai.judged for text in call.body["input"]]


async def raid(it, number=RAID, word="raid"):
    messages = [it.message(f"{word} {n}") for n in range(number)]
    await asyncio.gather(*map(it.dispatcher.accept, messages))
    return messages


async def test_all_of_a_raid_are_judged_in_few_requests_in_their_order(it):
    await it.watched()
    messages = await raid(it)
    await it.settled()
    assert [message for message, *_ in sorted(await it.judged())] == sorted(m.id for m in messages)
    assert asked(it) == [message.text for message in messages]
    assert len(it.openai.judged) <= RAID / 5
    assert max(len(call.body["input"]) for call in it.openai.judged) <= TOGETHER


async def test_none_is_dropped_at_a_rate_limit_and_the_order_stays(it):
    await it.watched()
    Limit(it.openai, most=2, window=0.2)
    messages = await raid(it)
    await it.settled()
    assert len(await it.judged()) == RAID
    firsts = list(dict.fromkeys(asked(it)))  # what was refused was asked again
    assert firsts == [message.text for message in messages]


async def test_flagged_ones_among_them_come_before_the_moderators_each(it):
    await it.watched()
    messages = [it.message(f"hurt {n}" if n % 20 == 0 else f"raid {n}") for n in range(100)]
    await asyncio.gather(*map(it.dispatcher.accept, messages))
    await it.settled()
    assert len(it.cases()) == 5


async def test_the_same_text_again_and_again_is_asked_for_once(it):
    await it.watched()
    await it.say("buy now")
    await it.settled()
    requests = len(it.openai.judged)
    for _ in range(50):
        await it.say("buy now")
    await it.settled()
    assert len(await it.judged()) == 51
    assert len(it.openai.judged) == requests


async def test_within_one_request_a_text_stands_once(it):
    await it.watched()
    await asyncio.gather(*(it.say("buy now") for _ in range(RAID)))
    await it.settled()
    assert len(await it.judged()) == RAID
    assert len(asked(it)) <= 2


async def test_a_raid_holds_up_no_question(it):
    await it.watched()
    Limit(it.openai, most=3, window=0.3)
    await raid(it)
    await it.say("hello", addressed=True)
    async with asyncio.timeout(20):
        while not any(post.text == "You said: hello" for post in it.platform.posts.values()):
            await asyncio.sleep(0.01)
    await it.settled()


async def test_a_crash_in_the_middle_loses_none(tmp_path):
    async with house(tmp_path) as first:
        await first.watched()
        first.openai.judging_faults.extend([None, None, Fault(hang=True)])
        messages = await raid(first)
        await first.openai._until(lambda: len(first.openai.judged) >= 3)
    async with house(tmp_path) as second:
        await second.dispatcher.take_over()
        await second.settled()
        assert {message for message, *_ in await second.judged()} == {m.id for m in messages}


async def test_workspaces_pay_for_their_own(it):
    payers = [Payer(f"slack:T{n}", f"slack:T{n}", "d", HERE.channel_key) for n in (1, 2)]
    collector = Collector(it.services.judge)
    texts = [(payer, f"{payer.workspace} says {n}") for n in range(5) for payer in payers]
    await asyncio.gather(*(collector.verdict(payer, text) for payer, text in texts))
    query = "SELECT DISTINCT author, workspace, cost FROM calls WHERE capability = 'moderation'"
    rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
    assert sorted(rows) == [("slack:T1", "slack:T1", 0), ("slack:T2", "slack:T2", 0)]
    assert asked(it) == [text for _, text in texts]
    await collector.aclose()


async def test_who_left_the_line_is_passed(it):
    collector, payer = Collector(it.services.judge), Payer("p", "w", "d")
    it.openai.judging_faults.append(Fault(stall_after=0))
    names = itertools.count()
    waits = [collector.verdict(payer, f"t{next(names)}") for _ in range(5)]
    waits[3].cancel()
    found = await asyncio.gather(*waits, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in found) == 4
    assert "t3" not in asked(it)
    await collector.aclose()
