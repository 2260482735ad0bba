"""The sandbox as its users have it: a process, an address, a key."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

KEY = "sk-sandbox"


@contextmanager
def sandbox(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base URL. Closing its stdin ends it."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--exit-with-stdin", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process, process.stdout.readline().removeprefix("sandbox listening on ").strip()
        finally:
            process.stdin.close()
            process.wait(10)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with sandbox() as (_, url):
        yield url
