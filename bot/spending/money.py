"""Money is whole micro-dollars everywhere, $0.000001: adding them loses nothing."""

from decimal import Decimal

MICROS = 1_000_000  # in a dollar


def micros(amount: Decimal) -> int:
    """A setting in dollars; settings have at most six decimals, so nothing is rounded."""
    return int(amount * MICROS)


def dollars(amount: int) -> str:
    """`$0.05`, `$1,234.50`, `$0.000123`: at least cents, and no digit lost."""
    whole, rest = divmod(amount, MICROS)
    return f"${whole:,}.{f'{rest:06}'.rstrip('0'):0<2}"
