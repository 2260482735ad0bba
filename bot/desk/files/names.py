"""Ids suggested by what people call the things."""

from collections.abc import Iterable, Sequence

from bot.commands import Choice, Typing
from bot.lately import Lately
from bot.openai.batches import Batch
from bot.openai.files import File
from bot.services import Services

_LASTS = 5.0  # seconds
_SHOWN, _LABEL = 25, 75  # suggestions (Discord's limit), characters (Slack's)
_READ = 100  # of the newest


class Names:
    def __init__(self, services: Services) -> None:
        async def files() -> Sequence[File]:
            return (await services.openai.files.list(limit=_READ, order="desc")).data

        async def batches() -> Sequence[Batch]:
            return (await services.openai.batches.list(limit=_READ)).data

        self._files, self._batches = Lately(files, _LASTS), Lately(batches, _LASTS)

    def forget(self) -> None:
        self._files.forget()
        self._batches.forget()

    async def files(self, typing: Typing) -> Sequence[Choice]:
        return _like(typing, ((f.id, f.filename, f.purpose) for f in await self._files()))

    async def inputs(self, typing: Typing) -> Sequence[Choice]:
        """Of batches."""
        files = (f for f in await self._files() if f.purpose == "batch")
        return _like(typing, ((f.id, f.filename, f.purpose) for f in files))

    async def batches(self, typing: Typing) -> Sequence[Choice]:
        return _like(typing, ((b.id, name(b), b.status) for b in await self._batches()))


def name(batch: Batch) -> str:
    return (batch.metadata or {}).get("name") or batch.id


def _like(typing: Typing, known: Iterable[tuple[str, str, str]]) -> Sequence[Choice]:
    typed = typing.text.strip().casefold()
    found = [
        Choice(f"{name or id_} · {kind} · {id_[-8:]}"[-_LABEL:], id_) for id_, name, kind in known
        if typed in id_.casefold() or typed in name.casefold()
    ]  # fmt: skip
    return found[:_SHOWN]
