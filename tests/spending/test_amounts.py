import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.spending.amounts import read, said
from tests.spending.model import UNITS

AMOUNTS = st.integers(0, 10**12)


@given(st.sampled_from(["money", "tokens", "pictures", "requests"]), AMOUNTS)
def test_what_is_said_is_read_as_the_same(unit, amount):
    assert read(said(unit, amount)) == (unit, amount)


@given(AMOUNTS)
def test_minutes_are_kept_as_seconds(minutes):
    minutes //= 10**6
    assert read(said("seconds", minutes * 60)) == ("seconds", minutes * 60)


@pytest.mark.parametrize("unit", UNITS)
def test_no_limit_is_said_and_read(unit):
    assert read(said(unit, None)) == (unit, None)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$.50", 500_000),
        ("1.5m tokens", 1_500_000),
        ("90min", 5_400),
        ("1.5 min", 90),
        ("2K requests", 2_000),
        ("US$ 5", None),
        ("5 $", 5_000_000),
        ("1_000 images", 1_000),
    ],
)
def test_amounts_as_people_write_them(text, amount):
    if amount is None:
        with pytest.raises(Refused):
            read(text)
    else:
        assert read(text)[1] == amount


def lenient(text: str) -> int:
    try:
        return read(text)[1] or 0
    except Refused:
        return 0


@given(st.text(max_size=30))
def test_whatever_else_is_written_is_refused_at_worst(text):
    assert lenient(text) >= 0
