"""Amounts of budgets: as people write them, as they are told, as they are counted."""

import re
from decimal import Decimal, InvalidOperation

from bot.errors import Refused
from bot.spending.money import MICROS, dollars
from bot.storage.balances import Unit

NO_LIMIT = "unlimited"
MOST = 10**15  # of anything; a billion dollars
_WORDS: dict[Unit, tuple[str, ...]] = {
    "money": ("usd", "$", "dollar", "dollars", "us$"),
    "tokens": ("token", "tokens", "tok"),
    "pictures": ("picture", "pictures", "image", "images"),
    "seconds": ("minute", "minutes", "min", "mins"),
    "requests": ("request", "requests", "call", "calls"),
}
_UNITS: dict[str, Unit] = {word: unit for unit, words in _WORDS.items() for word in words}
_WHOLE: dict[Unit, str] = {"money": "Money has six decimals at most.",
                           "seconds": "Minutes are counted to the second."}  # fmt: skip
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_AMOUNT = re.compile(r"\s*(-?)\s*(\$?)\s*(-?[\d.,_]+)\s*([km]?)\s*([^\d\s]*)\s*", re.IGNORECASE)
_HOW = "Write `$5`, `5 USD`, `200k tokens`, `20 pictures`, `90 minutes` or `100 requests`."


def read(text: str) -> tuple[Unit, int | None]:
    """`200k tokens`; `unlimited tokens` is None of them. Raises Refused with what is allowed."""
    words = text.lower().split()
    if words[:1] == [NO_LIMIT]:
        return _unit(" ".join(words[1:]) or "usd"), None
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise Refused(f"“{text[:100]}” is no amount. {_HOW}")
    minus, sign, digits, times, word = match.groups()
    if _is_minutes(times, word):
        times, word = "", times + word
    unit = _unit(word or sign, text)
    amount = _number(digits, text) * _TIMES[times.lower()]
    if minus or amount < 0:
        raise Refused("A budget cannot be less than nothing; `0` allows nothing at all.")
    return unit, _counted(unit, amount)


def _is_minutes(times: str, word: str) -> bool:
    """Of `90min` the m belongs to the word."""
    return bool(times) and (times + word).lower() in _UNITS


def _unit(word: str, text: str = "") -> Unit:
    if not word:
        raise Refused(f"“{text.strip()}” of what? {_HOW}")
    if unit := _UNITS.get(word.lower()):
        return unit
    raise Refused(f"I count no “{word[:50]}”. {_HOW}")


def _number(digits: str, text: str) -> Decimal:
    """Commas and underscores part thousands, never cents."""
    if "," in digits and not re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", digits):
        raise Refused(f"“{text.strip()}” can be read in two ways; write cents after a point.")
    try:
        return Decimal(digits.replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise Refused(f"“{text.strip()[:100]}” is no amount. {_HOW}") from None


def _counted(unit: Unit, amount: Decimal) -> int:
    size = {"money": MICROS, "seconds": 60}.get(unit, 1)
    counted = amount * size
    if counted > MOST:
        raise Refused("That is more than I can count to. `unlimited` sets no limit.")
    if counted != int(counted):
        raise Refused(_WHOLE.get(unit, f"{unit.capitalize()} are counted whole."))
    return int(counted)


def said(unit: Unit, amount: int | None) -> str:
    """`$5.00`, `200,000 tokens`, `1 picture`, `1.5 minutes`."""
    if amount is None:
        return NO_LIMIT if unit == "money" else f"{NO_LIMIT} {_WORDS[unit][1]}"
    if unit == "money":
        return dollars(amount) if amount >= 0 else f"-{dollars(-amount)}"
    if unit == "seconds":
        return _time(amount)
    return f"{amount:,} {unit if amount != 1 else unit[:-1]}"


def _time(seconds: int) -> str:
    if 0 < abs(seconds) < 60:  # noqa: PLR2004  a minute
        return f"{seconds} seconds" if abs(seconds) != 1 else f"{seconds} second"
    minutes = f"{seconds / 60:,.1f}".removesuffix(".0")
    return f"{minutes} minute" if minutes == "1" else f"{minutes} minutes"
