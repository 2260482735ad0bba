"""The page on the real server over loopback."""

import asyncio
import contextlib

from adapters.page.connect import connect
from adapters.page.settings import Settings
from bot.commands import Command, Commands, Option
from bot.http.server import Server
from bot.parts import Button, Buttons, Delta, Notice, Status, Text
from bot.ports import Ground
from tests.fakes.page_client import PageClient
from tests.fakes.parley import ScriptedParley, suggest_nothing
from tests.fakes.state import MemoryState

COMMANDS = Commands(
    [
        Command("help", "What Parley can do", None),
        Command("usage", "What was spent", None, (Option("whose", "me or all"),)),
        Command("regenerate", "Answer anew", None, button=True),
    ]
)
DONE = Buttons((Button("Regenerate", "regenerate"),))
STOP = Buttons((Button("Stop", "stop"),))


async def healthy():
    return {"database": "ok"}


async def echo(_parley, event, screen, _stop):
    """Answers with what was said."""
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


class House:
    def __init__(self, state=None, *, sandbox=True, script=echo, port=0, **settings):
        self.state = state or MemoryState()
        self.settings = Settings(_env_file=None, **settings)
        self.server = Server("127.0.0.1", port, healthy)
        ground = Ground(
            self.state, self.server.app, loopback=True, sandbox=sandbox, chat_model="gpt-6-luna"
        )
        self.page = connect(self.settings, ground)
        self.parley = ScriptedParley(self.page, script)
        self._running = None
        self._clients = contextlib.AsyncExitStack()

    async def __aenter__(self):
        await self.server.start()
        self._running = asyncio.create_task(
            self.page.run(self.parley.accept, suggest_nothing, COMMANDS)
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
