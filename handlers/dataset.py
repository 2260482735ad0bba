"""Answers that people judged, as data to fine-tune with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from bot.commands import Command, Option
from bot.desk.dataset.consent import Consent
from bot.desk.dataset.examples import Collection, Examples, Format, lines, split
from bot.errors import Refused
from bot.events import Invocation, Value
from bot.parts import File, Reply, Status, Text
from bot.run import Run
from bot.services import Services

FEWEST = 10  # examples that OpenAI trains on
OFF = (
    "Collecting is **off** in this workspace: 👍 and 👎 are counted, and nothing is kept to learn "
    "from. `/dataset collect on` changes it."
)
ON = (
    "Collecting is **on** in this workspace: answers that get a 👍, and what people write after a "
    "👎, can be exported as training data, without personal data that Parley recognises. Everyone "
    "can stay out of it with `/dataset opt out`."
)
OUT = (
    "You are **out**: nothing that you asked or judged is in an export. `/dataset opt in` changes "
    "it."
)
IN = (
    "You are **in**: where the workspace collects, what you asked may be in an export once it was "
    "judged. `/dataset opt out` changes it, also for what was collected before."
)


def setup(services: Services) -> Iterable[Command]:
    dataset = Dataset(services, Consent(services.preferences))
    switch = Option("mode", "Switch it on or off", choices=("on", "off", "show"))
    yield Command("dataset collect", "Whether judged answers of this workspace are collected",
                  dataset.collect, (switch,), access="admin")  # fmt: skip
    stay = Option("mode", "Stay out, or come in again", choices=("out", "in", "show"))
    yield Command("dataset opt", "Whether your own words may be collected", dataset.opt, (stay,),
                  private=True)  # fmt: skip
    options = (
        Option("format", "supervised: good answers; dpo: corrected ones beside the first",
               choices=("supervised", "dpo")),
        Option("validation", "How many percent to validate by; else 10", int, minimum=0,
               maximum=50),
    )  # fmt: skip
    yield Command("dataset export", "What was collected, as files to fine-tune with",
                  dataset.export, options, access="admin", private=True)  # fmt: skip


@dataclass(frozen=True)
class Dataset:
    services: Services
    consent: Consent

    async def collect(self, run: Run) -> Reply:
        workspace, mode = run.event.place.payer, _values(run).get("mode", "show")
        if mode != "show":
            await self.consent.set(workspace, str(mode))
        if not await self.consent.agreed(workspace):
            yield Text(OFF)
            return
        number = len((await Examples(self.services).of(workspace)).examples)
        yield Text(f"{ON}\n\nUp to now that is {_count(number, 'example')}.")

    async def opt(self, run: Run) -> Reply:
        author, mode = run.event.author.id, _values(run).get("mode", "show")
        if mode != "show":
            await self.consent.set(author, str(mode))
        yield Text(OUT if await self.consent.out(author) else IN)

    async def export(self, run: Run) -> Reply:
        workspace, values = run.event.place.payer, _values(run)
        if not await self.consent.agreed(workspace):
            raise Refused("Collecting is off in this workspace, so there is nothing to export. "
                          "`/dataset collect on` switches it on.")  # fmt: skip
        yield Status("Reading what was collected…")
        form = cast("Format", values.get("format", "supervised"))
        found = await Examples(self.services).of(workspace)
        examples = [e for e in found.examples if e.worse or form == "supervised"]
        if not examples:
            raise Refused(f"There are no examples for `{form}` yet.{_left_out(found)}")
        training, validation = split(examples, int(str(values.get("validation", 10))) / 100)
        yield Text(_summary(len(training), len(validation), found))
        yield File("training.jsonl", lines(training, form), key="training")
        if validation:
            yield File("validation.jsonl", lines(validation, form), key="validation")


def _summary(training: int, validation: int, found: Collection) -> str:
    number = _count(training, "example")
    said = [f"{number} to train on, {validation:,} to validate by, for `/finetune create`."]
    if training < FEWEST:
        said.append(f"OpenAI trains on {FEWEST} at least.")
    said.append("E-mail addresses, phone and card numbers, ids and mentions are taken out. Names "
                "and addresses in words are not recognised: **read the files** before you upload "
                "them.")  # fmt: skip
    return "\n\n".join(said) + _left_out(found)


def _left_out(found: Collection) -> str:
    reasons = "; ".join(f"{number:,} {why}" for why, number in found.left_out.items())
    return f"\n\nLeft out: {reasons}." if reasons else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _values(run: Run) -> dict[str, Value]:
    return dict(run.event.values) if isinstance(run.event, Invocation) else {}
