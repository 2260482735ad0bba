"""The sandbox as its users have it: a process, an address, a key. Where no slow engine is asked,
the same server in this process, which starts at once and takes any settings.
"""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from sandbox.engines.choice import Choice, Chosen
from sandbox.server import Settings, application

KEY = "sk-sandbox"
PATIENCE = 50  # seconds, with a machine that does five other things


@contextmanager
def sandbox(*options: str, hidden: tuple[str, ...] = ()) -> Iterator[tuple[subprocess.Popen, str]]:
    """The process and its base URL. Closing its stdin ends it. `hidden`: modules it cannot find."""
    hide = f"import sys, runpy; sys.modules.update(dict.fromkeys({hidden!r})); "
    run = "runpy.run_module('sandbox', run_name='__main__')"
    start = ["-c", hide + run] if hidden else ["-m", "sandbox"]
    command = [sys.executable, *start, "--port", "0", "--exit-with-stdin", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process, process.stdout.readline().removeprefix("sandbox listening on ").strip()
        finally:
            process.stdin.close()
            process.wait(20)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with sandbox("--pace", "0.01") as (_, url):
        yield url


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[AsyncOpenAI]:
    async with official(base_url) as client:
        yield client


def official(base_url: str) -> AsyncOpenAI:
    """The official client; without certificates, whose loading takes longer than most tests."""
    plain = DefaultAsyncHttpxClient(verify=False, timeout=PATIENCE)
    return AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0, http_client=plain)


class Twin:
    """A server in this process: the official client, and HTTP for what that does not say."""

    def __init__(self, app: web.Application, url: str, stack: AsyncExitStack) -> None:
        self.app = app
        self.url = url
        self.client = official(f"{url}/v1")
        headers = {"Authorization": f"Bearer {KEY}"}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE, verify=False)
        stack.push_async_callback(self.client.close)
        stack.push_async_callback(self.http.aclose)

    async def usage(self) -> dict:
        return (await self.http.get("/sandbox/usage")).json()


Twins = Callable[..., "AsyncIterator[Twin]"]


@pytest.fixture(scope="session")
def choice() -> Choice:
    """Loaded once for all servers of this process."""
    return Choice(Chosen())


@pytest.fixture
def twins(tmp_path: Path, choice: Choice) -> Twins:
    """Servers with the settings that a test wants. They share a folder: one can follow another."""

    @asynccontextmanager
    async def serve(**settings) -> AsyncIterator[Twin]:
        settings = {"choice": choice, "pace": 0.0, **settings}
        app = application(Settings(tmp_path, **settings))
        async with AsyncExitStack() as stack:
            runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            yield Twin(app, f"http://127.0.0.1:{port}", stack)

    return serve


@pytest.fixture
async def twin(twins: Twins) -> AsyncIterator[Twin]:
    async with twins() as one:
        yield one
