"""The log of intentions, as an adapter sees it: the outbox, and what people read so far."""

from collections.abc import Mapping

from bot.ports import FIRST
from bot.run import Run
from bot.screen import Screen
from bot.storage.outbox import Outbox


class OutboxLog:
    """DeliveryLog of one delivery. What people are about to read is written down with the
    intention, so after a crash it is known. The first post needs no second write before it: that
    its event was accepted is the intention.
    """

    def __init__(
        self, outbox: Outbox, run: Run, screen: Screen, known: dict[str, str | None]
    ) -> None:
        self._outbox = outbox
        self._run = run
        self._screen = screen
        self._known = known
        if run.attempt > 1:
            known.setdefault(FIRST, None)

    @property
    def _shown(self) -> tuple[str, str]:
        return self._run.id, self._screen.text

    @property
    def known(self) -> Mapping[str, str | None]:
        return self._known

    async def intend(self, key: str) -> None:
        if key != FIRST or key in self._known:
            await self._outbox.intend(self._run.answers, key, self._shown)
        self._known.setdefault(key, None)

    async def landed(self, key: str, native_id: str) -> None:
        await self._outbox.landed(self._run.answers, key, native_id, self._shown)
        self._known[key] = native_id

    async def removed(self, key: str) -> None:
        await self._outbox.forget(self._run.answers, key)
        self._known.pop(key, None)
