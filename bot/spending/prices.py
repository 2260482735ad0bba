"""What tokens cost. Prices are micro-dollars for a million tokens; every rounding is up."""

from bot.openai.catalogue import Prices

_MILLION = 1_000_000


def cost(prices: Prices, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> int:
    """In micro-dollars. `tokens_cached` is the part of `tokens_in` that the provider had cached."""
    cached_price = prices.input if prices.cached is None else prices.cached
    fresh = max(0, tokens_in - tokens_cached)
    total = fresh * prices.input + tokens_cached * cached_price + tokens_out * prices.output
    return -(-total // _MILLION)


def affordable(prices: Prices, tokens_in: int, room: int) -> int | None:
    """The most output tokens that cost at most `room` with the input; None: any number. Negative
    where the input alone costs more.
    """
    left = room * _MILLION - tokens_in * prices.input
    if left >= 0 and not prices.output:
        return None
    return left // prices.output if prices.output else -1
