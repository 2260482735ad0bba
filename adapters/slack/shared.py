"""Files that were shared on Slack, and the messages that show them."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from slack_sdk.errors import SlackApiError

from adapters.slack import uploads
from adapters.slack.calls import Calls
from adapters.slack.web import Lost, error_code
from bot.errors import Undeliverable
from bot.events import Place

log = logging.getLogger(__name__)
# Seconds between looks whether Slack shows a file: it searches it for malware first.
WAITS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Shared:
    """`where` they are; `shown` hears the ts of each message that shows one."""

    def __init__(
        self, calls: Calls, where: Callable[[], Place], shown: Callable[[str], None]
    ) -> None:
        self._calls = calls
        self._where = where
        self._shown = shown
        self._posts: dict[str, str] = {}  # file -> ts

    def seen(self, file: str) -> bool:
        return file in self._posts

    async def standing(self, files: Iterable[str]) -> set[str]:
        """Those that an earlier attempt shared, and that are there still."""
        return await self._appear(files, new=False)

    async def appeared(self, files: Iterable[str]) -> set[str]:
        """Those that can be seen, some time after they were shared."""
        return await self._appear(files, new=True)

    async def remove(self, files: Collection[str], others: Iterable[str]) -> None:
        """A message that shows `others` too stays. Slack says in it that a file was deleted."""
        posts = {await self._post(file) for file in files} - {""}
        if posts:
            posts -= {await self._post(file) for file in others}
        for ts in posts:
            await self._erase("chat.delete", channel=self._where().channel, ts=ts)
        for file in files:
            await self._erase("files.delete", file=file)

    async def _appear(self, files: Iterable[str], *, new: bool) -> set[str]:
        waiting, seen = list(files), set[str]()
        for wait in (0.0, *WAITS):
            if not waiting:
                break
            await asyncio.sleep(wait)
            looks = {file: await self._look(file) for file in waiting}
            seen |= {file for file, look in looks.items() if look}
            waiting = [f for f, look in looks.items() if look == "" or (look is None and new)]
        return seen

    async def _look(self, file: str) -> str | None:
        """As `uploads.shared`."""
        try:
            ts = await uploads.shared(self._calls, file, self._where().channel)
        except SlackApiError as error:
            log.warning("cannot look whether a file is shown: %s", error_code(error))
            return "somewhere"  # rather than twice
        except Lost:
            return ""
        if ts:
            self._posts[file] = ts
            self._shown(ts)
        return ts

    async def _post(self, file: str) -> str:
        if file not in self._posts:
            try:
                self._posts[file] = (
                    await uploads.shared(self._calls, file, self._where().channel) or ""
                )
            except (SlackApiError, Undeliverable, Lost) as error:
                log.info("cannot look where a file is shown: %s", error)
        return self._posts.get(file, "")

    async def _erase(self, method: str, **what: str) -> None:
        try:
            await self._calls(method, **what)
        except SlackApiError as error:
            log.warning("cannot delete a file: %s", error_code(error))
        except (Undeliverable, Lost) as error:
            log.info("a file was not deleted: %s", error)
