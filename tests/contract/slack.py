"""Slack as the contract suite sees it."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import web

from adapters.slack.connect import connect
from adapters.slack.people import ACCESS
from adapters.slack.settings import Settings
from bot.ports import Adapter, Ground, State, Where, nobody_chose
from tests.contract.world import Post, Upload
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_order import ADMIN_TOKEN
from tests.fakes.slack_views import inputs
from tests.fakes.slack_web import BOT, Json
from tests.fakes.slack_wire import person

_MENTION = re.compile(r"<(!(channel|here|everyone|subteam\^\w+)|@\w+)(\|[^>]*)?>")


class SlackWorld:
    adapter: Adapter
    interval = 0.05  # not Slack's 1.2: the suite asks for every answer to keep it, not for its size

    def __init__(self) -> None:
        self._now = 0.0
        self.slack = FakeSlack(echoes=True)
        self.slack.shortcuts = {
            "Ask Parley": "ask", "Edit picture": "edit_posted_picture", "Listen": "listen",
            "Read aloud": "speak", "Forget this": "forget message",
            "Transcribe": "transcribe_message",
        }  # fmt: skip

    async def connect(self, state: State | None = None, where: Where = nobody_chose) -> None:
        if not self.slack.url:
            await self.slack.__aenter__()
        variables = {name.lower(): value for name, value in self.slack.environment.items()}
        variables["slack_admin_token"] = ADMIN_TOKEN
        settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type, call-arg]
        state = state or NoState()
        app = web.Application()
        ground = Ground(state=state, http=app, loopback=True, sandbox=True, where=where)
        self.adapter = slack = connect(settings, ground)
        slack.clock = lambda: self._now
        slack.teams.new = partial(slack.teams.new, edit=self.interval, append=self.interval)

    async def disconnect(self) -> None:
        self.slack.socket.cut()
        await self.adapter.close()

    async def aclose(self) -> None:
        await self.adapter.close()
        await self.slack.__aexit__()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        return await self.slack.mention(text, by=by, thread=thread)

    async def direct(self, text: str, *files: Upload, by: str = "ada") -> str:
        shared = [self.slack.upload(file, by=by) for file in files]
        return await self.slack.direct(text, *shared, by=by)

    async def say(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        shared = [self.slack.upload(file, by=by) for file in files]
        return await self.slack.say(text, *shared, by=by, thread=thread)

    async def share(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        shared = [self.slack.upload(file, by=by) for file in files]
        return await self.slack.mention(text, *shared, by=by, thread=thread)

    async def edit(self, message: str, text: str, *, by: str = "ada") -> None:
        await self.slack.edit(message, text, by=by)

    async def delete(self, message: str) -> None:
        await self.slack.delete(message)

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> None:
        await self.slack.shortcut(label, on=on, by=by)

    def form(self) -> tuple[str, ...]:
        return tuple(inputs(self.slack.form)) if self.slack.form else ()

    async def fill(self, *, by: str = "ada", **values: str | Upload) -> None:
        filled = {
            name: self.slack.upload(value, by=by) if isinstance(value, Upload) else value
            for name, value in values.items()
        }
        await self.slack.fill(by=by, **filled)

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        """A group has a command of its own, which takes the rest as text."""
        group, _, name = command.partition(" ")
        await self.slack.slash(group, f"{name} {text}".strip(), by=by)

    async def close_channel(self, *who: str) -> None:
        self.slack.order.close("C1", *map(person, who))
        self._now += ACCESS

    def lose_files(self) -> None:
        for file in self.slack.shared.known.values():
            file["mode"] = "gone"

    def take_at_most(self, size: int) -> None:
        self.adapter.largest = self.slack.uploads.most = size

    def reactions(self, message: str) -> Sequence[str]:
        standing = self.slack.standing(message) or {}
        return [reaction["name"] for reaction in standing.get("reactions", ())]

    def stands(self, message: str) -> bool:
        return self.slack.standing(message) is not None

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        await self.slack.press(label, post=post, by=by)

    async def redeliver(self) -> None:
        await self.slack.redeliver()

    async def redeliver_unacknowledged(self) -> None:
        await self.slack.redeliver_unacknowledged()

    async def drop(self) -> None:
        self.slack.socket.cut()

    def lose_next_answer(self) -> None:
        self.slack.lose_next_answer()

    def limit_next(self, seconds: float = 0.01) -> None:
        self.slack.limit_next(seconds)

    def stall(self, *, by: str = "ada") -> None:
        self.slack.stall(f"D{by.upper()}")

    def release(self) -> None:
        self.slack.release()

    async def until(self, holds: Callable[[], object]) -> None:
        await self.slack.until(holds)

    def posts(self) -> Sequence[Post]:
        return self.slack.posts()

    def content(self, name: str) -> bytes:
        return self.slack.uploads.content(name)

    def calls(self) -> int:
        return self.slack.calls()

    def called(self) -> Sequence[str]:
        return [
            message["ts"] for message in self.slack.api.messages if message["user"] == BOT
            for text in (message.get("text", ""), *(b.get("text", "") for b in _markdown(message)))
            if _MENTION.search(text)
        ]  # fmt: skip


def _markdown(message: Json) -> list[Json]:
    return [block for block in message.get("blocks", ()) if block["type"] == "markdown"]


class NoState:
    """Slack's adapter keeps nothing."""

    async def get(self, key: str) -> str | None:
        raise NotImplementedError

    async def put(self, key: str, value: str) -> None:
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        raise NotImplementedError

    async def scan(self, prefix: str) -> list[tuple[str, str]]:
        raise NotImplementedError
