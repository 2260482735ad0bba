"""A fine-tune as it was prepared: kept as the work of its quote, until somebody confirms it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.openai.fine_tuning import JobRequest

PARLEY, NAME = "parley", "name"  # of the metadata that a job has
# As OpenAI chooses them:
# https://github.com/openai/openai-cookbook/blob/main/examples/Chat_finetuning_data_prep.ipynb
_USUAL, _FEWEST, _MOST, _LONGEST = 3, 100, 25_000, 25  # epochs; examples seen, least and most


class Data(msgspec.Struct, frozen=True):
    """A file of examples that was checked. It lies in the work's folder as `path` until the job is
    begun; `file` is its id where the provider has it already.
    """

    name: str
    path: str
    lines: int
    examples: int
    tokens: int
    file: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    method: str
    training: Data
    validation: Data | None = None
    hyperparameters: Mapping[str, int | float | str] = {}
    grader: Mapping[str, Any] | None = None
    suffix: str | None = None
    seed: int | None = None

    @property
    def name(self) -> str:
        """For people."""
        return self.suffix or self.training.name.rsplit(".", 1)[0]

    @property
    def epochs(self) -> int:
        """How often each example is seen; where the provider chooses, as it usually does."""
        asked = self.hyperparameters.get("n_epochs", "auto")
        if not isinstance(asked, str):
            return int(asked)
        examples = max(1, self.training.examples)
        if examples * _USUAL < _FEWEST:
            return min(_LONGEST, -(-_FEWEST // examples))
        return max(1, min(_USUAL, _MOST // examples))

    @property
    def chosen(self) -> bool:
        """The number of epochs is ours, not the provider's to choose."""
        return not isinstance(self.hyperparameters.get("n_epochs", "auto"), str)

    @property
    def trained(self) -> int:
        """Tokens, each as often as it is trained on."""
        return self.training.tokens * self.epochs

    def request(self, training: str, validation: str | None, delivery: str) -> JobRequest:
        """Of files at the provider, by their ids."""
        return JobRequest(
            model=self.model, training_file=training, validation_file=validation,
            method=self.method, hyperparameters=self.hyperparameters, grader=self.grader,
            suffix=self.suffix, seed=self.seed,
            metadata={PARLEY: delivery, NAME: self.name[:500]},
        )  # fmt: skip
