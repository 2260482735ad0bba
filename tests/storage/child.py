"""A second Parley process, as far as the database can tell: `python -m tests.storage.child`."""

import asyncio
import resource
import signal
import sys
from functools import partial
from itertools import count
from pathlib import Path

from bot.storage.database import open_database
from bot.storage.inbox import Inbox
from bot.storage.problems import DatabaseProblem, StorageUnavailable
from tests.storage.said import said

say = partial(print, flush=True)


async def take(path):
    """Accept ten events, say so, and wait for the end."""
    inbox = Inbox(await open_database(path))
    await asyncio.gather(
        *[inbox.accept(said(str(number), thread=str(number % 5))) for number in range(10)]
    )
    say("taken")
    await asyncio.Event().wait()


async def pour(path):
    """Accept events for ever, 16 at once, and print the id of each that was acknowledged."""
    inbox = Inbox(await open_database(path))
    numbers = count()

    async def one():
        for number in numbers:
            await inbox.accept(said(str(number), thread=str(number % 5)))
            say(number)

    await asyncio.gather(*[one() for _ in range(16)])


async def start(path):
    """Open and close."""
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    database = await open_database(path)
    say(await database.read(lambda db: db.execute("PRAGMA user_version").fetchone()[0]))
    await database.close()


async def cramped(path):
    """Open where nothing can be written."""
    limit_files(0)
    try:
        await open_database(path)
    except DatabaseProblem as problem:
        say(problem.sentence)


async def fill(path):
    """Write until the system refuses, in groups; go on when it does no more."""
    database = await open_database(path)
    limit_files(800_000)
    results = []
    for group in range(20):
        writes = [database.write(put(f"{group}-{number}")) for number in range(20)]
        results += await asyncio.gather(*writes, return_exceptions=True)
    limit_files(resource.RLIM_INFINITY)
    await database.write(put("again"))
    refused = sum(isinstance(result, StorageUnavailable) for result in results)
    found = await database.read(lambda db: db.execute("SELECT count(*) FROM state").fetchone()[0])
    say(results.count(1), refused, found)
    await database.close()


def limit_files(size):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def put(key):
    return lambda db: db.execute("INSERT INTO state VALUES (?, ?)", (key, "x" * 3000)).rowcount


VERBS = {verb.__name__: verb for verb in (take, pour, start, cramped, fill)}
if __name__ == "__main__":
    asyncio.run(VERBS[sys.argv[1]](Path(sys.argv[2])))
