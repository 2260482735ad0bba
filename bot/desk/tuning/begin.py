"""The job of a plan, created once: however often the button is pressed, and whatever is killed or
lost in between.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.desk.files import moving
from bot.desk.tuning.data import PURPOSE
from bot.desk.tuning.plan import PARLEY, Data, Plan
from bot.openai.errors import AnswerLost
from bot.openai.files import File
from bot.openai.fine_tuning import Job
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer

_PAGES, _AT_ONCE = 5, 100  # of a list that is looked through


@dataclass(frozen=True)
class Beginning:
    services: Services
    run: Run
    plan: Plan
    folder: Path

    async def job(self) -> str:
        """Its id. Raises Refused, OpenAIError."""
        return await self.run.once("job", self._created)

    async def _created(self) -> str:
        """A kill may have come between the call and its record, so the provider is asked first."""
        if found := await self._there():
            return found.id
        training = await self._uploaded("training", self.plan.training)
        validation = self.plan.validation
        judged = await self._uploaded("validation", validation) if validation else None
        request = self.plan.request(training, judged, self.run.answers)
        charged = self.services.openai.charged_to(Payer.of(self.run))
        try:
            return (await charged.fine_tune(request, self.plan.trained)).id
        except AnswerLost:
            if found := await self._there():
                return found.id
            raise

    async def _there(self) -> Job | None:
        """The job that has our mark, whether or not the server can look for marks."""
        jobs, mark, after = self.services.openai.fine_tuning, {PARLEY: self.run.answers}, None
        for _ in range(_PAGES):
            page = await jobs.list(metadata=mark, after=after, limit=_AT_ONCE)
            for job in page.data:
                if (job.metadata or {}).get(PARLEY) == self.run.answers:
                    return job
            if not (after := page.after):
                break
        return None

    async def _uploaded(self, step: str, data: Data) -> str:
        return data.file or await self.run.once(step, partial(self._up, data))

    async def _up(self, data: Data) -> str:
        """Files have no marks, so their name has it."""
        stem, _, suffix = data.name.rpartition(".")
        name = f"{stem or suffix}-{self.run.answers}.jsonl"
        if found := await self._file(name):
            return found.id
        try:
            file = await moving.upload(self.services, self.folder / data.path, name, PURPOSE)
        except AnswerLost:
            if found := await self._file(name):
                return found.id
            raise
        return file.id

    async def _file(self, name: str) -> File | None:
        files = self.services.openai.files
        page = await files.list(purpose=PURPOSE, limit=_AT_ONCE, order="desc")
        return next((file for file in page.data if file.filename == name), None)

    async def clear(self) -> None:
        """What was uploaded is not needed here any more."""
        for data in filter(None, (self.plan.training, self.plan.validation)):
            await asyncio.to_thread((self.folder / data.path).unlink, missing_ok=True)
