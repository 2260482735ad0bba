"""The files, pictures and recordings of an answer: each stands once, with the newest content.
Pictures that come together are one message.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import groupby

from adapters.slack import naming, uploads
from adapters.slack.shared import Shared
from adapters.slack.uploads import Unsent
from adapters.slack.web import Lost
from adapters.slack.workspace import Workspace
from bot.events import Place
from bot.parts import Image, Media
from bot.ports import Delivery

log = logging.getLogger(__name__)
_KEY = "media:"
_ATTEMPTS = 3
_IN_ONE = 10  # pictures
Wanted = dict[str, Media]  # by their keys in the log


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
        self._tell = tell
        self._shared = Shared(workspace.calls, where, shown)
        self._standing: dict[str, tuple[Media, str]] = {}

    async def show(self, media: Sequence[Media]) -> list[str]:
        """The keys under which they stand now."""
        new = [each for each in media if self._standing.get(each.key, (None,))[0] != each]
        wanted = await self._wanted(new)
        there = await self._shared.standing(self._files(wanted))
        for group in _groups({k: m for k, m in wanted.items() if self._file(k) not in there}):
            await self._put(group)
        replaced = {_part(key) for key in wanted if key in self._log.known}
        await self._remove([k for k in self._ours if _part(k) in replaced and k not in wanted])
        return [self._standing[each.key][1] for each in media]

    async def remove_others(self, keys: Sequence[str]) -> None:
        await self._remove([key for key in self._ours if key not in keys])

    @property
    def _ours(self) -> list[str]:
        return [key for key in self._log.known if key.startswith(_KEY)]

    async def _wanted(self, media: Sequence[Media]) -> Wanted:
        wanted: Wanted = {}
        for each in media:
            key = f"{_KEY}{each.key}:"
            try:
                sent, digest = await uploads.looked_at(each)
                key += digest
                wanted[key] = sent
            except Unsent as error:
                await self._say(error, each)
            self._standing[each.key] = each, key
        return wanted

    async def _put(self, group: Wanted) -> None:
        """Pictures that Slack drops for their descriptions, as happens
        (https://github.com/slackapi/python-slack-sdk/issues/1818), are sent without.
        """
        described = self._workspace.describes and any(map(naming.alternative, group.values()))
        unseen = await self._send(group, described=described)
        if not (unseen and described):  # not yet: Slack takes its time
            return
        await self._remove(unseen)
        await self._send(unseen, described=False)
        if any(self._shared.seen(self._file(key)) for key in unseen):
            self._workspace.describes = False

    async def _send(self, group: Wanted, *, described: bool) -> Wanted:
        """Those that Slack took and does not show. What broke off halfway is begun anew, what
        cannot be sent is told.
        """
        for _ in range(_ATTEMPTS):
            try:
                return await self._try(group, described=described)
            except Unsent as error:
                await self._say(error, *group.values())
                break
            except Lost as error:
                log.warning("%s: %s", naming.names(*group.values()), error)
                group = {k: m for k, m in group.items() if not self._shared.seen(self._file(k))}
        else:
            for each in group.values():
                await self._say(Unsent("Slack did not take it. Try again.", each), each)
        await self._remove(group)
        return {}

    async def _try(self, group: Wanted, *, described: bool) -> Wanted:
        """As `_send`, once. Raises Unsent, Lost."""
        sent = {k: m for k, m in group.items() if await self._sent(k, m, described=described)}
        files = {self._file(key): each for key, each in sent.items()}
        lost: Lost | None = None
        try:
            if files:
                await uploads.share(self._calls, files, self._where(), described=described)
        except Lost as error:
            lost = error
        seen = await self._shared.appeared(files)
        unseen = {key: each for key, each in sent.items() if self._file(key) not in seen}
        if lost and unseen:
            await self._remove(unseen)
            raise lost
        return unseen

    async def _sent(self, key: str, media: Media, *, described: bool) -> bool:
        try:
            alt = naming.alternative(media) if described else ""
            await self._log.landed(key, await uploads.uploaded(self._calls, media, alt=alt))
        except Unsent as error:
            await self._say(error, media)
            return False
        return True

    async def _say(self, error: Unsent, *media: Media) -> None:
        log.warning("a file was not sent: %s", error.__cause__ or error)
        await self._tell(media[0].key, error.sentence)

    async def _remove(self, keys: Iterable[str]) -> None:
        """A message goes where no file of it stays."""
        gone = [key for key in keys if key in self._log.known]
        others = [key for key in self._ours if key not in gone]
        await self._shared.remove(self._files(gone), self._files(others))
        for key in gone:
            await self._log.removed(key)

    def _file(self, key: str) -> str:
        return self._log.known.get(key) or ""

    def _files(self, keys: Iterable[str]) -> list[str]:
        return [file for file in map(self._file, keys) if file]


def _groups(wanted: Wanted) -> list[Wanted]:
    """Pictures beside each other go together, all else alone."""
    groups: list[Wanted] = []
    for drawn, run in groupby(wanted.items(), lambda pair: isinstance(pair[1], Image)):
        each = list(run)
        size = _IN_ONE if drawn else 1
        groups += [dict(each[n : n + size]) for n in range(0, len(each), size)]
    return groups


def _part(key: str) -> str:
    """Of whatever content."""
    return key.rpartition(":")[0]
