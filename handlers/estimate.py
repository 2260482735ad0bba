"""/estimate: what a call, a month of calls or a file would cost, before anybody pays."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bot import twin
from bot.commands import Choice, Command, Option, Typing
from bot.estimates.asking import CAPABILITIES, EPOCHS, Asking
from bot.estimates.work import Work, total
from bot.events import Attachment, Invocation, Value
from bot.openai.catalogue import Catalogue
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.spending.money import dollars

SHOWN = 25  # suggestions (Discord's limit)
MOST = 1_000_000_000
_ENDPOINTS = ("chat/completions", "images/generations", "audio/speech", "audio/transcriptions",
              "embeddings")  # fmt: skip


def setup(services: Services) -> Iterable[Command]:
    models = partial(_models, services.catalogue)

    def count(name: str, help_: str, most: int = MOST) -> Option:
        return Option(name, help_, int, minimum=0, maximum=most)

    yield Command(
        "estimate",
        "What a call, a month of calls or a file would cost",
        partial(_estimate, Asking(services), services.settings.answer_tokens),
        (
            Option("text", "What would be sent", long=True),
            Option("file", "A text, a recording, or JSONL of a batch or fine-tuning", Attachment),
            Option("times", "How often, as in a month", int, minimum=1, maximum=MOST),
            Option("model", "By which model", suggest=models),
            Option("capability", "What it is for", choices=CAPABILITIES),
            count("tokens_in", "Tokens that are sent, instead of a text"),
            count("tokens_out", "Tokens of the answer"),
            count("pictures", "How many at once", 10_000),
            Option("size", "Of the pictures, 1024x1024"),
            Option("quality", "Of the pictures"),
            Option("minutes", "Of sound", float, minimum=0, maximum=1e6),
            count("characters", "That are spoken"),
            count("epochs", f"Of fine-tuning; {EPOCHS} if you do not say", 50),
            Option("batch", "In a batch", bool),
        ),
        private=True,
        aloud=True,
        tool=True,
    )


async def _estimate(asking: Asking, most: int, run: Run) -> Reply:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    works = await asking.works(run, values)
    times = int(str(values.get("times", 1)))
    yield Text("\n".join([*_told(works, times), *_remarks(works, values, most)]))


def _told(works: Sequence[Work], times: int) -> Iterable[str]:
    yield "**What it would cost**"
    for work in works:
        name = work.capability.replace("_", " ")
        how = " in a batch" if work.batch else ""
        yield f"- {name} by `{work.model.id}`{how}: {_units(work)}"
    yield f"- once: {_money(total(works))}"
    if times > 1:
        yield f"- {times:,} times: {_money(total(works, times))}"


def _units(work: Work) -> str:
    read = "tokens trained on" if work.capability == "fine_tuning" else "tokens in"
    units = (
        (work.requests if work.requests > 1 else 0, "requests"),
        (work.tokens_in, read),
        (work.tokens_out, "tokens out"),
        (work.pictures, f"pictures {work.quality} {work.size}".strip()),
        (work.characters, "characters"),
    )
    told = [f"{number:,} {unit}" for number, unit in units if number]
    if work.seconds:
        told.append(f"{work.seconds // 60}:{work.seconds % 60:02} minutes")
    return ", ".join(told) or "nothing"


def _money(cost: int | None) -> str:
    return "price not known" if cost is None else dollars(cost)


def _remarks(works: Sequence[Work], values: Mapping[str, Value], most: int) -> Iterable[str]:
    chats = any(work.capability == "chat" for work in works)
    if chats and "tokens_out" not in values:
        yield f"An answer is counted as the longest that Parley asks for, {most:,} tokens."
    unknown = dict.fromkeys(f"`{work.model.id}`" for work in works if work.cost() is None)
    if unknown:
        yield (
            f"The price of {', '.join(unknown)} is not known here. An admin can give it in "
            "PARLEY_CATALOGUE."
        )
    if any(work.model.id in twin.MODELS.values() for work in works):
        yield "What the sandbox answers costs nothing. `model` asks for the price of another."
    if not any(work.batch for work in works) and all(work.model.batch for work in works) and chats:
        yield "In a batch, answered within a day, it costs half."


async def _models(catalogue: Catalogue, typing: Typing) -> Sequence[Choice]:
    names = dict.fromkeys(name for endpoint in _ENDPOINTS for name in catalogue.serving(endpoint))
    return [Choice(name, name) for name in names if typing.text.lower() in name.lower()][:SHOWN]
