"""A Discord of our own on loopback: REST and gateway as discord.py speaks them, people who write,
choose and press, and faults. Bot and fake may be two processes.

    async with FakeDiscord() as discord:
        environ |= discord.environment
        root = await discord.mention("hello")
        await discord.until(lambda: discord.posts())
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, Self

from aiohttp import web

from tests.contract.world import Post
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_rest import Rest, answered, limited
from tests.fakes.discord_store import DIRECT, LOADING, REPLY, THREAD, TOKEN, ApiError, Json, Store

_WRITES = r"/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/(@original|\d+))?"
_NEW = r"POST (/channels/\d+/messages|/webhooks/\d+/[^/]+)|PATCH .*/@original"
_OPEN_DOORS = r"/(webhooks|interactions)/.*"  # the token stands in the path


class FakeDiscord:
    def __init__(self) -> None:
        self.store = Store()
        self._changed = asyncio.Event()
        self.gateway = Gateway(self.store, self._changed.set)
        self.rest = Rest(self.store, self._told)
        self.requests: Counter[str] = Counter()  # by method and path with its ids taken out
        self.writes = 0  # posts and edits
        self.api_url = self.gateway_url = ""
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
        }

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_route("*", "/api/v10{path:/.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_url, self.gateway_url = f"http://{host}:{port}", f"ws://{host}:{port}/gateway"
        self.gateway.url = self.rest.gateway_url = self.gateway_url
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        await self._runner.cleanup()

    # What people do

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        me = self.store.me
        channel = await self._thread(thread) if thread else self.store.general
        return await self._say(channel, f"<@{me['id']}> {text}", by, mentions=[me])

    async def say(self, text: str, *, by: str = "ada", thread: str = "", to: str = "") -> str:
        """`to`: a reply to the message with this id."""
        channel = await self._thread(thread) if thread else self.store.general
        return await self._say(channel, text, by, to=to)

    async def direct(self, text: str, *, by: str = "ada") -> str:
        return await self._say(self.store.direct(self.store.person(by))["id"], text, by)

    async def slash(
        self, command: str, text: str = "", *, by: str = "ada", thread: str = ""
    ) -> str:
        """Returns the interaction's token."""
        data = {"id": "1", "type": 1, "name": command, "options": self.store.options(command, text)}
        return await self._interact(2, thread or self.store.general, by, data)

    async def press(self, label: str, *, post: str, by: str = "ada") -> str:
        channel, message = self._found(post)
        buttons = [b for row in message["components"] for b in row["components"]]
        custom_id = next(b["custom_id"] for b in buttons if b["label"] == label)
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._interact(3, channel, by, data, message=message, original=post)

    def delete(self, message: str) -> None:
        self.store.delete(self._found(message)[0], message)

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

    def refuse_next(self, call: str, status: int, code: int = 0) -> None:
        """`call` is a pattern of method and path: "POST .*/threads"."""
        self._refused.append((call, ApiError(status, code)))

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

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _post(self, message: Json) -> Post:
        channel = self.store.channels[message["channel_id"]]
        rows = message["components"]
        alone = channel["recipients"][0]["global_name"] if channel["type"] == DIRECT else ""
        return Post(
            id=message["id"],
            thread=channel["id"] if channel["type"] == THREAD else "",
            text=message["content"],
            buttons=tuple(b["label"] for row in rows for b in row["components"]),
            private_to=message.get("_private_to") or alone,
        )

    # How it works

    async def _say(self, channel: str, text: str, by: str, *, to: str = "", **more: Any) -> str:
        body = {"content": text} | ({"message_reference": {"message_id": to}} if to else {})
        message = self.store.post(channel, self.store.person(by), body) | more
        message["type"] = REPLY if to else 0
        self.store.messages[channel][message["id"]] = message
        await self._told("MESSAGE_CREATE", message)
        return str(message["id"])

    async def _told(self, event: str, data: Json) -> None:
        channel = self.store.channels.get(data.get("channel_id", ""), {})
        if event == "MESSAGE_CREATE" and channel["type"] != DIRECT:
            data = data | {"guild_id": self.store.guild, "member": self._member()}
        if data.get("author") is not self.store.me and event != "THREAD_CREATE":
            self._last = (event, data)
        await self.gateway.tell(event, data)
        self._changed.set()

    async def _thread(self, root: str) -> str:
        if root not in self.store.channels:
            thread = self.store.thread(self._found(root)[0], root, "opened by a person")
            await self.gateway.tell("THREAD_CREATE", thread)
        return root

    async def _interact(
        self, kind: int, channel: str, by: str, data: Json, *, original: str = "", **more: Any
    ) -> str:
        token, store = f"token-{next(self.store.names)}", self.store
        store.interactions[token] = {"channel": channel, "by": by, "at": store.now(),
                                     "response": 0, "original": original}  # fmt: skip
        person = store.person(by)
        where: Json = {"user": person}
        if store.channels[channel]["type"] != DIRECT:
            where = {"guild_id": store.guild, "member": self._member() | {"user": person}}
        payload = {
            "id": store.new_id(), "application_id": store.me["id"], "type": kind, "data": data,
            "channel": store.channels[channel], "channel_id": channel, "token": token,
            "version": 1, "attachment_size_limit": 10_485_760, "locale": "en-US",
            "app_permissions": "0", "entitlements": [], **where, **more,
        }  # fmt: skip
        await self._told("INTERACTION_CREATE", payload)
        return token

    def _found(self, message: str) -> tuple[str, Json]:
        return next((c, ms[message]) for c, ms in self.store.messages.items() if message in ms)

    def _member(self) -> Json:
        return {"roles": [], "joined_at": self.store.time(), "deaf": False, "mute": False,
                "flags": 0, "avatar": None, "nick": None, "permissions": "0"}  # fmt: skip

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path, call = request.match_info["path"], f"{request.method} {request.match_info['path']}"
        body = json.loads(text) if (text := await request.text()) else None
        self.requests[re.sub(r"\d{6,}|token-\d+", "*", call)] += 1
        if path.startswith(f"/channels/{self._stalled}/messages"):
            await self._released.wait()
        try:
            self._check(request, path, call)
            answer = await self.rest.call(request.method, path, body, dict(request.query))
        except ApiError as error:
            return answered(error.body, error.status)
        finally:
            self._changed.set()
        if self._lose and re.fullmatch(_NEW, call):
            return self._lost(request)
        return answered(answer) if answer is not None else web.Response(status=204)

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
