"""`python -m bot` as an operator runs it: a process with an environment of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.fakes.page_client import PageClient

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds for what takes one or two


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Bot:
    """A process that is starting, or running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.landing = ""

    @property
    def address(self) -> str:
        return "/".join(self.landing.split("/")[:3])

    async def started(self) -> "Bot":
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        if not line:
            raise AssertionError((await self.done()).err)
        self.landing = line.decode().split()[-1]
        return self

    async def done(self) -> Done:
        out, err = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        return Done(self.process.returncode, out.decode(), err.decode())

    async def told_to_leave(self) -> Done:
        self.process.send_signal(signal.SIGTERM)
        return await self.done()

    async def visitor(self) -> PageClient:
        """A browser that has followed the printed link."""
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
            browser.get(self.landing, allow_redirects=False) as response,
        ):
            cookies = {name: morsel.value for name, morsel in response.cookies.items()}
        return await PageClient(self.address, cookies=cookies).connect()


class Parley:
    """How to start it. `folder` is its working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def spawn(
        self, *arguments: str, before: Callable[[], None] | None = None, **environment: str
    ) -> Bot:
        """`before` runs in the new process; a variable that is "" is as good as unset."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments,
            cwd=self.folder, preexec_fn=before,
            env={
                "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PARLEY_HTTP_PORT": "0",
                **environment,
            },
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return Bot(process)

    async def run(self, *arguments: str, **options: str) -> Done:
        """To its end."""
        return await (await self.spawn(*arguments, **options)).done()

    @asynccontextmanager
    async def running(self, **environment: str) -> AsyncIterator[Bot]:
        bot = await self.spawn("run", **environment)
        try:
            yield await bot.started()
        finally:
            if bot.process.returncode is None:
                bot.process.kill()
                await bot.done()
