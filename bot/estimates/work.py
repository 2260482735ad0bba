"""What some calls would take, and what that costs. Nothing is asked of anybody for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.openai.catalogue import Model
from bot.openai.usage import Usage
from bot.spending import prices
from bot.spending.bills import halved

_MILLION = 1_000_000
_MINUTE = 60  # seconds


@dataclass(frozen=True)
class Work:
    """One call, or all of a file. Tokens of a fine-tuning are as often as each is trained on."""

    capability: str
    model: Model
    tokens_in: int = 0
    tokens_out: int = 0
    pictures: int = 0
    quality: str = ""
    size: str = ""
    seconds: int = 0  # rounded up
    characters: int = 0
    requests: int = 1
    batch: bool = False

    def cost(self, times: int = 1) -> int | None:
        """Micro-dollars; None: the price is not known. Rounded once, and not each time."""
        found = self._cost(times)
        return halved(self.model, found) if self.batch and found is not None else found

    def _cost(self, times: int) -> int | None:
        if self.capability == "images":
            return self._painted(times)
        if self.capability == "speech":
            return self._spoken(times)
        if self.capability in {"transcription", "translation"}:
            return prices.of_sound(self.model, self.seconds * times)
        if self.capability == "fine_tuning":
            return prices.of_training(self.model, self.tokens_in * times)
        if self.model.prices is None:
            return None
        return prices.cost(self.model.prices, self.tokens_in * times, self.tokens_out * times)

    def _painted(self, times: int) -> int | None:
        each = prices.of_picture(self.model, self.quality or None, self.size or None)
        if each is None:
            return None
        read = prices.of_usage(self.model, Usage(prompt=self.tokens_in * times)) or 0
        return each * self.pictures * times + read

    def _spoken(self, times: int) -> int | None:
        model, characters = self.model, self.characters * times
        if model.million_characters is not None:
            return -(-characters * model.million_characters // _MILLION)
        if model.minute is None:
            return None
        read = prices.cost(model.prices, self.tokens_in * times, 0) if model.prices else 0
        return read + -(-model.minute * characters // (prices.SLOWEST * _MINUTE))


def total(works: Sequence[Work], times: int = 1) -> int | None:
    """None where the price of one of them is not known."""
    costs = [work.cost(times) for work in works]
    return None if None in costs else sum(filter(None, costs))
