"""What a batch or a fine-tuning job cost in the end."""

from bot.openai.batches import Batch
from bot.openai.catalogue import Catalogue
from bot.openai.fine_tuning import Job
from bot.spending import prices
from bot.spending.bills import Charge, halved
from bot.storage.ledger import Used


def charge(catalogue: Catalogue, job: Batch | Job) -> Charge | None:
    """None: what was held for it is the best that is known."""
    return _batch(catalogue, job) if isinstance(job, Batch) else _training(catalogue, job)


def _batch(catalogue: Catalogue, batch: Batch) -> Charge | None:
    if not (batch.request_counts and batch.request_counts.completed):
        return Charge(Used(), 0)
    if not batch.usage or not batch.model:
        return None
    model, usage = catalogue.model(batch.model), batch.usage
    cost = prices.of_usage(model, usage)
    used = Used(usage.prompt, usage.completion, usage.cached)
    return Charge(used, None if cost is None else halved(model, cost))


def _training(catalogue: Catalogue, job: Job) -> Charge | None:
    """One that failed costs nothing; one that was cancelled costs what was trained."""
    if job.status == "failed":
        return Charge(Used(), 0)
    if job.trained_tokens is None:
        return Charge(Used(), 0) if job.status == "cancelled" else None
    cost = prices.of_training(catalogue.model(job.model), job.trained_tokens)
    return Charge(Used(job.trained_tokens), cost)
