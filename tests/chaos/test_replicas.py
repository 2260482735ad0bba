"""Two processes behind a balancer: requests reach either, and one of them dies now and then."""

import asyncio
import itertools

import pytest

from tests.chaos import oracle
from tests.chaos.process import Parley
from tests.chaos.world import PEOPLE, World, until
from tests.fakes.slack_http import SECRET, RequestUrl
from tests.fakes.slack_web import BOT_TOKEN

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(150)]
KILLS = 6


class Balancer(RequestUrl):
    """Requests go to the processes in turn, and on to the next where one does not answer."""

    def __init__(self, replicas: list[Parley]) -> None:
        super().__init__("", pace=0.005)
        self._replicas = len(replicas)
        self._turn = itertools.cycle(replicas)

    async def post(self, *request):
        for _ in range(self._replicas):
            self.url = f"{next(self._turn).address}/slack/events"
            status, text = await super().post(*request)
            if status in range(200, 500):
                break
        return status, text


class Replicas(World):
    """On Slack alone, over HTTP."""

    async def __aenter__(self):
        for server in (self.slack, self.openai):
            await self._stack.enter_async_context(server)
        environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "SLACK_RATE_SHARE": "1000",
            "OPENAI_BASE_URL": self.openai.url,
            "OPENAI_API_KEY": self.openai.key,
        }
        self.replicas = [Parley(self._folder, environment) for _ in range(2)]
        self.parley = self.replicas[0]
        for replica in self.replicas:
            self._stack.push_async_callback(replica.kill)
            await replica.start()
        self.slack.socket = Balancer(self.replicas)
        self._stack.push_async_callback(self.slack.socket.aclose)
        return self

    async def ask(self) -> None:
        ways = (self.mention_on_slack, self.direct_on_slack, self._reply, self._reply)
        await self._chance.choice(ways)(self._chance.choice(PEOPLE))


async def test_one_of_two_may_die_and_nothing_is_lost_said_twice_or_out_of_place(tmp_path, figures):
    async with Replicas(tmp_path, words=30, interval=0.03, thinking=0.1) as it:
        asking = asyncio.create_task(often(it))
        for number in range(KILLS):
            await until(lambda: it.openai.open_calls >= 5)
            victim = it.replicas[number % 2]
            await victim.kill()
            await victim.start()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await until(lambda: oracle.settled(it), seconds=60, pause=0.1)
        for replica in it.replicas:
            replica.told_to_leave()
            status, _ = await replica.gone()
            assert status == 0
        seen, _ = oracle.check(it)
        figures(
            "two replicas",
            kills=KILLS,
            messages=len(it.questions),
            whole=len(seen.whole),
            interrupted=len(seen.interrupted),
            lost=len(seen.lost),
            twice=len(seen.twice),
            requests_answered=sum(status == 200 for status in it.slack.socket.statuses),
            requests_failed=sum(status != 200 for status in it.slack.socket.statuses),
        )


async def often(world) -> None:
    while True:
        await world.ask()
        await asyncio.sleep(0.2)
