"""A Slack of our own on loopback: Web API and Socket Mode as slack_sdk speaks them, people who
write and press, and faults. Bot and fake may be two processes.

    async with FakeSlack() as slack:
        environ |= slack.environment
        ts = await slack.mention("hello")
        await slack.until(lambda: slack.posts())
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, Self

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.slack_socket import Envelope, SocketMode
from tests.fakes.slack_web import APP_TOKEN, BOT, BOT_TOKEN, TEAM, Json, Limited, Refusal, WebApi
from tests.fakes.slack_wire import POSTS, WRITES, body_of, elements, escaped, limited, person, post

RESPONSES = 5  # answers that one response_url takes


class FakeSlack:
    """`limits`: enforce Slack's rate limits. `streaming`: where chat.startStream works."""

    def __init__(
        self,
        *,
        limits: bool = False,
        streaming: Literal["im", "everywhere", "nowhere"] = "im",
        patience: float = 3.0,
    ) -> None:
        self.api = WebApi(limits=limits, streaming=streaming)
        self.socket = SocketMode(patience)
        self.requests: Counter[str] = Counter()  # by method, refused ones too
        self.url = ""
        self._refused: dict[str, list[str]] = {}
        self._limit_next: float | None = None
        self._lose_next: Literal["", "500", "cut"] = ""
        self._delay = 0.0
        self._stalled: dict[str, asyncio.Event] = {}
        self._responses: dict[str, list[Any]] = {}  # token -> channel, user, uses left
        self._events = itertools.count(1)
        self._last: Envelope | None = None
        self._changed = asyncio.Event()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{self.url}/api/",
        }

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/respond/{token}", self._respond)
        app.router.add_get("/link", self.socket.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.aclose()
        await self._runner.cleanup()

    # People

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        """Slack tells it twice, as `message` and as `app_mention`."""
        message = self._say("C1", text, by, thread)
        message["text"] = f"<@{BOT}> {message['text']}"
        await self._event({**message, "channel_type": "channel"})
        await self._event({**message, "type": "app_mention"})
        return str(message["ts"])

    async def direct(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        message = self._say(f"D{by.upper()}", text, by, thread)
        await self._event({**message, "channel_type": "im"})
        return str(message["ts"])

    async def say(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        message = self._say("C1", text, by, thread)
        await self._event({**message, "channel_type": "channel"})
        return str(message["ts"])

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> Envelope:
        """Its `answer` is what Slack shows to the person at once."""
        payload = {
            "command": f"/{command}", "text": text, "team_id": TEAM, "channel_id": "C1",
            "user_id": person(by), "user_name": by, "trigger_id": f"trigger.{next(self._events)}",
            "response_url": self._response_url("C1", by), "api_app_id": "A1", "token": "unused",
        }  # fmt: skip
        self._last = await self.socket.send("slash_commands", payload)
        return self._last

    async def press(self, label: str, *, post: str, by: str = "ada") -> Envelope:
        message = next(m for m in self.api.messages if m["ts"] == post)
        element = next(e for e in elements(message) if e["text"]["text"] == label)
        channel, thread = message["channel"], message.get("thread_ts")
        container = {"type": "message", "message_ts": post, "channel_id": channel}
        action = {"type": "button", "action_id": element["action_id"], "block_id": "b1",
                  "value": element.get("value", ""), "action_ts": self._ts()}  # fmt: skip
        payload = {
            "type": "block_actions", "team": {"id": TEAM, "domain": "team"},
            "user": {"id": person(by), "username": by, "team_id": TEAM},
            "container": container | ({"thread_ts": thread} if thread else {}),
            "channel": {"id": channel}, "message": message, "actions": [action],
            "response_url": self._response_url(channel, by), "trigger_id": self._ts(),
        }  # fmt: skip
        self._last = await self.socket.send("interactive", payload)
        return self._last

    async def redeliver(self) -> None:
        """The last event once more, as after a lost acknowledgement."""
        assert self._last, "nothing was sent"
        await self.socket.send(self._last.kind, self._last.payload, self._last.attempt + 1)

    async def redeliver_unacknowledged(self) -> None:
        """Everything that should have been acknowledged by now."""
        await self.socket.redeliver_unacknowledged()

    async def other(self, event: Json) -> Envelope:
        """An event of any kind."""
        return await self._event(event)

    def _say(self, channel: str, text: str, by: str, thread: str) -> Json:
        self.api.channels.add(channel)
        return self.api.store(channel, person(by), text=escaped(text), thread_ts=thread, team=TEAM)

    async def _event(self, event: Json) -> Envelope:
        payload = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event": event,
            "event_id": f"Ev{next(self._events)}", "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }  # fmt: skip
        self._last = await self.socket.send("events_api", payload)
        return self._last

    def _ts(self) -> str:
        return f"{int(self.api.now())}.{next(self._events):06d}"

    def _response_url(self, channel: str, by: str) -> str:
        token = f"r{next(self._events)}"
        self._responses[token] = [channel, person(by), RESPONSES]
        return f"{self.url}/respond/{token}"

    # What can be seen

    def posts(self) -> list[Post]:
        return [post(m) for m in self.api.messages if m["user"] == BOT]

    def calls(self) -> int:
        return sum(self.requests[method] for method in WRITES)

    async def until(self, holds: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait until something that a call may change holds, and return it."""
        async with asyncio.timeout(seconds):
            while not (value := holds()):
                self._changed.clear()
                await self._changed.wait()
        return value

    # Faults

    def advance(self, seconds: float) -> None:
        """Move the clock by which streams end and limits are counted."""
        self.api.offset += seconds

    def lose_next_answer(self, how: Literal["500", "cut"] = "500") -> None:
        """The next new post is stored; its answer is a 500, or the connection breaks."""
        self._lose_next = how

    def limit_next(self, seconds: float = 0.01) -> None:
        """The next write gets a 429 (Slack's waits are whole seconds; a test has no time)."""
        self._limit_next = seconds

    def refuse(self, method: str, *errors: str) -> None:
        """The next calls of `method` get these errors; "500" and "html" are answers of a proxy."""
        self._refused.setdefault(method, []).extend(errors)

    def delay(self, seconds: float) -> None:
        """Every answer takes so long."""
        self._delay = seconds

    def stall(self, channel: str) -> None:
        """Calls about this channel hang until `release`."""
        self._stalled[channel] = asyncio.Event()

    def release(self) -> None:
        for stalled in self._stalled.values():
            stalled.set()

    # The server

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.requests[method] += 1
        body = await body_of(request)
        if self._delay:
            await asyncio.sleep(self._delay)
        if stalled := self._stalled.get(str(body.get("channel"))):
            await stalled.wait()
        try:
            if fault := self._fault(method):
                return fault
            answer = self._answer(method, body, request.headers.get("Authorization", ""))
        except Refusal as refusal:
            answer = {"ok": False, "error": str(refusal)}
        except Limited as limit:
            return limited(limit.seconds)
        finally:
            self._changed.set()
        if self._lose_next and method in POSTS and answer["ok"]:
            return self._lost(request)
        return web.json_response(answer)

    def _fault(self, method: str) -> web.Response | None:
        if self._limit_next is not None and method in WRITES:
            seconds, self._limit_next = self._limit_next, None
            return limited(seconds)
        if errors := self._refused.get(method):
            match errors.pop(0):
                case "500":
                    return web.Response(status=500, text="upstream error")
                case "html":
                    return web.Response(text="<html>maintenance</html>", content_type="text/html")
                case error:
                    raise Refusal(error)
        return None

    def _answer(self, method: str, body: Json, authorization: str) -> Json:
        opens = method == "apps.connections.open"
        if authorization != f"Bearer {APP_TOKEN if opens else BOT_TOKEN}":
            raise Refusal("invalid_auth")
        if opens:
            link = f"{self.url.replace('http', 'ws')}/link?ticket={self.socket.ticket()}"
            return {"ok": True, "url": link}
        return {"ok": True, **self.api.call(method, body)}

    def _lost(self, request: web.Request) -> web.Response:
        how, self._lose_next = self._lose_next, ""
        if how == "cut" and request.transport:
            request.transport.abort()
        return web.Response(status=500, text="upstream error")

    async def _respond(self, request: web.Request) -> web.Response:
        response = self._responses.get(request.match_info["token"])
        if not response or not response[2]:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        response[2] -= 1
        body = await body_of(request)
        private = {"private_to": response[1]} if body.get("response_type") != "in_channel" else {}
        self.api.store(response[0], BOT, **self.api.content(body), **private)
        self._changed.set()
        return web.Response(text="ok")
