"""Fine-tuning's stand-in: a network of words, trained by Adam on cross entropy, so that every loss
that is told was measured. It knows nothing that the examples do not say.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sandbox.engines.network import Example, Network, Numbers, measured

RATE = 0.02  # of learning, times the multiplier


class Plan(NamedTuple):
    epochs: int
    batch_size: int
    rate: float  # the multiplier
    seed: int


class Step(NamedTuple):
    number: int
    loss: float
    accuracy: float
    epoch_ended: bool
    valid: tuple[float, float] | None  # loss and accuracy, at the end of an epoch


class Adam:
    """Kingma and Ba, 2014, with their constants."""

    def __init__(self, weights: dict[str, Numbers], rate: float) -> None:
        self._weights = weights
        self._rate = rate
        self._mean = {name: np.zeros_like(w) for name, w in weights.items()}
        self._square = {name: np.zeros_like(w) for name, w in weights.items()}
        self._steps = 0

    def step(self, gradients: dict[str, Numbers]) -> None:
        self._steps += 1
        for name, gradient in gradients.items():
            self._mean[name] += 0.1 * (gradient - self._mean[name])
            self._square[name] += 0.001 * (gradient**2 - self._square[name])
            mean = self._mean[name] / (1 - 0.9**self._steps)
            square = self._square[name] / (1 - 0.999**self._steps)
            self._weights[name] -= (self._rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)


class Trainer:
    """Stateless; a class, since engines are loaded."""

    def fresh(self, examples: Sequence[Example], seed: int) -> Network:
        return Network.fresh(examples, seed)

    def train(
        self, network: Network, examples: Sequence[Example], valid: Sequence[Example], plan: Plan
    ) -> Iterator[Step]:
        random = np.random.default_rng(plan.seed)
        adam = Adam(network.weights, RATE * plan.rate)
        held = network.positions(valid) if valid else None
        number = 0
        for _ in range(plan.epochs):
            order = random.permutation(len(examples))
            for start in range(0, len(order), plan.batch_size):
                chosen = [examples[n] for n in order[start : start + plan.batch_size]]
                at = network.positions(chosen)
                hidden, odds = network.guess(at)
                adam.step(network.gradients(at, hidden, odds))
                number += 1
                ended = start + plan.batch_size >= len(order)
                tested = network.measure(held) if held and ended else None
                yield Step(number, *measured(at, odds), ended, tested)

    def load(self, path: Path) -> Network:
        return Network.load(path)
