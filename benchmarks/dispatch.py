"""P2: what it costs that an event is written down before it is acknowledged. CPU microseconds an
event, all threads, from Slack's payload through Bolt to the acknowledgement; answering it is
another benchmark's matter.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connect import bolt
from adapters.slack.door import Door
from adapters.slack.intake import Intake
from adapters.slack.teams import OneTeam
from benchmarks.row import Row, against, sized
from bot.commands import Commands, Typing
from bot.events import Event
from bot.ports import Accepted
from bot.storage.database import open_database
from bot.storage.inbox import Inbox

ROUNDS = sized(15, 5)
EVENTS = sized(800, 200)
LIMITS = {16: 1.8, 1: 3.0}  # in flight -> goal
Take: TypeAlias = Callable[[dict[str, Any]], Awaitable[int]]
_numbers = itertools.count()


def rows() -> list[Row]:
    return asyncio.run(_rows())


async def _rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(Path(folder) / "parley.db")
        try:
            ours, floor = _parley(Inbox(database)), _bare()
            return [await _compare(ours, floor, flying) for flying in LIMITS]
        finally:
            await database.close()


async def _compare(ours: Take, floor: Take, flying: int) -> Row:
    pairs = []
    for number in range(ROUNDS + 1):
        first, second = (ours, floor) if number % 2 else (floor, ours)
        pair = await _cpu(first, flying), await _cpu(second, flying)
        pairs.append(pair if number % 2 else pair[::-1])
    mine, bare = map(median, zip(*pairs[1:], strict=True))
    return against(f"P2 a durable event, {flying} in flight, us", mine, bare, LIMITS[flying])


def _parley(inbox: Inbox) -> Take:
    async def accept(event: Event) -> Accepted:
        await inbox.accept(event)
        return "accepted"

    client = AsyncWebClient("xoxb-")
    intake = Intake(accept, _suggest_nothing, Commands(()))
    return _through(bolt(client, Door(OneTeam(client, "UBOT"), intake)))


async def _suggest_nothing(_typing: Typing) -> tuple[()]:
    return ()


def _bare() -> Take:
    """Bolt with one listener for all, which does nothing."""
    app = AsyncApp(client=AsyncWebClient("xoxb-"), authorize=_nobody)

    @app.event("message")
    async def pass_over() -> None: ...

    return _through(app)


async def _nobody(**_facts: object) -> Any:
    from slack_bolt.authorization import AuthorizeResult  # noqa: PLC0415  as only the floor needs it

    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-", bot_user_id="UBOT")


def _through(app: AsyncApp) -> Take:
    async def take(payload: dict[str, Any]) -> int:
        request = SocketModeRequest(type="events_api", envelope_id="e", payload=payload)
        return (await run_async_bolt_app(app, request)).status

    return take


async def _cpu(take: Take, flying: int) -> float:
    async def one() -> None:
        for _ in range(EVENTS // flying):
            assert await take(_said()) == 200

    start = time.process_time()
    await asyncio.gather(*(one() for _ in range(flying)))
    return (time.process_time() - start) / (EVENTS // flying * flying) * 1e6


def _said() -> dict[str, Any]:
    ts = f"1.{next(_numbers):06d}"
    event = {"type": "message", "channel": "C1", "ts": ts, "user": "U1", "text": "<@UBOT> hi"}
    return {"type": "event_callback", "team_id": "T1", "event": event}
