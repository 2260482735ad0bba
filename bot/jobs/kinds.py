"""What differs between the kinds of jobs that are watched."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from bot.desk.batching import ending
from bot.errors import Refused
from bot.jobs import cards, training
from bot.jobs.training import Training
from bot.openai.batches import Batch
from bot.parts import Card
from bot.services import Services
from bot.spending.door import OpenAI
from bot.storage.jobs import JobKind, Watched

Facts: TypeAlias = Training | Batch
_BUCKETS = 20  # news of one stretch of a job, at most


@dataclass(frozen=True)
class Kind:
    noun: str
    least: float  # seconds between two looks at first
    most: float  # and at last
    read: Callable[[bytes], Facts]
    look: Callable[[OpenAI, str, Facts | None], Awaitable[Facts]]
    card: Callable[..., Card]
    ended: Callable[[Services, Any, Watched], Any] | None  # what an end notice says beside


async def _trained(openai: OpenAI, id_: str, before: Facts | None) -> Facts:
    known = before if isinstance(before, Training) else None
    return await training.look(openai.fine_tuning, id_, known)


async def _batched(openai: OpenAI, id_: str, _before: Facts | None) -> Facts:
    return await openai.batches.get(id_)


KINDS: Mapping[JobKind, Kind] = {
    "fine_tune": Kind("fine-tuning job", 5, 120, msgspec.json.Decoder(Training).decode, _trained,
                      cards.fine_tune_card, None),
    "batch": Kind("batch", 30, 300, msgspec.json.Decoder(Batch).decode, _batched,
                  cards.batch_card, ending.ended),
}  # fmt: skip


def job_of(facts: Facts) -> Any:
    """As the provider told it."""
    return facts.job if isinstance(facts, Training) else facts


def news(facts: Facts) -> str:
    """What is worth a change of the card: the same text, the same card."""
    if isinstance(facts, Training):
        known = facts.progress
        # Without a total, at every doubling.
        bucket = facts.step.bit_length() if known is None else int(known * _BUCKETS)
        return f"{facts.status}:{bucket}"
    counts = facts.request_counts
    done = (counts.completed + counts.failed) / counts.total if counts and counts.total else 0
    return f"{facts.status}:{int(done * _BUCKETS)}"


def kind_of(id_: str) -> JobKind:
    """By what the ids of the provider look like. Raises Refused."""
    if id_.startswith("batch"):
        return "batch"
    if id_.startswith(("ftjob", "ft-")):
        return "fine_tune"
    raise Refused(wrong(id_))


def wrong(id_: str) -> str:
    meant = "a file" if id_.startswith("file-") else "a model" if ":" in id_ else ""
    what = f"is the id of {meant}" if meant else "is no id of a job"
    return f"“{id_[:80]}” {what}; those of jobs begin with `ftjob-` or `batch_`."
