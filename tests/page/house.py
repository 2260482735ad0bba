"""The page on the real server over loopback."""

import asyncio
import contextlib
import shutil
import tempfile
import weakref
from pathlib import Path

from adapters.page.connect import connect
from adapters.page.settings import Settings
from bot.commands import Choice, Command, Commands, Option
from bot.events import Attachment, Deleted
from bot.http.server import Server
from bot.layers import Suggester
from bot.parts import Button, Buttons, Delta, Notice, Status, Text, Withdraw
from bot.ports import Ground
from tests.fakes.page_client import PageClient
from tests.fakes.parley import ScriptedParley
from tests.fakes.state import MemoryState


async def painters(typing):
    return [Choice(name.title(), name) for name in ("vermeer", "vincent") if typing.text in name]


COMMANDS = Commands(
    [
        Command("help", "What Parley can do", None),
        Command("usage", "What was spent", None, (Option("whose", "me or all"),)),
        Command("paint", "Make a picture", None, (
            Option("prompt", "What it shows", required=True, long=True),
            Option("size", "How large", choices=("small", "large")),
            Option("n", "How many", kind=int, minimum=1, maximum=4),
            Option("model", "Who paints", suggest=painters),
            Option("fine", "In detail", kind=bool),
            Option("base", "What to paint on", kind=Attachment),
        )),
        Command("ask", "Ask the model", None,
                (Option("question", "What you want to know", required=True),),
                shortcut="Ask Parley"),
        Command("transcribe", "Read it out", None, shortcut="Transcribe", button=True),
        Command("regenerate", "Answer anew", None, button=True),
    ]
)  # fmt: skip
DONE = Buttons((Button("Regenerate", "regenerate"),))
STOP = Buttons((Button("Stop", "stop"),))


async def healthy():
    return {"database": "ok"}


async def echo(_parley, event, screen, _stop):
    """Answers with what was said; what is deleted takes its answer along."""
    if isinstance(event, Deleted):
        screen.show(Withdraw())
        return
    screen.show(Text(f"You said: {getattr(event, 'text', event.id)}"))
    screen.show(DONE)


async def hold(_parley, _event, screen, stop):
    """Begins to answer, goes on when Stop was pressed."""
    screen.show(Status("Thinking"))
    screen.show(STOP)
    screen.show(Delta("Well,"))
    await stop.wait()
    screen.show(Delta(" stopped."))
    screen.show(DONE)


async def think(_parley, _event, screen, stop):
    """Shows a sign only, until Stop is pressed."""
    screen.show(Status("Thinking"))
    screen.show(STOP)
    await stop.wait()
    screen.show(Buttons(()))


async def refuse(_parley, _event, screen, _stop):
    screen.show(Notice("The budget of today is spent; it begins anew at midnight."))


def folder_of(state) -> Path:
    """Where files are kept beside this state, as long as it lives."""
    if not hasattr(state, "folder"):
        state.folder = Path(tempfile.mkdtemp())
        weakref.finalize(state, shutil.rmtree, state.folder, ignore_errors=True)
    return state.folder


class House:
    def __init__(self, state=None, *, sandbox=True, script=echo, port=0, **settings):
        self.state = state or MemoryState()
        self.settings = Settings(_env_file=None, **settings)
        self.server = Server("127.0.0.1", port, healthy)
        self.folder = folder_of(self.state)
        ground = Ground(
            self.state, self.server.app, loopback=True, sandbox=sandbox, chat_model="gpt-6-luna",
            folder=self.folder,
        )  # fmt: skip
        self.page = connect(self.settings, ground)
        self.parley = ScriptedParley(self.page, script)
        self._running = None
        self._clients = contextlib.AsyncExitStack()

    async def __aenter__(self):
        await self.server.start()
        self._running = asyncio.create_task(
            self.page.run(self.parley.accept, Suggester(COMMANDS, ()), COMMANDS)
        )
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        await self._clients.aclose()
        await self.stop_listening()
        await self.parley.aclose()
        await self.page.close()
        await self.server.stop()

    async def stop_listening(self):
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    @property
    def address(self):
        return self.server.address

    async def client(self, person="ada", **options):
        client = await PageClient(self.address, **options).connect(person)
        self._clients.push_async_callback(client.aclose)
        return client
