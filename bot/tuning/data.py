"""A training file: brought here, and looked at line by line."""

from pathlib import Path

from bot.errors import Refused
from bot.events import Attachment
from bot.openai.catalogue import Model
from bot.openai.files import LARGEST, File
from bot.parts import Card, Part
from bot.parts import File as Shared
from bot.run import Run
from bot.services import Services
from bot.tuning import elsewhere
from bot.tuning.elsewhere import Problem, Report
from bot.tuning.plan import Data

PURPOSE = "fine-tune"
_TOLD = 15  # problems on a card; a file has all of them


class BadData(Refused):
    """With what is wrong, for who asked."""

    def __init__(self, name: str, report: Report) -> None:
        first = _said(report.problems[0])
        super().__init__(f"“{name}” cannot be trained on: {first[:1].lower()}{first[1:]}")
        self.parts = _parts(name, report)


class Bringing:
    """Into the folder of the work of this answer."""

    def __init__(self, services: Services, run: Run, folder: Path) -> None:
        self._services = services
        self._run = run
        self._folder = folder

    async def attached(self, attachment: Attachment) -> Data:
        path = await elsewhere.save_attachment(self._run, attachment, self._folder, LARGEST)
        return Data(attachment.name, path.name, 0, 0, 0)

    async def known(self, id_: str) -> Data:
        """One that the provider has. Raises Refused, OpenAIError."""
        file = await self._file(id_)
        path = self._folder / f"{file.id}.jsonl"
        await self._services.openai.files.save(file.id, path)
        return Data(file.filename or file.id, path.name, 0, 0, 0, file.id)

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
    report = await elsewhere.check_training(folder / data.path, method, model)
    if report.problems:
        raise BadData(data.name, report)
    return Data(data.name, data.path, report.lines, report.examples, report.tokens, data.file)


def _parts(name: str, report: Report) -> list[Part]:
    more = "at least " if report.too_many else ""
    number = len(report.problems)
    told = [_said(problem) for problem in report.problems]
    fields = (("Lines", f"{report.lines:,}"), ("Good examples", f"{report.examples:,}"))
    title = f"{name}: {more}{number:,} problem{'s' if number > 1 else ''}"
    shown = "\n".join(f"- {line}" for line in told[:_TOLD])
    if number > _TOLD:
        shown += f"\n- and {number - _TOLD:,} more, in the file"
    parts: list[Part] = [Card(title[:150], shown, fields, state="failed")]
    if number > _TOLD:
        parts.append(Shared("problems.txt", "\n".join(told).encode()))
    return parts


def _said(problem: Problem) -> str:
    return f"Line {problem.line}: {problem.reason}" if problem.line else problem.reason
