from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.openai import retry
from bot.openai.errors import BadRequest, QuotaSpent, ServerFailed
from bot.openai.retry import Clock

NOW = 1_790_000_000.0
LATEST = Clock(wall=lambda: NOW, random=lambda: 1.0)
SOONEST = Clock(wall=lambda: NOW, random=lambda: 0.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "9"}, 9),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_what_a_server_asks_for(headers, seconds):
    assert retry.asked_for(headers, NOW) == seconds


def test_waits_double_and_are_spread():
    waits = [retry.wait(ServerFailed(""), attempt, LATEST) for attempt in (1, 2, 3, 4)]
    assert waits == [0.5, 1.0, 2.0, None]
    assert retry.wait(ServerFailed(""), 1, SOONEST) == 0.25


def test_a_wait_asked_for_is_kept_and_spread():
    error = ServerFailed("", headers={"retry-after": "5"})
    assert retry.wait(error, 1, SOONEST) >= 5
    assert retry.wait(error, 1, LATEST) > retry.wait(error, 1, SOONEST)


def test_spent_quota_is_not_tried_again_whatever_the_server_says():
    assert retry.wait(QuotaSpent("", headers={"x-should-retry": "true"}), 1, LATEST) is None


def test_x_should_retry_overrides():
    assert retry.wait(BadRequest("", headers={"x-should-retry": "true"}), 1, LATEST) is not None
    assert retry.wait(ServerFailed("", headers={"x-should-retry": "false"}), 1, LATEST) is None


@settings(deadline=None)
@given(st.text())
def test_any_header_is_survived(text):
    seconds = retry.asked_for({"retry-after": text, "retry-after-ms": text}, NOW)
    assert seconds is None or seconds >= 0
