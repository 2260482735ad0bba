import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.openai import error_answers, errors

KINDS = errors.OpenAIError.__subclasses__() + errors.BadRequest.__subclasses__()


def answer(status, body, headers=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_answers.from_response(status, headers or {}, raw)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "m", "code": "context_length_exceeded"}}, errors.TooLong),
        (400, {"error": {"message": "m", "code": "content_filter"}}, errors.ContentRefused),
        (400, {"error": {"message": "m", "code": "400"}}, errors.BadRequest),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, errors.BadRequest),
        (404, {"detail": "Not Found"}, errors.NotFound),
        (409, {"error": None}, errors.ServerFailed),
        (408, b"", errors.TimedOut),
        (429, {"error": {"code": "project_spend_limit_exceeded"}}, errors.QuotaSpent),
        (429, {"error": "slow down"}, errors.RateLimited),
        (503, {"error": {"code": "slow_down"}}, errors.RateLimited),
        (500, b"Internal Server Error", errors.ServerFailed),
        (500, [1, 2], errors.ServerFailed),
        (302, b"", errors.Malformed),
    ],
)
def test_code_goes_before_status_and_every_shape_is_read(status, body, kind):
    assert type(answer(status, body)) is kind


def test_the_log_has_what_the_server_said_and_the_request_id():
    error = answer(500, {"error": {"message": "boom", "code": "x"}}, {"x-request-id": "req_9"})
    assert str(error) == "500 x, boom, request req_9"
    assert error.request_id == "req_9"


def test_a_plain_refusal_is_told_in_the_servers_words():
    error = answer(400, {"error": {"message": "`n` is at most 8."}})
    assert error.sentence.endswith("`n` is at most 8.")


def test_a_page_of_html_is_never_repeated():
    error = answer(400, b"<!DOCTYPE html><html><body>nginx secret</body></html>")
    assert "nginx" not in error.sentence + str(error)


@pytest.mark.parametrize(("status", "lost"), [(500, False), (429, False), (502, True), (504, True)])
def test_only_a_lost_answer_may_have_run(status, lost):
    assert answer(status, b"").may_have_run is lost


def test_an_error_in_a_stream_goes_by_code_then_number_then_type():
    def kind(**error):
        return type(error_answers.from_event(json.dumps({"error": error}).encode(), {}))

    assert kind(code="insufficient_quota", type="server_error") is errors.QuotaSpent
    assert kind(code=429, message="m") is errors.RateLimited
    assert kind(type="rate_limit_error") is errors.RateLimited
    assert kind(message="?") is errors.ServerFailed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_drawn_and_has_its_sentence(kind):
    assert f"─ {kind.__name__} " in errors.__doc__
    assert kind("cause").sentence.endswith(".")


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
names = st.sampled_from(["error", "message", "code", "type", "param", "detail"])


@settings(deadline=None, max_examples=50)
@given(st.integers(300, 599), st.binary() | st.dictionaries(names, shapes).map(json.dumps))
def test_nothing_that_a_server_writes_breaks_the_reading(status, body):
    raw = body if isinstance(body, bytes) else body.encode()
    for error in (error_answers.from_response(status, {}, raw), error_answers.from_event(raw, {})):
        assert error.sentence
        assert len(str(error)) < 1000
