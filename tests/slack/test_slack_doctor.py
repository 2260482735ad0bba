"""`python -m bot doctor` on Slack: what works, what does not, and where to change it."""

import msgspec
import pytest

from adapters.slack.connect import check
from adapters.slack.installations import Installed
from adapters.slack.manifest import SCOPES, described
from bot.commands import Command, Commands
from tests.fakes.slack_http import SECRET
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET, CONFIG_TOKEN, Tenant
from tests.fakes.slack_order import ADMIN_TOKEN
from tests.fakes.state import MemoryState
from tests.slack.conftest import COMMANDS, ground, nothing, settings

CONFIG = {"SLACK_APP_CONFIG_TOKEN": CONFIG_TOKEN}
PUBLIC = {"SLACK_PUBLIC_URL": "https://p.example.com"}
HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET} | PUBLIC
OAUTH = {
    "SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET,
}  # fmt: skip


ASK = Command("ask", "Ask it", nothing, shortcut="Ask Parley")
KNOWN = Commands([COMMANDS["help"], COMMANDS["usage"], ASK])


@pytest.fixture
def examined(slack):
    """The findings, as (mark, sentence)."""

    async def examined(state=None, **changed):
        findings = await check(settings(slack, **changed), ground(state), KNOWN)
        return [(finding.mark, finding.sentence) for finding in findings]

    slack.app.scopes = set(SCOPES)
    slack.app.manifest = described(settings(slack), KNOWN)
    return examined


def marks(found):
    return [mark for mark, _ in found]


def broken(found):
    [sentence] = [sentence for mark, sentence in found if mark == "!!"]
    return sentence


async def test_all_is_well(examined):
    found = await examined(**CONFIG)
    assert found == [
        ("ok", "Parley is parley in Team, with every scope that it needs."),
        ("ok", "Slack takes SLACK_APP_TOKEN; Socket Mode is on."),
        ("ok", "The app has the events, commands and shortcuts that Parley wants."),
    ]


async def test_what_cannot_be_read_is_said(examined):
    found = await examined()
    assert marks(found) == ["ok", "ok", "--"]
    assert "python -m bot manifest slack" in found[-1][1]


async def test_each_scope_that_lacks_is_named_with_what_it_is_for_and_where_to_add_it(
    slack, examined
):
    slack.app.scopes -= {"files:read", "users:read"}
    sentence = broken(await examined())
    assert f"files:read ({SCOPES['files:read']})" in sentence
    assert "users:read" in sentence
    assert "files:write" not in sentence
    assert "OAuth & Permissions" in sentence


async def test_scopes_that_are_not_told_are_not_guessed(slack, examined):
    slack.app.tells_scopes = False
    assert marks(await examined(**CONFIG)) == ["--", "ok", "ok"]


async def test_more_scopes_than_needed_are_fine(slack, examined):
    slack.app.scopes.add("channels:join")
    assert marks(await examined(**CONFIG)) == ["ok", "ok", "ok"]


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "token_revoked"])
async def test_a_bot_token_that_slack_refuses_hides_nothing_of_the_rest(slack, examined, error):
    slack.app.revoke("T1", error)
    found = await examined()
    assert f"refuses SLACK_BOT_TOKEN ({error})" in broken(found)
    assert ("ok", "Slack takes SLACK_APP_TOKEN; Socket Mode is on.") in found


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("missing_scope", "connections:write"),
        ("not_allowed_token_type", "connections:write"),
        ("invalid_auth", "App-Level Tokens"),
        ("socket_mode_not_enabled", "switch it on under Socket Mode"),
    ],
)
async def test_an_app_token_that_opens_nothing_is_explained(slack, examined, error, hint):
    slack.refuse("apps.connections.open", error)
    sentence = broken(await examined())
    assert error in sentence
    assert hint in sentence


async def test_tokens_of_two_apps_are_found_out(slack, examined, monkeypatch):
    monkeypatch.setitem(slack.app.own, "apps.connections.open", "xapp-1-A2-3-4")
    sentence = broken(await examined(SLACK_APP_TOKEN="xapp-1-A2-3-4"))
    assert "SLACK_APP_TOKEN is of the app A2, SLACK_BOT_TOKEN of A1" in sentence


async def test_of_http_it_is_said_what_only_slack_knows(examined):
    found = await examined(**HTTP)
    assert marks(found) == ["ok", "--", "--"]
    assert "must say Verified" in found[1][1]


# Compared with the manifest


def without(app, *path):
    *there, last = path
    for name in there:
        app = app[name]
    del app[last]


@pytest.mark.parametrize(
    ("path", "mark", "hint"),
    [
        (("settings", "event_subscriptions"), "!!", "Subscribe to bot events"),
        (("settings", "interactivity"), "!!", "Interactivity & Shortcuts"),
        (("settings", "socket_mode_enabled"), "!!", "Socket Mode on"),
        (("features", "app_home", "messages_tab_enabled"), "!!", "Messages Tab"),
        (("features", "app_home", "home_tab_enabled"), "--", "Home Tab"),
        (("features", "agent_view"), "--", "Agents & AI Apps"),
        (
            ("features", "slash_commands"),
            "!!",
            "/parley, /usage, /ask: add it under Slash Commands",
        ),
        (("features", "slash_commands", 1), "--", "has no /usage"),
        (("features", "shortcuts"), "--", "callback ID ask"),
    ],
    ids=lambda given: str(given[-1]) if isinstance(given, tuple) else "",
)
async def test_what_the_app_lacks_is_said_with_where_to_add_it(slack, examined, path, mark, hint):
    without(slack.app.manifest, *path)
    found = await examined(**CONFIG)
    [sentence] = [sentence for kind, sentence in found if kind != "ok"]
    assert hint in sentence
    assert mark in marks(found)


async def test_events_that_lack_are_named(slack, examined):
    events = slack.app.manifest["settings"]["event_subscriptions"]["bot_events"]
    events.remove("message.im")
    events.append("reaction_added")
    assert "does not hear message.im: add it" in broken(await examined(**CONFIG))


async def test_a_command_that_parley_does_not_know_is_named(slack, examined):
    slack.app.manifest["features"]["slash_commands"].append({"command": "/old"})
    found = await examined(**CONFIG)
    assert ("--", "Parley does not know the app's /old.") in found


async def test_an_address_that_leads_elsewhere_is_said(slack, examined):
    slack.app.manifest = described(settings(slack, **HTTP), KNOWN)
    assert marks(await examined(**HTTP, **CONFIG)) == ["ok", "--", "ok"]
    slack.app.manifest["features"]["slash_commands"][0]["url"] = "https://old.example.com/"
    sentence = broken(await examined(**HTTP, **CONFIG))
    assert sentence == (
        "Slack sends to https://old.example.com/; it has to be https://p.example.com/slack/events."
    )


async def test_an_app_in_socket_mode_sends_nothing_to_http(slack, examined):
    slack.app.manifest = described(settings(slack, **HTTP), KNOWN)
    slack.app.manifest["settings"]["socket_mode_enabled"] = True
    assert "switch Socket Mode off" in broken(await examined(**HTTP, **CONFIG))


async def test_a_configuration_token_that_expired_is_no_fault_of_the_app(slack, examined):
    slack.refuse("apps.manifest.export", "token_expired")
    found = await examined(**CONFIG)
    assert marks(found) == ["ok", "ok", "--"]
    assert "lives twelve hours" in found[-1][1]


# Many workspaces


def installed(*teams):
    """A State in which these have installed it; and their tokens."""
    rows = {id_: Installed(id_, f"Team {id_}", f"xoxb-{id_}", "UPARLEY") for id_ in teams}
    state = MemoryState()
    for id_, row in rows.items():
        state.rows[f"slack/installation/{id_}"] = msgspec.json.encode(row).decode()
    return state, {row.token: Tenant(id_) for id_, row in rows.items()}


async def test_nobody_has_installed_it_yet(examined):
    found = await examined(**OAUTH, **PUBLIC)
    assert found[:2] == [
        ("ok", "Slack takes SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."),
        ("--", "No workspace has installed Parley yet: open https://p.example.com/slack/install."),
    ]


async def test_each_workspace_is_looked_at(slack, examined):
    state, slack.app.tokens = installed("T1", "T2", "T3")
    slack.app.revoke("T3")
    found = await examined(state, **OAUTH)
    assert found[1][1].startswith("Parley is parley in Team, with every scope")
    assert found[2][1].startswith("Parley is parley in Team T2, with every scope")
    assert "refuses Team T3 (token_revoked)" in broken(found)


@pytest.mark.parametrize("pair", [{"SLACK_CLIENT_ID": "no"}, {"SLACK_CLIENT_SECRET": "no"}])
async def test_a_wrong_pair_is_found_without_installing(examined, pair):
    sentence = broken(await examined(**(OAUTH | pair)))
    assert "copy both from Basic Information" in sentence
    assert '"no"' not in sentence


async def test_a_scope_that_is_only_for_user_groups_may_be_left_out(slack, examined):
    slack.app.scopes -= {"usergroups:read"}
    mark, sentence = (await examined())[0]
    assert (mark, "usergroups:read" in sentence) == ("--", True)


async def test_the_token_of_an_admin_is_tried(slack, examined):
    found = await examined(SLACK_ADMIN_TOKEN=ADMIN_TOKEN)
    assert ("ok", "By SLACK_ADMIN_TOKEN Parley deletes messages as parley.") in found
    slack.app.scopes -= {"chat:write"}
    found = await examined(SLACK_ADMIN_TOKEN=ADMIN_TOKEN)
    assert ("!!", "SLACK_ADMIN_TOKEN lacks the user scope chat:write.") in found
    found = await examined(SLACK_ADMIN_TOKEN="xoxp-old")
    assert ("!!", "Slack refuses SLACK_ADMIN_TOKEN (invalid_auth): make a new one.") in found
