"""A process that makes the same call again and again, each time in a fork that is killed one step
later than the one before: `python -m tests.spending.killed FOLDER URL KEY plain|again`. A step is
each await that gives the loop away, in every task, and each statement of the database.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from pathlib import Path

from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.retry import Clock
from bot.openai.transport import Transport
from bot.spending.bills import Bills
from bot.spending.door import OpenAI
from tests.spending.desk import ADA, ask, open_desk

LUNA = "gpt-6-luna"
MODELS = catalogue.load()


class Steps:
    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def task(self, loop, coroutine, **facts):
        return asyncio.Task(Stepping(coroutine, self), loop=loop, **facts)


class Stepping(Coroutine):
    """A coroutine that counts how often it gives the loop away."""

    def __init__(self, inner, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    def send(self, value):
        given = self._inner.send(value)
        self._steps()
        return given

    def throw(self, *error):
        given = self._inner.throw(*error)
        self._steps()
        return given

    def close(self):
        return self._inner.close()

    def __await__(self):
        raise NotImplementedError


async def at_once(_seconds: float) -> None:
    pass


async def live(folder: Path, url: str, key: str, number: int, *, again: bool) -> None:
    steps = Steps(number)
    transport = Transport(url, SecretStr(key), clock=Clock(sleep=at_once))
    async with open_desk(folder, budget_person_day="0.01") as desk:
        api = API.at(lambda _: transport, MODELS)
        door = OpenAI(api, Bills.of(MODELS, desk.settings), desk.ledger, desk.cache)
        payer = replace(ADA, author=f"slack:T1:U{number}", channel="slack:T1:C1")
        words = f"one two three {'again' if again else ''} number {number}."

        async def call() -> None:
            chunks = door.charged_to(payer).chat(ask(words, 100, LUNA))
            async with aclosing(chunks):
                async for _ in chunks:
                    pass

        await desk.database.write(lambda connection: connection.set_trace_callback(steps))
        asyncio.get_running_loop().set_task_factory(steps.task)
        await asyncio.create_task(call())
        asyncio.get_running_loop().set_task_factory(None)
        steps.left = 0
    await transport.aclose()


def main(folder: str, url: str, key: str, way: str) -> None:
    for number in count(1):
        if (child := os.fork()) == 0:
            asyncio.run(live(Path(folder), url, key, number, again=way == "again"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            print(number, flush=True)  # noqa: T201  what the test reads
            return
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.exit(f"fork {number} ended with {status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
