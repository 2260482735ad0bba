"""The page as the contract suite sees it: a channel that all share, and threads of one's own."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.page.connect import connect
from adapters.page.settings import Settings
from bot.http.server import Server
from bot.ports import Adapter, Ground, State, Where, nobody_chose
from tests.contract.world import Post, Upload
from tests.fakes.page_client import PageClient
from tests.fakes.state import MemoryState

CHANNEL = "#general"
PERSON = {"ada": "ada", "bob": "grace"}  # whom the page lets one be


class PageWorld:
    adapter: Adapter
    interval = 0.06

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], PageClient] = {}  # one a person and thread
        self._said: dict[str, tuple[str, str, PageClient, dict]] = {}  # by whom, where, what
        self._last = ""
        self._own: set[str] = set()  # the threads that are in no channel
        self._mentions: set[str] = set()  # what names Parley
        self._filled: set[str] = set()  # the forms, by what was asked
        self._port = 0
        self._folder = Path(tempfile.mkdtemp())
        self._changed = asyncio.Event()

    async def connect(self, state: State | None = None, where: Where = nobody_chose) -> None:
        self.state = Forgetful(state or MemoryState())
        self._server = Server("127.0.0.1", self._port, self._health)
        ground = Ground(
            self.state,
            self._server.app,
            loopback=True,
            sandbox=True,
            folder=self._folder,
            where=where,
        )
        self.adapter = connect(Settings(_env_file=None), ground)
        await self._server.start()
        self._port = int(self._server.address.rpartition(":")[2])

    async def back(self) -> None:
        """The browsers that were open before, once Parley runs."""
        for (by, thread), before in tuple(self._windows.items()):
            window = await self._window(by, thread, anew=True)
            window.heard += [said for said in before.heard if said["type"] == "form"]  # still open

    async def disconnect(self) -> None:
        for window in self._windows.values():
            await window.cut()
        await self._server.stop()

    async def aclose(self) -> None:
        for window in self._windows.values():
            await window.aclose()
        await self.adapter.close()
        await self._server.stop()
        shutil.rmtree(self._folder)

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        return await self.share(text, by=by, thread=thread)

    async def share(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        said = await self._say(f"@Parley {text}", by, thread, files)
        self._mentions.add(said)
        return said

    async def _say(
        self, text: str, by: str, thread: str, files: Sequence[Upload] = (), said: str = ""
    ) -> str:
        said = said or uuid.uuid4().hex
        window = await self._window(by, thread or said)
        attached = [await self._upload(window, by, file) for file in files]
        message = {"type": "say", "id": said, "text": text, "files": attached}
        await self._send(window, by, message | self._at(thread or said))
        return said

    def _at(self, thread: str) -> dict[str, str]:
        return {"thread": thread, "channel": "" if thread in self._own else CHANNEL}

    async def edit(self, message: str, text: str, *, by: str = "ada") -> None:
        text = f"@Parley {text}" if message in self._mentions else text
        await self._act(message, by, type="edit", post=message, text=text)

    async def delete(self, message: str) -> None:
        await self._act(message, type="delete", post=message)

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> None:
        commands = next(iter(self._windows.values())).welcome["commands"]
        command = next(c["name"] for c in commands if c["shortcut"] == label)
        await self._act(on, by, type="use", command=command, on=on)

    def form(self) -> tuple[str, ...]:
        if not (asked := self._asked()):
            return ()
        _, _, window, form = asked
        commands = {command["name"]: command for command in window.welcome["commands"]}
        return tuple(option["name"] for option in commands[form["command"]]["options"])

    async def fill(self, *, by: str = "ada", **values: str | Upload) -> None:
        asker, thread, window, form = self._asked()
        filled = {
            name: await self._upload(window, asker, value) if isinstance(value, Upload) else value
            for name, value in values.items()
        }
        self._filled.add(form["id"])
        use = {
            "type": "use",
            "id": uuid.uuid4().hex,
            "on": form["on"],
            "button": form["button"],
            **self._at(thread),
        }
        await self._send(window, asker, use | {"command": form["command"], "values": filled})

    def _asked(self) -> tuple[str, str, PageClient, dict] | None:
        """By whom and where the form was opened that is not filled in yet."""
        return next(
            (
                (by, thread, window, heard)
                for (by, thread), window in self._windows.items()
                for heard in window.heard
                if heard["type"] == "form" and heard["id"] not in self._filled
            ),
            None,
        )

    async def direct(self, text: str, *files: Upload, by: str = "ada") -> str:
        said = uuid.uuid4().hex
        self._own.add(said)
        return await self._say(text, by, "", files, said=said)

    async def say(self, text: str, *files: Upload, by: str = "ada", thread: str = "") -> str:
        """Once it is taken in: people have connections of their own, which keep no order."""
        said = await self._say(text, by, thread, files)
        await self._said[said][2].answered(said)
        return said

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        await self._say(f"/{command} {text}".strip(), by, "")

    async def close_channel(self, *who: str) -> None:
        pytest.skip("on the page a channel is for all")

    def lose_files(self) -> None:
        for file in self._folder.glob("page/*/*/*"):
            file.unlink()

    def take_at_most(self, size: int) -> None:
        """Its own limit is the disk."""
        self.adapter.largest = size

    def reactions(self, message: str) -> Sequence[str]:
        shown = (w.posts[message] for w in self._windows.values() if message in w.posts)
        return next((post["reactions"] for post in shown), ())

    def stands(self, message: str) -> bool:
        return any(message in window.posts for window in self._windows.values())

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        shown = next(w.posts[post] for w in self._windows.values() if post in w.posts)
        button = next(b["id"] for b in shown["buttons"] if b["label"] == label)
        await self._act(post, by, type="press", button=button)

    async def _act(self, at: str, by: str = "ada", **said) -> None:
        shown = (t for (_, t), window in self._windows.items() if at in window.posts)
        await self.until(lambda: any(at in window.posts for window in self._windows.values()))
        thread = next(shown)
        act = {"id": uuid.uuid4().hex} | self._at(thread) | said
        await self._send(await self._window(by, thread), by, act)

    async def redeliver(self) -> None:
        by, thread, _, message = self._said[self._last]
        await self._windows[by, thread].send(message)

    async def redeliver_unacknowledged(self) -> None:
        """As the real page does."""
        for said, (by, thread, first, message) in self._said.items():
            window = self._windows[by, thread]
            if window is first:
                await window.answered(said)
            if not any(m["type"] == "got" and m["id"] == said for m in window.heard):
                await window.send(message)

    async def drop(self) -> None:
        for (by, thread), window in tuple(self._windows.items()):
            await window.cut()
            await self._window(by, thread, anew=True)
        await self.redeliver_unacknowledged()

    def lose_next_answer(self) -> None:
        self.state.lose = '"by":"parley"'

    def limit_next(self, seconds: float = 0.01) -> None:
        """The page has no limit."""

    def stall(self, *, by: str = "ada") -> None:
        pytest.skip("nothing that the page writes waits for a person")

    def release(self) -> None:
        """Nothing is stalled."""

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def posts(self) -> Sequence[Post]:
        found: dict[str, tuple[float, Post]] = {}  # what several can see is one post
        for (by, thread), window in self._windows.items():
            for answer in window.answers:
                for post in _posts(answer, thread, by):
                    found.setdefault(post.id, (answer["at"], post))
        return [post for _, post in sorted(found.values(), key=lambda pair: pair[0])]

    def content(self, name: str) -> bytes:
        answers = [answer for window in self._windows.values() for answer in window.answers]
        newest = sorted(answers, key=lambda answer: -answer["at"])
        file = next(m for answer in newest for m in answer["media"] if m["name"] == name)
        return next(self._folder.glob(f"page/*/*/{file['id']}")).read_bytes()

    def calls(self) -> int:
        return sum(window.updates for window in self._windows.values())

    def called(self) -> Sequence[str]:
        """The page notifies nobody."""
        return []

    async def _upload(self, window: PageClient, by: str, file: Upload) -> dict:
        medium = await window.upload(file.name, file.content, PERSON[by])
        return medium | {"seconds": file.seconds}

    async def _window(self, by: str, thread: str, *, anew: bool = False) -> PageClient:
        if anew or (by, thread) not in self._windows:
            window = PageClient(self._server.address, told=self._changed.set)
            await window.connect(PERSON[by])
            await window.open(**self._at(thread))
            self._windows[by, thread] = window
        return self._windows[by, thread]

    async def _send(self, window: PageClient, by: str, message: dict) -> None:
        self._last = message["id"]
        self._said[self._last] = (by, message["thread"], window, message)
        await window.send(message)

    async def _health(self) -> dict[str, str]:
        return {}


def _posts(answer: dict, thread: str, by: str) -> list[Post]:
    """A notice is a post of its own for its one reader, and so is what a button has to say."""
    shown = Post(
        answer["id"], thread, answer["text"],
        buttons=tuple(button["label"] for button in answer["buttons"]),
        private_to=by if answer["private"] else "",
        images=tuple(m["alt"] for m in answer["media"] if m["kind"] == "image"),
        files=tuple(m["name"] for m in answer["media"] if m["kind"] != "image"),
        card=next((card["title"] for card in answer["cards"]), ""),
    )  # fmt: skip
    words = [*answer["notices"], *filter(None, [answer["aside"]])]
    return [shown] * bool(shown.text or shown.images or shown.files or shown.card) + [
        Post(f"{answer['id']}:{number}", thread, sentence, (), by)
        for number, sentence in enumerate(words)
    ]


class Forgetful:
    """A State that stores what its caller believes to be lost."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.lose = ""  # the next put that has this in it is stored, but its caller gets an error
        self.get, self.delete, self.scan = state.get, state.delete, state.scan

    async def put(self, key: str, value: str) -> None:
        await self._state.put(key, value)
        if self.lose and self.lose in value:
            self.lose = ""
            raise OSError("the answer was lost")
