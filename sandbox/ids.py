"""Ids of OpenAI's form: a prefix, then letters and digits, of which the first tell when it was
made, so that what was made in the same second has an order.
"""

import secrets
import string
import time

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in ASCII's order
TIME = 11  # digits of nanoseconds since 1970, until the year 3600


def new(prefix: str, length: int = 24) -> str:
    """`length` without the prefix, 20 or more: the rest is chance."""
    chance = (secrets.choice(DIGITS) for _ in range(length - TIME))
    return prefix + _digits(time.time_ns()) + "".join(chance)


def _digits(number: int) -> str:
    found = ""
    for _ in range(TIME):
        number, digit = divmod(number, len(DIGITS))
        found = DIGITS[digit] + found
    return found
