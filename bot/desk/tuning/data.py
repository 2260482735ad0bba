"""A training file: brought here, and looked at line by line."""

import asyncio
from pathlib import Path

from bot.desk.files import moving
from bot.desk.jsonl.problems import Problem
from bot.desk.jsonl.training import TrainingReport, check_training
from bot.desk.tuning.plan import Data
from bot.errors import Refused
from bot.events import Attachment
from bot.openai.catalogue import Model
from bot.openai.files import LARGEST, File
from bot.parts import Card, Part
from bot.run import Run
from bot.services import Services

PURPOSE = "fine-tune"


class BadData(Refused):
    """With what is wrong, for who asked."""

    def __init__(self, name: str, report: TrainingReport) -> None:
        first = _said(report.problems[0])
        super().__init__(f"“{name}” cannot be trained on: {first[:1].lower()}{first[1:]}")
        self.parts = _parts(name, report)


class Bringing:
    """Into the folder of the work of this answer, under what it is for."""

    def __init__(self, services: Services, run: Run, folder: Path, what: str) -> None:
        self._services = services
        self._run = run
        self._folder = folder / what

    async def attached(self, attachment: Attachment) -> Data:
        path = await moving.save_attachment(self._run, attachment, self._folder, LARGEST)
        return Data(attachment.name, self._named(path), 0, 0, 0)

    async def known(self, id_: str) -> Data:
        """One that the provider has. Raises Refused, OpenAIError."""
        file = await self._file(id_)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        path = self._folder / "file.jsonl"
        await self._services.openai.files.save(file.id, path)
        return Data(file.filename or file.id, self._named(path), 0, 0, 0, file.id)

    def _named(self, path: Path) -> str:
        return f"{self._folder.name}/{path.name}"

    async def _file(self, id_: str) -> File:
        if id_.startswith(("ftjob", "batch", "ft:")):
            raise Refused(f"“{id_[:80]}” is no file: the ids of files begin with `file-`.")
        file = await self._services.openai.files.get(id_)
        if file.purpose not in {PURPOSE, ""}:
            raise Refused(f"“{file.filename or id_}” was uploaded for `{file.purpose}`, and "
                          f"training takes files for `{PURPOSE}`. Upload it anew.")  # fmt: skip
        if (file.bytes or 0) > LARGEST:
            raise Refused(f"“{file.filename or id_}” is larger than {LARGEST >> 20} MB.")
        return file


async def checked(data: Data, folder: Path, method: str, model: Model) -> Data:
    """With its counts. Raises BadData."""
    report = await check_training(folder / data.path, method, model)
    if report.problems:
        raise BadData(data.name, report)
    return Data(data.name, data.path, report.lines, report.examples, report.tokens, data.file)


def _parts(name: str, report: TrainingReport) -> list[Part]:
    told = [f"- {_said(problem)}" for problem in report.problems]
    if more := report.wrong - len(told):
        told.append(f"- and {more:,} more")
    fields = (("Lines", f"{report.lines:,}"), ("Good examples", f"{report.examples:,}"))
    title = f"{name}: {report.wrong:,} problem{'s' if report.wrong > 1 else ''}"
    return [Card(title[:150], "\n".join(told), fields, state="failed")]


def _said(problem: Problem) -> str:
    return f"Line {problem.line}: {problem.reason}" if problem.line else problem.reason
