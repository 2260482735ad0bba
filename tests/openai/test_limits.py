import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openai.limits import Bucket, Window, seconds, told


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ("20s", 20), ("6m0s", 360), ("5ms", 0.005), ("1h2m3.5s", 3723.5), ("0s", 0), ("1.5", 1.5),
        ("", None), ("soon", None), ("5 s", None), ("-1", None), ("nan", None), ("s", None),
        ("1s2", None),
    ],
)  # fmt: skip
def test_spans_of_time_are_read_as_servers_write_them(span, found):
    assert seconds(span) == found


@given(st.text(), st.text(), st.text())
def test_any_header_is_survived(limit, remaining, reset):
    headers = {
        "x-ratelimit-limit-tokens": limit,
        "x-ratelimit-remaining-tokens": remaining,
        "x-ratelimit-reset-tokens": reset,
    }
    bucket = told(headers, "tokens", 0.0)
    assert bucket is None or bucket.wait(10, 0.0) >= 0


def test_a_bucket_fills_up_evenly_until_its_reset():
    bucket = Bucket(limit=500, remaining=0, reset=60, now=100)
    assert bucket.wait(1, 100) == pytest.approx(0.12)
    assert bucket.wait(500, 100) == pytest.approx(60)
    assert bucket.wait(250, 130) == pytest.approx(0)
    bucket.take(250, 130)
    assert bucket.wait(1, 130) == pytest.approx(0.12)


def test_more_than_the_limit_waits_for_all_of_it():
    assert Bucket(limit=100, remaining=50, reset=30, now=0).wait(900, 0) == pytest.approx(30)
    window = Window(100, 60)
    assert window.wait(900, 0) == 0
    window.take(900, 0)
    assert window.wait(1, 0) > 59


def test_a_window_that_is_full_opens_when_its_first_is_old():
    window = Window(2, 60)
    window.take(1, 0)
    window.take(1, 30)
    assert window.wait(1, 30) == 31  # what came within one second counts as one
    assert window.wait(1, 61) == 0
    assert window.wait(2, 61) == 30


@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.floats(0, 30), st.integers(0, 60)), min_size=1, max_size=60),
)
def test_no_window_of_a_minute_ever_takes_more_than_its_limit(limit, arrivals):
    window, now, taken = Window(limit, 60), 1000.0, []
    for pause, amount in arrivals:
        now += pause
        while (wait := window.wait(amount, now)) > 0:
            now += max(wait, 0.001)
        window.take(amount, now)
        taken.append((now, min(amount, limit)))
    for end, _ in taken:
        assert sum(amount for at, amount in taken if end - 60 < at <= end) <= limit


def test_a_day_of_requests_takes_sixty_numbers():
    window = Window(10**9, 86_400)
    for second in range(0, 86_400, 60):
        window.take(1, second)
    assert len(window._taken) <= 61
