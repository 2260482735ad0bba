"""Parley as a process of its own, to be killed."""

import asyncio
import os
import resource
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTS_IN = 20.0  # seconds


class Parley:
    """`folder` outlives the process: its database, and a log over all lives."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.database = folder / "parley.db"
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PARLEY_CHAT_MODEL": "gpt-4o-mini",
            "PARLEY_HTTP_PORT": "0",
            "PARLEY_PAGE": "off",
            **environment,
        }
        self.address = ""  # of its HTTP server
        self._log = folder / "log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it says where it is; its platforms are being connected then."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run",
                cwd=self._folder, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        line = (await asyncio.wait_for(self._process.stdout.readline(), STARTS_IN)).decode()
        assert "Parley is at" in line, self._log.read_text()[-3000:]
        self.address = line.split()[-1].removesuffix("/healthz")

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def told_to_leave(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    @property
    def leaves(self) -> bool:
        """Whether it has heard that."""
        return self._log.read_text().rpartition(" bot.app: ")[2].startswith("leaving")

    async def gone(self) -> tuple[int, float]:
        """The exit status, and the seconds that it took from here."""
        began = time.monotonic()
        status = await asyncio.wait_for(self._process.wait(), 30)
        return status, time.monotonic() - began

    def fill_disk(self) -> None:
        """From now on no file grows beyond what the largest has."""
        largest = max(path.stat().st_size for path in self._folder.iterdir())
        self._limit_files(largest)

    def free_disk(self) -> None:
        self._limit_files(resource.RLIM_INFINITY)

    def _limit_files(self, size: int) -> None:
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, limits)
