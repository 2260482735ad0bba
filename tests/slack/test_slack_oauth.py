"""Many workspaces: installed in a browser, kept in State, renewed, removed."""

import asyncio
import time
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import aiohttp
import msgspec
import pytest

from adapters.slack import rotation
from adapters.slack.connect import connect
from adapters.slack.installations import Installations, Installed
from adapters.slack.manifest import SCOPES
from adapters.slack.web import Lost
from bot.errors import Undeliverable
from bot.events import Author, Place
from bot.http.server import Server
from bot.parts import Text
from bot.ports import Delivery
from bot.screen import Screen
from tests.fakes.parley import suggest_nothing
from tests.fakes.slack_http import SECRET, RequestUrl
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET, LASTS, Tenant
from tests.fakes.state import MemoryState
from tests.slack.conftest import COMMANDS, Log, ground, settings

OAUTH = {
    "SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET,
}  # fmt: skip
ROW = "slack/installation/"


async def well():
    return {}


class Replica:
    """One process: its adapter and its server."""

    def __init__(self, slack, state, **changed):
        self.server = Server("127.0.0.1", 0, well)
        self.state = state
        self.adapter = connect(settings(slack, **(OAUTH | changed)), ground(state, self.server.app))

    @asynccontextmanager
    async def running(self, inbox):
        await self.server.start()
        task = asyncio.create_task(self.adapter.run(inbox.accept, suggest_nothing, COMMANDS))
        try:
            async with asyncio.timeout(10):
                while self.adapter.health != "ok" and not task.done():
                    await asyncio.sleep(0)
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.server.stop()
            await self.adapter.close()

    async def get(self, path, cookie="", **query):
        """Status, text, and headers of what a browser gets."""
        headers = {"Cookie": cookie} if cookie else {}
        async with aiohttp.request(
            "GET", self.server.address + path, params=query, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text(), answer.headers

    async def begin(self):
        """From /slack/install: the address at Slack, and the cookie."""
        status, _, headers = await self.get("/slack/install")
        assert status == 302
        return headers["Location"], headers["Set-Cookie"].split(";")[0]

    async def install(self, slack, id_="T2", *, organisation=False, at=None):
        """All the way, as a person does it; `at`: the replica where the browser comes back."""
        slack.app.tenant = Tenant(id_, organisation)
        there, cookie = await self.begin()
        async with aiohttp.request("GET", there, allow_redirects=False) as allowed:
            back = parse_qs(urlsplit(allowed.headers["Location"]).query)
        return await (at or self).get(
            "/slack/oauth_redirect", cookie, code=back["code"][0], state=back["state"][0]
        )

    async def says(self, team, channel="C1"):
        """An answer of one word in this workspace's channel."""
        screen = Screen()
        screen.show(Text("Hello"))
        screen.finish()
        await self.adapter.deliver(
            Delivery("delivery0001", "nonce0000001", Place("slack", team, channel, ""),
                     Author(f"slack:{team}:UADA"), False, "", "", Log()), screen
        )  # fmt: skip

    def change(self, id_, **fields):
        """What is kept of an installation; this process reads it anew."""
        row = msgspec.json.decode(self.state.rows[ROW + id_], type=Installed)
        row = msgspec.structs.replace(row, **fields)
        self.state.rows[ROW + id_] = msgspec.json.encode(row).decode()
        self.adapter.teams._read.clear()


@pytest.fixture
def state():
    return MemoryState()


@pytest.fixture
async def replica(slack, state, inbox):
    slack.app.tokens.clear()
    async with Replica(slack, state).running(inbox) as replica:
        slack.socket = RequestUrl(f"{replica.server.address}/slack/events")
        yield replica


def happened(event, team="T2", **fields):
    return {
        "type": "event_callback", "team_id": team, "api_app_id": "A1", "event": event,
        "event_id": "Ev1", "event_time": int(time.time()),
        "authorizations": [{"team_id": team, "enterprise_id": None, "is_bot": True,
                            "is_enterprise_install": False}],
    } | fields  # fmt: skip


def said(text="hello", ts="1700000000.000100"):
    return {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": ts,
            "text": text}  # fmt: skip


async def tell(slack, payload):
    envelope = await slack.socket.send("events_api", payload)
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()


# Installing


async def test_the_browser_goes_to_slack_with_all_scopes_and_a_state(slack, replica):
    there, cookie = await replica.begin()
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{slack.url}/oauth/v2/authorize?")
    assert asked["client_id"] == [CLIENT_ID]
    assert set(asked["scope"][0].split(",")) == set(SCOPES)
    assert cookie.endswith(asked["state"][0])


async def test_after_it_parley_hears_and_answers_there_by_the_new_token(slack, replica, inbox):
    status, page, _ = await replica.install(slack, "T2")
    assert status == 200
    assert "Team T2" in page
    await tell(slack, happened(said()))
    [event] = await inbox.first()
    assert event.place.workspace == "T2"
    await replica.says("T2")
    assert ("chat.postMessage", "T2") in slack.app.used


async def test_each_workspace_knows_parley_by_its_own_user_id(slack, replica, inbox):
    for team in ("T2", "T3"):
        await replica.install(slack, team)
        mention = said(f"<@UPARLEY{team}> hello") | {"channel": "C1", "channel_type": "channel"}
        await tell(slack, happened(mention, team))
    assert [(event.text, event.addressed) for event in await inbox.first(2)] == [
        ("hello", True),
        ("hello", True),
    ]


async def test_another_replica_takes_the_browser_back_and_knows_the_workspace(
    slack, replica, state, inbox
):
    async with Replica(slack, state).running(inbox) as other:
        assert (await replica.install(slack, "T2", at=other))[0] == 200
        await replica.says("T2")


async def test_the_address_to_come_back_to_is_the_public_one(slack, state, inbox):
    replica = Replica(slack, state, SLACK_PUBLIC_URL="https://parley.example.org/")
    async with replica.running(inbox):
        there, _ = await replica.begin()
    back = parse_qs(urlsplit(there).query)["redirect_uri"]
    assert back == ["https://parley.example.org/slack/oauth_redirect"]


async def test_what_a_stranger_adds_to_the_link_is_not_passed_on(replica):
    _, _, headers = await replica.get("/slack/install", team="T1&scope=admin")
    assert "admin" not in headers["Location"]


async def test_a_state_is_good_once(slack, replica, state):
    there, cookie = await replica.begin()
    sent = parse_qs(urlsplit(there).query)["state"][0]
    first, second = slack.app.allowed(), slack.app.allowed()
    assert (await replica.get("/slack/oauth_redirect", cookie, code=first, state=sent))[0] == 200
    state.rows.pop(ROW + "T1")
    status, page, _ = await replica.get("/slack/oauth_redirect", cookie, code=second, state=sent)
    assert status == 401
    assert "used before" in page
    assert ROW + "T1" not in state.rows


async def test_a_state_is_good_for_ten_minutes(slack, replica, state):
    there, cookie = await replica.begin()
    sent = parse_qs(urlsplit(there).query)["state"][0]
    key = f"slack/oauth/{sent}"
    assert 595 < float(state.rows[key]) - time.time() <= 600
    state.rows[key] = str(time.time() - 1)
    code = slack.app.allowed()
    status, page, _ = await replica.get("/slack/oauth_redirect", cookie, code=code, state=sent)
    assert (status, "ten minutes" in page) == (401, True)


async def test_old_states_do_not_pile_up(replica, state):
    await replica.begin()
    [key] = [key for key in state.rows if key.startswith("slack/oauth/")]
    state.rows[key] = "1.0"
    await replica.begin()
    assert len([key for key in state.rows if key.startswith("slack/oauth/")]) == 1
    assert key not in state.rows


async def test_only_the_browser_that_began_can_end_it(slack, replica, state):
    there, _ = await replica.begin()
    sent = parse_qs(urlsplit(there).query)["state"][0]
    status, page, _ = await replica.get(
        "/slack/oauth_redirect", code=slack.app.allowed(), state=sent
    )
    assert (status, "in this browser" in page) == (400, True)
    assert not [key for key in state.rows if key.startswith(ROW)]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"error": "access_denied"}, "You did not allow it"),
        ({"error": "<script>"}, "Slack says: &lt;script&gt;."),
        ({}, "did not begin this"),
    ],
)
async def test_what_fails_is_said_on_a_page(replica, query, sentence):
    _, page, headers = await replica.get("/slack/oauth_redirect", **query)
    assert sentence in page
    assert "<script>" not in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        ("invalid_code", 401, "did not hand out a token"),
        ("html", 502, "start again in a minute"),
    ],
)
async def test_a_code_that_slack_refuses_installs_nothing_and_is_not_logged(  # noqa: PLR0917
    slack, replica, caplog, fault, status, sentence
):
    slack.refuse("oauth.v2.access", fault)
    told, page, _ = await replica.install(slack)
    assert (told, sentence in page) == (status, True)
    assert not [key for key in replica.state.rows if key.startswith(ROW)]
    assert "code-1" not in caplog.text


# Where it is not installed


async def test_what_comes_from_elsewhere_is_acknowledged_and_dropped(slack, replica, inbox):
    await tell(slack, happened(said(), "T9"))
    assert not inbox.events


async def test_nothing_is_answered_where_parley_is_not_installed(replica):
    with pytest.raises(Undeliverable, match="not installed in T9"):
        await replica.says("T9")


async def test_in_a_channel_shared_with_another_company_our_side_counts(slack, replica, inbox):
    await replica.install(slack, "T2")
    await tell(slack, happened(said(), "T2") | {"team_id": "TOTHER"})
    [event] = await inbox.first()
    assert event.place.workspace == "T2"


# An organisation


async def test_an_organisation_installs_it_for_all_its_workspaces(slack, replica, state, inbox):
    await replica.install(slack, "E1", organisation=True)
    there = [{"team_id": "T5", "enterprise_id": "E1", "is_enterprise_install": True}]
    await tell(slack, happened(said(), "T5", authorizations=there))
    [event] = await inbox.first()
    assert event.place.workspace == "T5"
    async with Replica(slack, state).running(inbox) as after_a_restart:
        await after_a_restart.says("T5")
    assert slack.app.used[-1] == ("chat.postMessage", "E1")
    slack.app.revoke("E1")
    gone = {"type": "app_uninstalled"}
    await tell(slack, happened(gone, "T5", authorizations=there))
    assert not [key for key in state.rows if key.startswith("slack/")]


# Removing


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UPARLEYT2"]}},
    ],
)
async def test_removed_parley_forgets_the_token_and_answers_no_more(
    slack, replica, state, inbox, event
):
    await replica.install(slack, "T2")
    await replica.says("T2")
    slack.app.revoke("T2")
    await tell(slack, happened(event))
    assert not [key for key in state.rows if key.startswith("slack/")]
    await tell(slack, happened(said()))
    assert not inbox.events
    with pytest.raises(Undeliverable):
        await replica.says("T2")


async def test_a_persons_revoked_token_is_not_parleys(slack, replica, state):
    await replica.install(slack, "T2")
    await tell(slack, happened({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}))
    await replica.says("T2")


async def test_news_of_a_removal_that_come_after_the_next_installation_change_nothing(
    slack, replica
):
    await replica.install(slack, "T2")
    late = happened({"type": "app_uninstalled"}) | {"event_time": int(time.time()) - 60}
    await tell(slack, late)
    await replica.says("T2")


async def test_a_removal_counts_whatever_the_clocks_say(slack, replica, state):
    await replica.install(slack, "T2")
    slack.app.revoke("T2")
    await tell(slack, happened({"type": "app_uninstalled"}) | {"event_time": 1})
    assert ROW + "T2" not in state.rows


async def test_a_removal_that_cannot_be_kept_comes_again(slack, replica, state):
    await replica.install(slack, "T2")
    slack.app.revoke("T2")
    deleting, state.delete = state.delete, None  # a broken disk
    envelope = await slack.socket.send("events_api", happened({"type": "app_uninstalled"}))
    async with asyncio.timeout(10):
        while not slack.socket.statuses:
            await asyncio.sleep(0)
    state.delete = deleting
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()
    assert slack.socket.statuses[0] == 500
    assert ROW + "T2" not in state.rows


async def test_a_revoked_token_ends_answers_there_and_nowhere_else(slack, replica, caplog):
    await replica.install(slack, "T2")
    await replica.install(slack, "T3")
    slack.app.revoke("T2", "account_inactive")
    with pytest.raises(Undeliverable, match="account_inactive"):
        await replica.says("T2")
    await replica.says("T3")
    assert "in T2: Parley was removed from this workspace" in caplog.text
    assert replica.adapter.health == "ok"


async def test_a_token_that_was_replaced_in_the_middle_of_an_answer_is_not_its_end(
    slack, replica, state, inbox
):
    await replica.install(slack, "T2")
    await replica.says("T2")
    old = replica.adapter.teams._known["T2"].web.token
    slack.app.revoke("T2")
    async with Replica(slack, state).running(inbox) as other:
        await other.install(slack, "T2")
    with pytest.raises(Lost):
        await replica.says("T2")
    assert replica.adapter.teams._known["T2"].web.token != old
    await replica.says("T2")


# Rotation


@pytest.fixture
async def rotating(slack, replica):
    """A replica in T2, whose token has one hour left."""
    slack.app.rotates = True
    await replica.install(slack, "T2")
    replica.change("T2", expires=time.time() + 3_600)
    return replica


async def test_a_token_is_renewed_before_it_expires_once_for_all_who_need_it(slack, rotating):
    channels = [f"C{number}" for number in range(20)]
    slack.api.channels.update(channels)
    await asyncio.gather(*(rotating.says("T2", channel) for channel in channels))
    assert slack.app.refreshed == 1
    row = msgspec.json.decode(rotating.state.rows[ROW + "T2"], type=Installed)
    assert slack.app.tokens[row.token].id == "T2"
    assert row.expires > time.time() + LASTS - 60
    rotating.change("T2", expires=time.time() + 3_600)
    await rotating.says("T2")  # by the new refresh token
    assert slack.app.refreshed == 2


async def test_two_processes_on_one_database_do_not_use_a_refresh_token_twice(
    slack, rotating, state, inbox, caplog
):
    slack.delay(0.02)
    async with Replica(slack, state).running(inbox) as other:
        await asyncio.gather(*(r.says("T2") for r in (rotating, other) for _ in range(2)))
        slack.app.offset = LASTS - 60  # the old token is not taken any more
        for replica in (rotating, other):
            replica.adapter.teams._read.clear()
            await replica.says("T2")
    assert slack.app.refreshed == 1
    assert "does not renew" not in caplog.text


async def test_a_token_that_expired_while_parley_was_away_is_renewed_first(slack, rotating):
    slack.app.offset = LASTS + 1
    rotating.change("T2", expires=time.time() - 1)
    await rotating.says("T2")
    assert slack.app.used[-1] == ("chat.postMessage", "T2")


async def test_who_finds_another_at_it_waits_only_if_the_token_has_expired(
    slack, rotating, monkeypatch
):
    monkeypatch.setattr(rotation, "_PAUSE", 0.001)
    installations = Installations(rotating.state)
    async with installations.claimed("T2") as alone:
        assert alone
        await rotating.says("T2")
        rotating.change("T2", expires=time.time() - 1)
        waiting = asyncio.create_task(rotating.says("T2"))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert slack.app.refreshed == 0
    async with asyncio.timeout(10):
        await waiting
    assert slack.app.refreshed == 1


async def test_a_token_that_slack_does_not_renew_serves_until_its_end(slack, rotating, caplog):
    slack.refuse("oauth.v2.access", "invalid_refresh_token")
    await rotating.says("T2")
    assert "does not renew the token of Team T2: invalid_refresh_token" in caplog.text
    slack.app.offset = LASTS + 1
    rotating.change("T2", expires=time.time() - 1)
    slack.refuse("oauth.v2.access", "invalid_refresh_token", "invalid_refresh_token")
    with pytest.raises(Undeliverable, match="token_expired"):
        await rotating.says("T2")


async def test_a_removal_while_a_token_is_renewed_stays_one(slack, rotating):
    slack.delay(0.02)
    renewing = asyncio.create_task(rotating.says("T2"))
    while not slack.requests["oauth.v2.access"] > 1:
        await asyncio.sleep(0)
    await tell(slack, happened({"type": "app_uninstalled"}) | {"event_time": 2**40})
    await asyncio.gather(renewing, return_exceptions=True)
    assert slack.app.refreshed == 1
    assert ROW + "T2" not in rotating.state.rows


async def test_the_claim_of_a_process_that_died_is_not_in_the_way(slack, rotating):
    rotating.state.rows["slack/claim/T2/dead"] = str(time.time() - 1)
    await rotating.says("T2")
    assert slack.app.refreshed == 1
    assert not [key for key in rotating.state.rows if key.startswith("slack/claim/")]


async def test_of_two_claims_at_once_at_most_one_is_alone(state):
    installations = Installations(state)

    async def claim():
        async with installations.claimed("T2") as alone:
            await asyncio.sleep(0)
            return alone

    for _ in range(20):
        assert sum(await asyncio.gather(claim(), claim(), claim())) <= 1
    assert await claim()


# Over Socket Mode


async def test_many_workspaces_over_one_socket(slack, state, inbox):
    replica = Replica(slack, state, SLACK_APP_TOKEN="xapp-test", SLACK_SIGNING_SECRET="")
    async with replica.running(inbox):
        await replica.install(slack, "T2")
        await tell(slack, happened(said()))
        [event] = await inbox.first()
        assert event.place.workspace == "T2"
        assert (await replica.get("/slack/events"))[0] == 404
