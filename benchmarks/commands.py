"""P3: what it costs that there are many commands. CPU microseconds an event, from Slack's payload
through Bolt, the door, the router and the layers to the handler's last part; nothing is written
down, which would only hide the difference.
"""

import asyncio
import time
from contextlib import aclosing
from statistics import median
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connect import bolt
from adapters.slack.door import Door
from adapters.slack.intake import Intake
from adapters.slack.teams import OneTeam
from benchmarks.row import Row, against, sized
from bot.commands import Command, Commands, Option, Trigger, Typing
from bot.dispatch.router import Router
from bot.events import Event, Stop
from bot.layers import Layers, Throttle
from bot.parts import Reply, Text
from bot.run import Run

ROUNDS = sized(21, 7)
EVENTS = sized(500, 200)
MANY = 200
SLASH = {
    "command": "/command0", "text": "size:3 hello", "team_id": "T1", "channel_id": "C1",
    "user_id": "U1", "user_name": "ada", "trigger_id": "1.2", "response_url": "http://127.0.0.1/",
}  # fmt: skip
SAID = {
    "type": "event_callback", "team_id": "T1",
    "event": {"type": "message", "channel": "C1", "ts": "1.2", "user": "U1",
              "text": "<@UBOT> what is a fox?"},
}  # fmt: skip
PAYLOADS = {"slash command": ("slash_commands", SLASH), "message": ("events_api", SAID)}


def rows() -> list[Row]:
    return [asyncio.run(_compare(*payload)) for payload in PAYLOADS.items()]


async def _compare(name: str, payload: tuple[str, dict[str, Any]]) -> Row:
    """The command that is meant is the last of many, and the only one."""
    many, one = _parley(MANY), _parley(1)
    pairs = []
    for number in range(ROUNDS + 1):
        first, second = (many, one) if number % 2 else (one, many)
        pair = await _cpu(first, *payload), await _cpu(second, *payload)
        pairs.append(pair if number % 2 else pair[::-1])
    ours, floor = map(median, zip(*pairs[1:], strict=True))
    return against(f"P3 a {name}, {MANY} commands / one, us", ours, floor, 1.1)


def _parley(size: int) -> AsyncApp:
    options = (Option("text", "What to say"), Option("size", "How large", int, minimum=1))
    commands = Commands(
        Command(f"command{number}", "Answers", _answer, options) for number in reversed(range(size))
    )
    router = Router(commands, [Trigger("chat", lambda message: message.addressed, _answer)])
    layers = Layers(commands, frozenset(), Throttle(None))

    async def accept(event: Event) -> str:
        assert not isinstance(event, Stop)
        route = router.route(event)
        async with aclosing(layers(route.handler)(Run(route.event, "d"))) as parts:
            assert [part async for part in parts] == [Text("done")]
        return "accepted"

    async def suggest(_typing: Typing) -> tuple[()]:
        return ()

    client = AsyncWebClient("xoxb-")
    return bolt(client, Door(OneTeam(client, "UBOT"), Intake(accept, suggest, commands)))


async def _answer(_run: Run) -> Reply:
    yield Text("done")


async def _cpu(app: AsyncApp, kind: str, payload: dict[str, Any]) -> float:
    request = SocketModeRequest(type=kind, envelope_id="e", payload=payload)
    start = time.process_time()
    for _ in range(EVENTS):
        response = await run_async_bolt_app(app, request)
        assert response.status == 200
    return (time.process_time() - start) / EVENTS * 1e6
