"""What a model does of itself may cost so much; for more, the person is asked first."""

from bot.errors import Refused
from bot.spending.money import dollars
from bot.spending.quotes import Quote


class AsksFirst(Refused):
    """The person has to allow it. The sentence says why, after "because"."""


def ask_first(quote: Quote, most: int | None) -> None:
    """`most`: micro-dollars; None: nobody has to be asked. Raises AsksFirst."""
    if most is None:
        return
    if quote.prices is None:
        raise AsksFirst(f"nobody knows what {quote.model} costs")
    if (cost := quote.cost(quote.wanted, limited=True)) > most:
        raise AsksFirst(f"it may cost {dollars(cost)}")
