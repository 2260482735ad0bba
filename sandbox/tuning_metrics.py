"""What `auto` comes to, and steps of training as OpenAI tells of them."""

from typing import Any

from sandbox.tuning_jobs import Job

HEAD = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
"""Of the table of results."""


def settled(job: Job, count: int) -> tuple[int, int, float]:
    """What `auto` comes to; few examples are looked at more often."""
    wished = job.hyperparameters
    if wished.n_epochs == "auto":
        wished.n_epochs = max(3, min(25, 400 // count))
    if wished.batch_size == "auto":
        wished.batch_size = max(1, min(16, count // 4))
    if wished.learning_rate_multiplier == "auto":
        wished.learning_rate_multiplier = 1.0
    rate = float(wished.learning_rate_multiplier)
    return int(wished.n_epochs), int(wished.batch_size), rate


def row(step: Any) -> str:
    valid = ",".join(f"{number:.5f}" for number in step.valid) if step.valid else ","
    return f"{step.number},{step.loss:.5f},{step.accuracy:.5f},{valid}"


def data(step: Any, total: int) -> dict[str, Any]:
    return {"total_steps": total} | metrics(step)


def metrics(step: Any) -> dict[str, Any]:
    found = {
        "step": step.number,
        "train_loss": round(step.loss, 5),
        "train_mean_token_accuracy": round(step.accuracy, 5),
    }
    if step.valid:
        loss, accuracy = step.valid
        found |= {"full_valid_loss": round(loss, 5), "full_valid_mean_token_accuracy": round(accuracy, 5)}  # fmt: skip  # noqa: E501
    return found
