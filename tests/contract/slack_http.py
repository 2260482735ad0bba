"""Slack over HTTP as the contract suite sees it: the same people and the same posts, by signed
requests to Parley's own server.
"""

from functools import partial

from adapters.slack.connect import connect
from adapters.slack.settings import Settings
from bot.http.server import Server
from bot.ports import Ground, State, Where, nobody_chose
from tests.contract.slack import NoState, SlackWorld
from tests.fakes.slack_http import SECRET, RequestUrl


async def _well() -> dict[str, str]:
    return {}


class SlackHttpWorld(SlackWorld):
    _server: Server | None = None

    async def connect(self, state: State | None = None, where: Where = nobody_chose) -> None:
        if not self.slack.url:
            await self.slack.__aenter__()
            self.slack.socket = RequestUrl("", healthy=lambda: self.adapter.health == "ok")
        http = {"SLACK_APP_TOKEN": None, "SLACK_SIGNING_SECRET": SECRET}
        variables = {n.lower(): value for n, value in (self.slack.environment | http).items()}
        settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type, call-arg]
        self._server = Server("127.0.0.1", 0, _well)
        app = self._server.app
        ground = Ground(state or NoState(), app, loopback=True, sandbox=True, where=where)
        self.adapter = slack = connect(settings, ground)
        slack.teams.new = partial(slack.teams.new, edit=self.interval, append=self.interval)
        await self._server.start()
        self.slack.socket.url = f"{self._server.address}/slack/events"

    async def disconnect(self) -> None:
        await self._stop()
        await super().disconnect()

    async def aclose(self) -> None:
        await self._stop()
        await super().aclose()

    async def _stop(self) -> None:
        if self._server:
            await self._server.stop()
            self._server = None
