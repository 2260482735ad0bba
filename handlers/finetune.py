"""Fine-tuning: a model of one's own, from a file of examples to the channel that uses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bot import twin
from bot.commands import Command, Option
from bot.desk.tuning import options, quote
from bot.desk.tuning.begin import Beginning
from bot.desk.tuning.data import BadData, Bringing, checked
from bot.desk.tuning.names import Names
from bot.desk.tuning.plan import Data, Plan
from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation, Value
from bot.jobs.saying import Shown, known, shown
from bot.jobs.watch import Watch
from bot.parts import Notice, Part, Reply, Status, Withdraw
from bot.run import Run
from bot.services import Services


def setup(services: Services) -> Iterable[Command]:
    tuning = FineTuning(services)
    names = Names(services, tunable(services))
    yield Command(
        "finetune create",
        "Train a model on examples: checked first, and begun when you say so",
        tuning.created,
        (
            Option("model", "Which to begin with", required=True, suggest=names.models),
            Option("training", "The examples: a .jsonl file", Attachment),
            Option("training_id", "Or the id of a file that is there", suggest=names.files),
            Option("validation_id", "The id of a file to judge it by", suggest=names.files),
            *options.MORE,
        ),
        access="admin",
    )
    for name, help_, handler, form in (
        ("begin_tuning", "Upload, and start the job", tuning.begun, ()),
        ("tuning_settings", "How it is trained", tuning.settled, options.SETTINGS),
        ("discard_tuning", "Do not train", tuning.discarded, ()),
    ):
        yield Command(name, help_, handler, form, access="admin", button=True)


def tunable(services: Services) -> list[str]:
    """The sandbox has its own model alone, and nobody else has that."""
    own = twin.MODELS["jobs"]
    if services.settings.sandboxed("jobs"):
        return [own]
    return [id_ for id_ in services.catalogue.tunable() if id_ != own]


@dataclass(frozen=True)
class FineTuning:
    services: Services

    async def created(self, run: Run) -> Reply:
        values = _values(run)
        yield Status("Reading the examples…")
        try:
            plan = await self._plan(run, values)
        except BadData as bad:
            for part in bad.parts:
                yield part
            return
        for part in await self._quoted(run, plan):
            yield part

    async def _plan(self, run: Run, values: dict[str, Any]) -> Plan:
        """Raises BadData, Refused, OpenAIError."""
        model = str(values["model"]).strip()
        method = options.method_of(self.services.catalogue, model, values.get("method", ""))
        judge = options.grader(str(values.get("grader", "")), method)
        suffix = options.suffix(str(values.get("suffix", "")).strip())
        numbers = options.numbers(values, method)
        folder = await self.services.works.folder(run.answers)
        training = await self._data(run, folder, values, "training")
        if training is None:
            raise Refused("There is nothing to train on. Attach a `.jsonl` file with an example on "
                          "each line, or give `training_id`.")  # fmt: skip
        validation = await self._data(run, folder, values, "validation")
        plan = Plan(
            model=model, method=method, training=training, validation=validation, grader=judge,
            hyperparameters=numbers, seed=values.get("seed"),
            suffix=suffix,
        )  # fmt: skip
        return await self._checked(plan, folder)

    async def _data(self, run: Run, folder: Path, values: dict[str, Any], what: str) -> Data | None:
        bringing = Bringing(self.services, run, folder, what)
        if isinstance(attachment := values.get(what), Attachment):
            return await bringing.attached(attachment)
        id_ = str(values.get(f"{what}_id", "")).strip()
        return await bringing.known(id_) if id_ else None

    async def _checked(self, plan: Plan, folder: Path) -> Plan:
        model = self.services.catalogue.model(plan.model)
        training = await checked(plan.training, folder, plan.method, model)
        judged = plan.validation
        validation = await checked(judged, folder, plan.method, model) if judged else None
        return msgspec.structs.replace(plan, training=training, validation=validation)

    async def _quoted(self, run: Run, plan: Plan) -> list[Part]:
        await self.services.works.keep(run, plan)
        model = self.services.catalogue.model(plan.model)
        free = self.services.settings.sandboxed("jobs")
        return [quote.quote(plan, model, free=free), quote.BUTTONS]

    async def settled(self, run: Run) -> Reply:
        """The form of the quote."""
        plan = await self._prepared(run)
        yield Status("Reading the examples…")
        try:
            changed = await self._changed(run, plan, _values(run))
        except ParleyError as error:
            changed = plan
            yield Notice(error.sentence)
        for part in await self._quoted(run, changed):
            yield part

    async def _changed(self, run: Run, plan: Plan, values: dict[str, Value]) -> Plan:
        method = options.method_of(self.services.catalogue, plan.model, str(values["method"]))
        if method == "reinforcement" and not plan.grader:
            raise Refused("`reinforcement` needs a `grader`: give it to `/finetune create`.")
        changed = msgspec.structs.replace(
            plan, method=method, hyperparameters=options.numbers(values, method)
        )
        same = method == plan.method
        return changed if same else await self._checked(changed, await self._folder(run))

    async def begun(self, run: Run) -> Reply:
        """Every step of it may be cut by a kill, and is done once all the same."""
        if done := await self.services.works.of(run.answers, Shown):
            id_ = done.job
        else:
            plan = await self._prepared(run)
            yield Status("Uploading the examples…")
            try:
                id_ = await self._begin(run, plan)
            except ParleyError as error:  # it may be tried again
                for part in (Notice(error.sentence), *await self._quoted(run, plan)):
                    yield part
                return
        for part in await shown(self.services, *await known(self.services, id_)):
            yield part

    async def _begin(self, run: Run, plan: Plan) -> str:
        beginning = Beginning(self.services, run, plan, await self._folder(run))
        id_ = await beginning.job()
        await Watch(self.services).watch("fine_tune", id_, run=run, name=plan.name)
        await self.services.works.keep(run, Shown(id_))
        await beginning.clear()
        return id_

    async def discarded(self, run: Run) -> Reply:
        await self._prepared(run)
        yield Withdraw()
        await self.services.works.forget(run.answers)

    async def _prepared(self, run: Run) -> Plan:
        if plan := await self.services.works.of(run.answers, Plan):
            return plan
        raise Refused("Parley no longer has what was prepared here, or it has begun already. "
                      "`/finetune create` prepares it anew.")  # fmt: skip

    async def _folder(self, run: Run) -> Path:
        return await self.services.works.folder(run.answers)


def _values(run: Run) -> dict[str, Value]:
    return dict(run.event.values) if isinstance(run.event, Invocation) else {}
