"""The files, pictures and recordings of an answer: each stands once, with the newest content."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from slack_sdk.errors import SlackApiError

from adapters.slack import uploads
from adapters.slack.uploads import Unsent
from adapters.slack.web import Lost, error_code
from adapters.slack.workspace import Workspace
from bot.errors import Undeliverable
from bot.events import Place
from bot.parts import Media
from bot.ports import Delivery

log = logging.getLogger(__name__)
_KEY = "media:"
_ATTEMPTS = 3
# Seconds between looks whether Slack shows a file: it searches it for malware first.
WAITS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Shares:
    """Their keys hold a digest, so what has another content is another share. Their native id is
    the file's: written down before it is shared, so that Slack can be asked after a crash.

    `where` they go; `shown` hears the ts of each; `tell` says what is wrong with one.
    """

    def __init__(
        self,
        workspace: Workspace,
        delivery: Delivery,
        where: Callable[[], Place],
        shown: Callable[[str], None],
        tell: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._workspace = workspace
        self._calls = workspace.calls
        self._log = delivery.log
        self._where = where
        self._shown = shown
        self._tell = tell
        self._standing: dict[str, tuple[Media, str]] = {}

    async def show(self, media: Sequence[Media]) -> list[str]:
        """The keys under which they stand now."""
        return [await self._show(each) for each in media]

    async def remove_others(self, keys: Sequence[str]) -> None:
        for key in [key for key in self._log.known if key.startswith(_KEY) and key not in keys]:
            await self._remove(key)

    async def _show(self, media: Media) -> str:
        before, key = self._standing.get(media.key, (None, ""))
        if before == media:
            return key
        kind = f"{_KEY}{media.key}:"
        try:
            key = kind + await uploads.digest(media)
            if not await self._stands(key):
                await self._put(key, media)
            for other in [k for k in self._log.known if k.startswith(kind) and k != key]:
                await self._remove(other)
        except Unsent as error:
            log.warning("a file was not sent: %s", error.__cause__ or error)
            await self._tell(media.key, error.sentence)
        self._standing[media.key] = media, key
        return key

    async def _stands(self, key: str) -> bool:
        file = self._log.known.get(key)
        return bool(file) and await self._appears(str(file), new=False)

    async def _put(self, key: str, media: Media) -> None:
        """What broke off halfway is begun anew. A picture that Slack drops for its description,
        as happens (https://github.com/slackapi/python-slack-sdk/issues/1818), is sent without it.
        """
        alt = described = uploads.alternative(media) if self._workspace.describes else ""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                seen = await self._try(key, media, alt)
                if seen:
                    self._workspace.describes &= alt == described
                if seen or not alt:  # not yet: Slack takes its time
                    return
                await self._remove(key)
                alt = ""
            except Lost as error:
                log.warning("attempt %s to send “%s”: %s", attempt, uploads.name(media), error)
        raise Unsent(f"“{uploads.name(media)}” was not sent: Slack did not take it. Try again.")

    async def _try(self, key: str, media: Media, alt: str) -> bool:
        """Whether it can be seen. Raises Unsent, Lost."""
        file = await uploads.uploaded(self._calls, media, alt=alt)
        await self._log.landed(key, file)
        lost: Lost | None = None
        try:
            await uploads.share(self._calls, media, file, self._where(), described=bool(alt))
        except Lost as error:
            lost = error
        except Unsent:
            await self._remove(key)
            raise
        seen = await self._appears(file, new=True)
        if lost and not seen:
            await self._remove(key)
            raise lost
        return seen

    async def _appears(self, file: str, *, new: bool) -> bool:
        for wait in (0.0, *WAITS):
            await asyncio.sleep(wait)
            try:
                ts = await uploads.shared(self._calls, file, self._where().channel)
            except SlackApiError as error:
                log.warning("cannot look whether a file is shown: %s", error_code(error))
                return True  # rather than twice
            except Lost:
                continue
            if ts:
                self._shown(ts)
                return True
            if ts is None and not new:
                return False
        return False

    async def _remove(self, key: str) -> None:
        file, channel = str(self._log.known[key]), self._where().channel
        try:
            if ts := await uploads.shared(self._calls, file, channel):
                await self._calls("chat.delete", channel=channel, ts=ts)
            await self._calls("files.delete", file=file)
        except SlackApiError as error:
            log.warning("cannot delete a file: %s", error_code(error))
        except (Undeliverable, Lost) as error:
            log.info("a file was not deleted: %s", error)
        await self._log.removed(key)
