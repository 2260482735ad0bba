"""A Slack of our own on loopback: Web API and Socket Mode as slack_sdk speaks them, people who
write and press, and faults. Bot and fake may be two processes.

    async with FakeSlack() as slack:
        environ |= slack.environment
        ts = await slack.mention("hello")
        await slack.until(lambda: slack.posts())
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, Self
from urllib.parse import urlencode

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.slack_files import Uploads
from tests.fakes.slack_limits import Limited
from tests.fakes.slack_oauth import App, Tenant
from tests.fakes.slack_order import ADMIN_TOKEN, Order
from tests.fakes.slack_people import People
from tests.fakes.slack_socket import SocketMode
from tests.fakes.slack_web import APP_TOKEN, BOT, BOT_TOKEN, TEAM, Json, Refusal, WebApi
from tests.fakes.slack_wire import POSTS, WRITES, body_of, limited, post


class FakeSlack(People):
    """`limits`: enforce Slack's rate limits. `streaming`: where chat.startStream works. `echoes`:
    tell Parley of all it writes, as Slack does.
    """

    def __init__(
        self,
        *,
        limits: bool = False,
        streaming: Literal["im", "everywhere", "nowhere"] = "im",
        patience: float = 3.0,
        echoes: bool = False,
    ) -> None:
        self.api = WebApi(limits=limits, streaming=streaming)
        self.uploads = Uploads(self.api)
        self.order = Order(self.api)
        self.echoes = echoes
        super().__init__()
        self.app = App()
        self.app.tokens[ADMIN_TOKEN] = Tenant(TEAM)
        self.socket = SocketMode(patience)
        self.requests: Counter[str] = Counter()  # by method, refused ones too
        self.url = ""
        self._refused: dict[str, list[str]] = {}
        self._limit_next: float | None = None
        self._lose_next: Literal["", "500", "cut"] = ""
        self._delay = 0.0
        self._stalled: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{self.url}/api/",
            # Who measures Parley does not measure its patience.
            "SLACK_RATE_SHARE": "1" if self.api.limits else "1000",
        }

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/respond/{token}", self._respond)
        app.router.add_get("/files-pri/{id}/{name}", self.shared.serve)
        app.router.add_post("/upload/v1/{id}", self.uploads.receive)
        app.router.add_get("/link", self.socket.serve)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.shared.url = self.uploads.url = self.url
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.aclose()
        await self._runner.cleanup()

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
        """The next calls of `method` get these errors; "429" is a wait of a minute, "500"
        and "html" are answers of a proxy.
        """
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
            before = self.standing(body.get("ts")) if self.echoes else None
            answer = self._answer(method, body, request.headers.get("Authorization", ""))
            await self._tell(method, answer, before)
        except Refusal as refusal:
            error, _, needed = str(refusal).partition(" ")  # as in "missing_scope files:read"
            answer = {"ok": False, "error": error} | ({"needed": needed} if needed else {})
        except Limited as limit:
            return limited(limit.seconds)
        finally:
            self._changed.set()
        if self._lose_next and method in POSTS and answer["ok"]:
            return self._lost(request)
        scopes = {"X-OAuth-Scopes": ",".join(self.app.scopes)} if self.app.tells_scopes else {}
        return web.json_response(answer, headers=scopes)

    async def _tell(self, method: str, answer: Json, before: Json | None) -> None:
        if deleted := answer.pop("deleted", None):
            await self.gone(deleted)
        elif self.echoes and method in WRITES:
            await self.echo(str(answer.get("ts")), before)

    def _fault(self, method: str) -> web.Response | None:
        if self._limit_next is not None and method in WRITES:
            seconds, self._limit_next = self._limit_next, None
            return limited(seconds)
        if errors := self._refused.get(method):
            match errors.pop(0):
                case "500":
                    return web.Response(status=500, text="upstream error")
                case "429":
                    return limited(60)
                case "html":
                    return web.Response(text="<html>maintenance</html>", content_type="text/html")
                case error:
                    raise Refusal(error)
        return None

    def _answer(self, method: str, body: Json, authorization: str) -> Json:
        tenant = self.app.authorized(method, authorization)
        if about := self.app.call(method, body, authorization, tenant):
            return {"ok": True, **about}
        if method == "apps.connections.open":
            link = f"{self.url.replace('http', 'ws')}/link?ticket={self.socket.ticket()}"
            return {"ok": True, "url": link}
        if method == "chat.delete" and authorization == f"Bearer {ADMIN_TOKEN}":
            return {"ok": True, "deleted": self.order.delete(body)}
        for part in (self.views, self.uploads, self.shared, self.order):
            if (about := part.call(method, body)) is not None:
                return {"ok": True, **about}
        return {"ok": True, **self.api.call(method, body)}

    async def _authorize(self, request: web.Request) -> web.Response:
        """The person at the browser allows it."""
        asked = request.query
        back = {"code": self.app.allowed(), "state": asked["state"]}
        url = asked.get("redirect_uri", f"{self.url}/elsewhere")
        raise web.HTTPFound(f"{url}?{urlencode(back)}")

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
