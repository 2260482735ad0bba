"""A Discord of our own on loopback: REST and gateway as discord.py speaks them, people
(discord_people), and faults. Bot and fake may be two processes.

    async with FakeDiscord() as discord:
        environ |= discord.environment
        root = await discord.mention("hello")
        await discord.until(lambda: discord.posts())
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from typing import Literal, Self

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.discord_body import ApiError, Json, read
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_limits import Limits, limited
from tests.fakes.discord_people import People
from tests.fakes.discord_rest import Rest, answered
from tests.fakes.discord_store import DIRECT, LOADING, THREAD, TOKEN, Store

_WRITES = r"/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/(@original|\d+))?"
_NEW = r"POST (/channels/\d+/messages|/webhooks/\d+/[^/]+)|PATCH .*/@original"
_OPEN_DOORS = r"/(webhooks|interactions)/.*"  # the token stands in the path


class FakeDiscord(People):
    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self._changed = asyncio.Event()
        self.gateway = Gateway(self.store, self._changed.set)
        self.rest = Rest(self.store, self._told, self._form_opens)
        self.requests: Counter[str] = Counter()  # by method and path with its ids taken out
        self.writes = 0  # posts and edits
        self.bytes = 0  # of the bodies of all requests
        self.limits: Limits | None = None  # the real ones stand in its defaults
        self.api_url = self.gateway_url = ""
        self.redirects = ""  # where the addresses of files lead
        self.breaks_off = False  # in the middle of a file
        self._refused: list[tuple[str, ApiError]] = []
        self._limit: tuple[float, bool] | None = None
        self._lose: Literal["", "500", "cut"] = ""
        self._stalled = "nobody"
        self._released = asyncio.Event()
        self._last: tuple[str, Json] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
            "DISCORD_REQUESTS_PER_SECOND": "10000",
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=200 << 20)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/cdn/{path:.*}", self._serve_file)
        app.router.add_route("*", "/api/v10{path:/.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_url, self.gateway_url = f"http://{host}:{port}", f"ws://{host}:{port}/gateway"
        self.gateway.url = self.rest.gateway_url = self.gateway_url
        self.files_url = self.api_url
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        await self._runner.cleanup()

    async def redeliver(self) -> None:
        """The last event once more."""
        if self._last:
            await self.gateway.tell(*self._last)

    # What goes wrong

    def drop(self) -> None:
        self.gateway.cut()

    def lose_next_answer(self, how: Literal["500", "cut"] = "cut") -> None:
        """The next new post is stored, but nobody hears of it."""
        self._lose = how

    def limit_next(self, seconds: float = 0.01, *, via: bool = True) -> None:
        """The next write is answered by 429; without Via, as Cloudflare does it."""
        self._limit = (seconds, via)

    def refuse_next(self, call: str, status: int, code: int = 0, times: int = 1) -> None:
        """`call` is a pattern of method and path: "POST .*/threads"."""
        self._refused += [(call, ApiError(status, code))] * times

    def stall(self, by: str) -> None:
        """Writes to this person alone hang until `release`."""
        self._stalled = self.store.direct(self.store.person(by))["id"]
        self._released.clear()

    def release(self) -> None:
        self._released.set()

    def advance(self, seconds: float) -> None:
        self.store.ahead += seconds

    # What can be seen

    def posts(self) -> list[Post]:
        messages = (m for channel in self.store.messages.values() for m in channel.values())
        mine = [m for m in messages if m["author"] is self.store.me and not m["flags"] & LOADING]
        return [self._post(message) for message in sorted(mine, key=lambda m: int(m["id"]))]

    def content(self, name: str) -> bytes:
        """Of the file that Parley posted last under this name."""
        messages = (m for channel in self.store.messages.values() for m in channel.values())
        mine = sorted(
            (m for m in messages if m["author"] is self.store.me), key=lambda m: -int(m["id"])
        )
        files = (file for message in mine for file in message["attachments"])
        return next(bytes(file["_content"]) for file in files if file["filename"] == name)

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _post(self, message: Json) -> Post:
        channel = self.store.channels[message["channel_id"]]
        rows, files = message["components"], message["attachments"]
        alone = channel["recipients"][0]["global_name"] if channel["type"] == DIRECT else ""
        return Post(
            id=message["id"],
            thread=channel["id"] if channel["type"] == THREAD else "",
            text=message["content"],
            buttons=tuple(b["label"] for row in rows for b in row["components"]),
            private_to=message.get("_private_to") or alone,
            images=tuple(file["description"] for file in files if "description" in file),
            files=tuple(file["filename"] for file in files if "description" not in file),
            card=message["embeds"][0].get("title", "") if message["embeds"] else "",
        )

    # How it works

    async def _told(self, event: str, data: Json) -> None:
        if event.startswith("MESSAGE"):
            data = data | self._where(data["channel_id"])
        if data.get("author") is not self.store.me and event != "THREAD_CREATE":
            self._last = (event, data)
        await self.gateway.tell(event, data)
        self._changed.set()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path, call = request.match_info["path"], f"{request.method} {request.match_info['path']}"
        body = await read(request)
        self.bytes += request.content_length or 0
        headers: dict[str, str] = {}
        self.requests[re.sub(r"\d{6,}|token-\d+", "*", call)] += 1
        if path.startswith(f"/channels/{self._stalled}/messages"):
            await self._released.wait()
        try:
            self._check(request, path, call)
            headers = self.limits.check(request.method, path) if self.limits else {}
            answer = await self.rest.call(request.method, path, body, dict(request.query))
        except ApiError as error:
            return answered(dict(error.body), error.status)
        finally:
            self._changed.set()
        if self._lose and re.fullmatch(_NEW, call):
            return self._lost(request)
        response = answered(answer) if answer is not None else web.Response(status=204)
        response.headers.update(headers)
        return response

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.path)
        if content is None:
            return web.Response(status=404)
        if self.redirects:
            raise web.HTTPFound(self.redirects)
        if self.breaks_off:
            half = web.StreamResponse(headers={"Content-Length": str(len(content))})
            await half.prepare(request)
            await half.write(content[: len(content) // 2])
            assert request.transport
            request.transport.close()
            return half
        return web.Response(body=content)

    def _form_opens(self, interaction: Json, form: Json) -> None:
        about = {"_channel": interaction["channel"], "_message": interaction.get("message")}
        self.form = form | about

    def _check(self, request: web.Request, path: str, call: str) -> None:
        authorized = request.headers.get("Authorization") == f"Bot {TOKEN}"
        if not authorized and not re.fullmatch(_OPEN_DOORS, path):
            raise ApiError(401, 0, "401: Unauthorized")
        for refused in self._refused:
            if re.fullmatch(refused[0], call):
                self._refused.remove(refused)
                raise refused[1]
        if request.method in {"POST", "PATCH"} and re.fullmatch(_WRITES, path):
            self.writes += 1
            if self._limit:
                seconds, via = self._limit
                self._limit = None
                raise limited(seconds, via=via)

    def _lost(self, request: web.Request) -> web.StreamResponse:
        how, self._lose = self._lose, ""
        if how == "cut" and request.transport:
            request.transport.abort()
        return answered({"code": 0, "message": "500: Internal Server Error"}, 500)
