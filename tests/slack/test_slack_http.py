"""Slack's requests over real HTTP: signed, retried, and what is no request of Slack's."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from adapters.slack import web
from adapters.slack.connect import bolt, connect
from adapters.slack.door import Door
from adapters.slack.http import Requests
from adapters.slack.intake import Intake
from adapters.slack.teams import OneTeam
from bot.events import Invocation, Stop
from bot.http.server import Server
from bot.parts import Button, Buttons, Text
from bot.screen import Screen
from tests.fakes.parley import suggest_nothing
from tests.fakes.slack_http import SECRET, RequestUrl, encoded, signed
from tests.fakes.slack_web import BOT_TOKEN
from tests.slack.conftest import COMMANDS, ground, settings

HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET}
OLD = 5 * 60  # seconds; what is older is not taken
EVENT = {
    "type": "event_callback", "team_id": "T1", "event_id": "Ev1",
    "event": {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1",
              "ts": "1700000000.000100", "text": "hello"},
}  # fmt: skip
BODY, JSON = encoded("events_api", EVENT)


async def well():
    return {}


async def nobody(_event):
    raise AssertionError("nothing here is an event")


@asynccontextmanager
async def served(slack, **changed):
    """The adapter, mounted on the real server, and Slack's way to it."""
    server = Server("127.0.0.1", 0, well)
    adapter = connect(settings(slack, **(HTTP | changed)), ground(http=server.app))
    await server.start()
    slack.socket = RequestUrl(f"{server.address}/slack/events")
    try:
        yield adapter
    finally:
        await server.stop()
        await adapter.close()


@asynccontextmanager
async def running(adapter, inbox):
    task = asyncio.create_task(adapter.run(inbox.accept, suggest_nothing, COMMANDS))
    async with asyncio.timeout(10):
        while adapter.health != "ok" and not task.done():
            await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def adapter(slack):
    async with served(slack) as adapter:
        yield adapter


@pytest.fixture
async def taking(adapter, inbox):
    async with running(adapter, inbox) as task:
        yield task


async def acknowledged(envelope):
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()


async def test_a_mention_is_one_event_and_acknowledged(slack, taking, inbox):
    root = await slack.mention("hello")
    await inbox.arrived(2)
    [event] = inbox.events.values()
    assert (event.text, event.addressed, event.place.thread) == ("hello", True, root)


async def test_a_command_and_a_button_come_the_same_way(slack, adapter, taking, inbox, desk):
    await acknowledged(await slack.slash("parley", "usage me", by="bob"))
    async with desk.delivering(desk.delivery(await slack.mention("hello"))) as screen:
        screen.show(Text("Hello"))
        screen.show(Buttons((Button("Stop", "stop"),)))
    [post] = slack.posts()
    await slack.press("Stop", post=post.id)
    events = await inbox.first(3)
    assert isinstance(events[0], Invocation)
    assert isinstance(events[-1], Stop)


async def test_a_command_that_cannot_be_meant_is_answered_at_once(slack, taking):
    envelope = await slack.slash("parley", "usge me")
    await acknowledged(envelope)
    assert envelope.answer["text"] == "There is no command `/usge`. Did you mean `/usage`?"


async def test_the_answer_is_posted_by_the_bots_token(slack, adapter, taking, inbox, desk):
    root = await slack.mention("hello")
    screen = Screen()
    screen.show(Text("Hello"))
    screen.finish()
    await adapter.deliver(desk.delivery(root), screen)
    assert [post.text for post in slack.posts()] == ["Hello"]


async def test_an_event_is_written_down_before_it_is_acknowledged(slack, taking, inbox):
    inbox.gate.clear()
    envelope = await slack.other(slack._say("DADA", "hello", "ada", ""))
    await acknowledged(await slack.other({"type": "later"}))
    assert not envelope.acknowledged.is_set()
    inbox.gate.set()
    await acknowledged(envelope)


async def test_an_event_that_could_not_be_written_down_comes_again(slack, taking, inbox):
    inbox.broken = 2
    await slack.direct("hello")
    await inbox.first()
    await acknowledged(slack.socket.envelopes[-1])
    assert slack.socket.statuses == [503, 503, 200]


async def test_what_comes_again_is_taken_again_whatever_its_retry_header_says(slack, taking, inbox):
    headers = signed(BODY) | {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_timeout"}
    assert (await slack.socket.post(BODY, JSON, headers))[0] == 200
    assert (await slack.socket.post(BODY, JSON, headers))[0] == 200
    assert inbox.arrivals == 2
    assert len(inbox.events) == 1


async def test_what_parley_does_not_handle_is_acknowledged_and_not_sent_again(slack, taking, inbox):
    await acknowledged(await slack.other({"type": "reaction_added", "user": "U1"}))
    assert slack.socket.statuses == [200]
    assert not inbox.events


async def test_slack_verifies_the_address(slack, taking):
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()
    status, text = await slack.socket.post(body, JSON, signed(body))
    assert (status, json.loads(text)) == (200, {"challenge": "3eZbrw1a"})


async def test_slack_looks_at_the_certificate_without_a_signature(slack, taking, inbox):
    form = "application/x-www-form-urlencoded"
    assert (await slack.socket.post(b"ssl_check=1&token=x", form, {}))[0] == 200
    async with aiohttp.request("GET", slack.socket.url, params={"ssl_check": "1"}) as answer:
        assert answer.status == 200
    assert not inbox.events


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: signed(BODY, "another secret"),
        lambda: signed(BODY + b" "),
        lambda: signed(BODY, at=time.time() - OLD - 10),
        lambda: signed(BODY, at=time.time() + OLD + 10),
        lambda: signed(BODY) | {"X-Slack-Request-Timestamp": "soon"},
        lambda: signed(BODY) | {"X-Slack-Request-Timestamp": "9" * 5_000},
        lambda: signed(BODY) | {"X-Slack-Signature": "v0=ä"},
        lambda: signed(BODY) | {"X-Slack-Signature": "v0="},
    ],
    ids=["unsigned", "secret", "body", "old", "early", "no time", "long time", "odd", "empty"],
)
async def test_what_slack_did_not_sign_now_is_refused(slack, taking, inbox, headers):
    assert (await slack.socket.post(BODY, JSON, headers()))[0] == 401
    assert not inbox.events


async def test_clocks_may_differ_by_less_than_five_minutes(slack, taking, inbox):
    for at in (time.time() - OLD + 10, time.time() + OLD - 10):
        assert (await slack.socket.post(BODY, JSON, signed(BODY, at=at)))[0] == 200
    await inbox.arrived(2)


async def test_a_wrong_secret_is_said_once_a_minute_without_what_was_sent(slack, taking, caplog):
    for _ in range(3):
        await slack.socket.post(BODY, JSON, signed(BODY, "another secret"))
    [line] = [r.getMessage() for r in caplog.records if "SLACK_SIGNING_SECRET" in r.getMessage()]
    assert "clocks differ by 0 s" in line
    assert "hello" not in caplog.text


@pytest.mark.parametrize("body", [b"{", b"[]", b"payload=%7B", b"\xff", b"", b'{"team": 5}'])
async def test_what_is_no_payload_is_refused_and_breaks_nothing(slack, taking, inbox, body):
    status, _ = await slack.socket.post(body, JSON, signed(body) if body != b"\xff" else {})
    assert status in {200, 400, 401}
    assert not inbox.events


async def test_a_body_that_no_payload_has_is_refused(slack, taking):
    body = b" " * (1024 * 1024 + 1)
    assert (await slack.socket.post(body, JSON, signed(body)))[0] == 413


async def test_before_and_after_its_run_slack_is_told_to_come_again(slack, adapter, inbox):
    assert (await slack.socket.post(BODY, JSON, signed(BODY)))[0] == 503
    assert adapter.health != "ok"
    async with running(adapter, inbox):
        assert adapter.health == "ok"
    assert (await slack.socket.post(BODY, JSON, signed(BODY)))[0] == 503
    assert not inbox.events


async def test_what_is_being_written_down_when_run_ends_is_still_acknowledged(
    slack, adapter, inbox
):
    async with running(adapter, inbox):
        inbox.gate.clear()
        envelope = await slack.other(slack._say("DADA", "hello", "ada", ""))
        await acknowledged(await slack.other({"type": "later"}))
    inbox.gate.set()
    await acknowledged(envelope)
    assert len(inbox.events) == 1


async def test_two_replicas_behind_a_balancer_take_the_same_event_once(slack, inbox):
    async with served(slack) as one, running(one, inbox):
        first = slack.socket
        async with served(slack) as other, running(other, inbox):
            assert (await first.post(BODY, JSON, signed(BODY)))[0] == 200
            assert (await slack.socket.post(BODY, JSON, signed(BODY)))[0] == 200
        await first.aclose()
    assert inbox.arrivals == 2
    assert len(inbox.events) == 1


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
known = [
    "type", "event", "team", "user", "view", "enterprise", "authorizations", "ssl_check", "command",
    "team_id", "event_time", "payload", "is_enterprise_install", "tokens",
]  # fmt: skip


def test_no_signed_body_breaks_the_door():
    teams, intake = OneTeam(web.client(BOT_TOKEN, "")), Intake(nobody, nobody, COMMANDS)
    requests, app = Requests(SECRET), bolt(web.client(None, ""), Door(teams, intake))

    @given(st.dictionaries(st.sampled_from(known), wild) | wild, st.booleans())
    @hypothesis_settings(deadline=None, max_examples=50)
    def is_answered(body, form):
        raw, content_type = encoded("interactive" if form else "events_api", body)
        headers = signed(raw) | {"Content-Type": content_type}
        assert asyncio.run(requests._answer(app, raw, headers)).status in {200, 400}

    is_answered()
