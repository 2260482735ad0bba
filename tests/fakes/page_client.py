"""A browser without the browser: the page's protocol over a real WebSocket."""

import asyncio
import io
import json
import uuid
from collections.abc import Callable, Sequence

import aiohttp


class PageClient:
    """One connection of one person, which watches at most one thread."""

    def __init__(
        self,
        address: str,
        *,
        cookies: dict[str, str] | None = None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.address = address
        self._told = told  # called at each message
        self.posts: dict[str, dict] = {}
        self.heard: list[dict] = []
        self.welcome: dict = {}
        self.updates = 0  # of what answers say
        self.close_code: int | None = None
        self._cookies = cookies
        self._news = asyncio.Condition()

    async def connect(self, person: str = "ada", *, hello: bool = True) -> "PageClient":
        self.http = aiohttp.ClientSession(cookies=self._cookies)
        headers = {"Origin": self.address}
        self.ws = await self.http.ws_connect(f"{self.address}/socket", headers=headers)
        self._reader = asyncio.create_task(self._read())
        if hello:
            await self.send({"type": "hello", "person": person})
            await self.until(lambda: self.welcome or self.closed)
        return self

    @property
    def closed(self) -> bool:
        return self.close_code is not None

    async def aclose(self) -> None:
        await self.ws.close()
        await self._reader
        await self.http.close()

    async def cut(self) -> None:
        """Without a goodbye."""
        if connection := self.ws._response.connection:
            connection.transport.abort()
        await self._reader
        await self.http.close()

    async def send(self, message: dict) -> None:
        await self.ws.send_str(json.dumps(message, ensure_ascii=False))

    async def open(self, thread: str, channel: str = "") -> None:
        self.heard.clear()
        await self.send({"type": "open", "thread": thread, "channel": channel})
        await self.until(lambda: any(m["type"] == "posts" for m in self.heard))

    async def act(self, kind: str, thread: str = "", **said) -> str:
        """The act's id, once it was acknowledged or refused, or answered by a form."""
        id_ = uuid.uuid4().hex
        await self.send({"type": kind, "id": id_, "thread": thread or id_, **said})
        await self.answered(id_)
        return id_

    async def say(
        self, text: str, thread: str = "", files: Sequence[dict] = (), channel: str = ""
    ) -> str:
        return await self.act("say", thread, text=text, files=list(files), channel=channel)

    async def press(self, thread: str, button: str, channel: str = "") -> str:
        return await self.act("press", thread, button=button, channel=channel)

    async def upload(self, name: str, content: bytes, person: str = "ada") -> dict:
        """The file as it can be attached."""
        async with self.http.post(
            f"{self.address}/media/{person}", params={"name": name}, data=io.BytesIO(content),
            headers={"Origin": self.address},
        ) as response:  # fmt: skip
            assert response.status == 200, await response.text()
            return await response.json()

    async def fetch(self, url: str) -> bytes:
        async with self.http.get(self.address + url) as response:
            assert response.status == 200
            return await response.read()

    def form(self, said: str) -> dict | None:
        return next((m for m in self._verdicts() if m["id"] == said and m["type"] == "form"), None)

    async def answered(self, said: str) -> None:
        await self.until(lambda: any(m.get("id") == said for m in self._verdicts()))

    def refusal(self, said: str) -> str:
        """The sentence, "" for what was accepted."""
        return next(m.get("sentence", "") for m in self._verdicts() if m["id"] == said)

    async def until(self, condition) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(condition), 5)

    async def until_next(self, condition) -> None:
        seen = len(self.heard)
        await self.until(lambda: any(condition(m) for m in self.heard[seen:]))

    @property
    def answers(self) -> list[dict]:
        return [post for post in self.posts.values() if post["by"] == "parley"]

    def _verdicts(self):
        return (m for m in self.heard if m["type"] in {"got", "refused", "form"})

    async def _read(self) -> None:
        async for message in self.ws:
            self._take(json.loads(message.data))
            self._told()
            async with self._news:
                self._news.notify_all()
        async with self._news:
            self.close_code = self.ws.close_code or 1006
            self._news.notify_all()

    def _take(self, message: dict) -> None:
        self.heard.append(message)
        match message["type"]:
            case "welcome":
                self.welcome = message
            case "posts":
                self.posts = {post["id"]: post for post in message["posts"]}
            case "post":
                self.posts[message["post"]["id"]] = message["post"]
            case "change":
                self.updates += bool(message.keys() & {"append", "text", "done"})
                post = self.posts[message["id"]]
                post["text"] += message.get("append", "")
                post.update({k: v for k, v in message.items() if k not in {"append", "type"}})
            case "gone":
                self.posts.pop(message["id"], None)
