"""Ids of jobs, files and models by what people call them, while they type."""

import time
from collections.abc import Awaitable, Callable, Sequence

from bot.commands import Choice, Typing
from bot.desk.tuning.data import PURPOSE
from bot.jobs.cards import told
from bot.openai.fine_tuning import Job
from bot.services import Services

_FRESH = 15.0  # seconds that a list is good for: it is asked for at each key
_AT_ONCE = 50
_LABEL, _SHOWN = 75, 25  # characters; choices

Pairs = Sequence[tuple[str, str]]  # what it is called, and what is meant


class Names:
    def __init__(
        self,
        services: Services,
        models: Sequence[str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._models = models
        self._now = now
        self._known: dict[str, tuple[float, Pairs]] = {}

    async def models(self, typing: Typing) -> Sequence[Choice]:
        """That can be tuned."""
        return _matching([(id_, id_) for id_ in self._models], typing.text)

    async def jobs(self, typing: Typing) -> Sequence[Choice]:
        return _matching(await self._fresh("jobs", self._jobs), typing.text)

    async def tuned(self, typing: Typing) -> Sequence[Choice]:
        """Models that came of jobs."""
        return _matching(await self._fresh("tuned", self._tuned), typing.text)

    async def files(self, typing: Typing) -> Sequence[Choice]:
        """To train on."""
        return _matching(await self._fresh("files", self._files), typing.text)

    async def _fresh(self, what: str, ask: Callable[[], Awaitable[Pairs]]) -> Pairs:
        at, pairs = self._known.get(what, (0.0, ()))
        if not at or self._now() - at > _FRESH:
            pairs = await ask()
            self._known[what] = (self._now(), pairs)
        return pairs

    async def _jobs(self) -> Pairs:
        jobs = await self._services.openai.fine_tuning.list(limit=_AT_ONCE)
        return [(f"{called(job)}, {told(job.status).lower()}", job.id) for job in jobs.data]

    async def _tuned(self) -> Pairs:
        jobs = await self._services.openai.fine_tuning.list(limit=_AT_ONCE)
        done = [(called(job), job.fine_tuned_model) for job in jobs.data]
        return [(name, model) for name, model in done if model]

    async def _files(self) -> Pairs:
        found = await self._services.openai.files.list(purpose=PURPOSE, limit=_AT_ONCE)
        return [(file.filename, file.id) for file in found.data]


def called(job: Job) -> str:
    return (job.metadata or {}).get("name") or job.fine_tuned_model or job.model


def _matching(pairs: Pairs, text: str) -> Sequence[Choice]:
    wanted = text.strip().casefold()
    found = [(name if name == id_ else f"{name} ({id_})", id_) for name, id_ in pairs]
    chosen = [Choice(label[:_LABEL], id_) for label, id_ in found if wanted in label.casefold()]
    # A platform keeps 75 characters of what is meant, so a longer name has to be typed.
    return [choice for choice in chosen if len(choice.value) <= _LABEL][:_SHOWN]
