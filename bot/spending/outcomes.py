"""How an attempt ended, as it is booked."""

from bot.openai.catalogue import Prices
from bot.spending.prices import cost
from bot.storage.ledger import Outcome

NOTHING = Outcome("released")


def used(  # noqa: PLR0913  a booking has this many facts
    prices: Prices | None,
    reserved: int,
    tokens_in: int,
    tokens_out: int,
    tokens_cached: int = 0,
    *,
    estimated: bool = False,
    request_id: str = "",
) -> Outcome:
    """Without prices what was reserved, the operator's ceiling, is taken to be the cost; without
    that too the cost is unknown, which is never 0.
    """
    if prices:
        amount: int | None = cost(prices, tokens_in, tokens_out, tokens_cached)
    else:
        amount = reserved or None
        estimated = estimated or amount is not None
    return Outcome("settled", tokens_in, tokens_out, tokens_cached, amount, estimated, request_id)
