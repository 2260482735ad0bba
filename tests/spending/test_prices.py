from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.openai.catalogue import Prices
from bot.spending.prices import affordable, cost

TOKENS = st.integers(0, 2_000_000)
PRICES = st.builds(
    Prices,
    input=st.integers(0, 200_000_000),
    output=st.integers(0, 200_000_000),
    cached=st.none() | st.integers(0, 200_000_000),
)


def test_cached_input_has_its_own_price():
    prices = Prices(input=2_500_000, output=10_000_000, cached=1_250_000)
    assert cost(prices, 1_000, 100, tokens_cached=800) == 500 + 1_000 + 1_000


def test_cached_input_costs_what_input_costs_where_no_price_for_it_is_known():
    assert cost(Prices(input=1_000_000, output=0), 100, 0, tokens_cached=50) == 100


def test_a_part_of_a_micro_dollar_is_a_whole_one():
    assert cost(Prices(input=100_000, output=500_000), 1, 0) == 1


@given(PRICES, TOKENS, TOKENS, st.data())
def test_a_cost_is_rounded_up_by_less_than_one(prices, tokens_in, tokens_out, data):
    cached = data.draw(st.integers(0, tokens_in))
    price = prices.input if prices.cached is None else prices.cached
    exact = Fraction(
        (tokens_in - cached) * prices.input + cached * price + tokens_out * prices.output, 10**6
    )
    assert 0 <= cost(prices, tokens_in, tokens_out, cached) - exact < 1


@given(PRICES, TOKENS, st.integers(0, 10**9))
def test_affordable_output_fits_the_room_and_one_token_more_does_not(prices, tokens_in, room):
    most = affordable(prices, tokens_in, room)
    if most is None:
        assert cost(prices, tokens_in, 10**9) <= room
    elif most < 0:
        assert cost(prices, tokens_in, 0) > room
    else:
        assert cost(prices, tokens_in, most) <= room < cost(prices, tokens_in, most + 1)
