"""What tokens, pictures and sound cost. Prices are micro-dollars; every rounding is up. None: the
price is not known, which is never 0.
"""

from collections.abc import Mapping

import msgspec

from bot.openai.catalogue import Model, Prices
from bot.openai.catalogue_types import USUAL_TIERS
from bot.openai.usage import Usage

_MILLION = 1_000_000
_MINUTE = 60  # seconds
_USUAL = {"", "standard", *USUAL_TIERS}
SLOWEST = 10  # characters a second, of a voice that takes its time
_AREA = 1024 * 1024  # pixels that a picture has if nobody asks for another size


def cost(prices: Prices, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> int:
    """`tokens_cached` is the part of `tokens_in` that the provider had cached."""
    return _rounded(_total(prices, tokens_in, tokens_out, tokens_cached))


def in_tier(model: Model, tier: str) -> Model:
    """With the prices of a service tier; those of one that nobody knows are unknown."""
    if tier in _USUAL:
        return model
    return msgspec.structs.replace(model, prices=model.tiers.get(tier))


def dearest(model: Model, tokens_in: int, tokens_out: int, most: int) -> int | None:
    """Where the service tier is not known. `most`: what it can have cost, by its own tier."""
    if model.prices is None:
        return None
    tags = (model.prices, *model.tiers.values())
    found = max(cost(tag, tokens_in, tokens_out) for tag in tags)
    return min(found, most) if model.tiers else found


def of_usage(model: Model, usage: Usage) -> int | None:
    """Of tokens as the API counted them: text, pictures and sound each at its price."""
    if model.prices is None:
        return None
    pictures, sound = model.picture_tokens or model.prices, model.sound_tokens or model.prices
    text_in = max(0, usage.prompt - usage.picture_prompt - usage.sound_prompt)
    text_out = max(0, usage.completion - usage.picture_completion - usage.sound_completion)
    return _rounded(
        _total(model.prices, text_in, text_out, min(usage.cached, text_in))
        + _total(pictures, usage.picture_prompt, usage.picture_completion)
        + _total(sound, usage.sound_prompt, usage.sound_completion)
    )


def of_picture(model: Model, quality: str | None, size: str | None) -> int | None:
    """The most that one may cost, of this quality and size; None and "auto" leave the choice."""
    asked = quality or next(iter(model.choices.get("quality", ())), "")
    tables = [model.pictures[asked]] if asked in model.pictures else list(model.pictures.values())
    prices = [price for table in tables for price in _sizes(model, table, size)]
    return max(prices, default=None)


def of_speech(model: Model, text: str, tokens_in: int) -> int | None:
    if model.million_characters is not None:
        return _rounded(len(text) * model.million_characters)
    if model.minute is None:
        return None
    read = cost(model.prices, tokens_in, 0) if model.prices else 0
    return read + -(-model.minute * len(text) // (SLOWEST * _MINUTE))


def of_sound(model: Model, seconds: int) -> int | None:
    return None if model.minute is None else -(-model.minute * seconds // _MINUTE)


def of_training(model: Model, tokens: int) -> int | None:
    """`tokens`: each as often as it is trained on."""
    return None if model.training is None else _rounded(tokens * model.training)


def affordable(prices: Prices, tokens_in: int, room: int) -> int | None:
    """The most output tokens that cost at most `room` with the input; None: any number. Negative
    where the input alone costs more.
    """
    left = room * _MILLION - tokens_in * prices.input
    if left >= 0 and not prices.output:
        return None
    return left // prices.output if prices.output else -1


def _total(prices: Prices, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> int:
    """In millionths of a micro-dollar."""
    cached_price = prices.input if prices.cached is None else prices.cached
    fresh = max(0, tokens_in - tokens_cached)
    return fresh * prices.input + tokens_cached * cached_price + tokens_out * prices.output


def _rounded(total: int) -> int:
    return -(-total // _MILLION)


def _sizes(model: Model, table: Mapping[str, int], size: str | None) -> list[int]:
    """The prices that this size may have, by one quality's table."""
    if size is not None and size in table:
        return [table[size]]
    if size is None and "auto" not in model.choices.get("size", ()):
        return [price for name, price in table.items() if name == "1024x1024"]
    # A size that is not listed costs as a listed one does, by its pixels.
    more = max(_AREA, _pixels(size)) / _AREA
    return [-int(-price * more // 1) for price in table.values()]


def _pixels(size: str | None) -> int:
    width, _, height = (size or "").partition("x")
    return int(width) * int(height) if width.isdecimal() and height.isdecimal() else 0
