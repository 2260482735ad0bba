from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spending.money import dollars, micros


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "$0.00"), (50_000, "$0.05"), (123, "$0.000123"), (1_234_500_000, "$1,234.50")],
)
def test_money_is_said_in_cents_at_least_and_no_digit_is_lost(amount, said):
    assert dollars(amount) == said


@given(st.integers(0, 10**15))
def test_what_is_said_is_what_is_meant(amount):
    assert micros(Decimal(dollars(amount).strip("$").replace(",", ""))) == amount
