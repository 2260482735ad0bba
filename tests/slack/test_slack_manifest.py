"""The manifest is made from the code, and what is written about it is equal to it."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import socket
from adapters.slack.manifest import EVENTS_HEARD, SCOPES, described, manifest
from adapters.slack.settings import Settings
from bot.commands import Command, Commands, Option
from bot.manifest import commands as all_commands
from bot.settings import Settings as ParleySettings
from tests.slack.conftest import COMMANDS, nothing

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "slack.md").read_text()
ROWS = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", GUIDE, re.MULTILINE))


READ = {"channels:read", "groups:read", "im:read", "mpim:read"}
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
METHODS = {  # https://docs.slack.dev/reference/methods
    "agents.sessions.setStatus": {"chat:write"},
    "assistant.threads.setStatus": {"chat:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "chat.appendStream": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.members": READ,
    "conversations.open": {"im:write"},
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "reactions.add": {"reactions:write"},
    "usergroups.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
}
EVENTS = {  # https://docs.slack.dev/reference/events
    "agent_session_stopped": {"assistant:write"},
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "tokens_revoked": set(),
}


def set_up(**variables):
    return Settings(_env_file=None, **variables)


def of(*commands, **variables):
    return described(set_up(**variables), Commands(commands))


def command(name, *options, **fields):
    return Command(name, f"What {name} does", nothing, options, **fields)


def names(app):
    return [command["command"] for command in app["features"]["slash_commands"]]


SOCKET = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
HTTP = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "8f74"}
OAUTH = {"slack_client_id": "1.2", "slack_client_secret": "c11e", "slack_signing_secret": "8f74"}
PUBLIC = {"slack_public_url": "https://p.example.com"}


# What is written about it


async def test_the_manifest_in_the_docs_is_the_one_that_is_printed():
    commands = await all_commands(ParleySettings(_env_file=None))
    written = json.loads((DOCS / "slack-manifest.json").read_text())
    assert written == described(set_up(), commands), (
        "write it anew: python -m bot manifest slack | tail -n +3 > docs/slack-manifest.json"
    )


def test_the_guide_says_what_each_scope_is_for():
    rows = {name.strip("`"): why for name, why in ROWS.items() if name.strip("`") in SCOPES}
    assert rows == SCOPES
    asked = re.findall(r"^\| `([a-z_]+:[a-z]+)` \|", GUIDE, re.MULTILINE)
    assert sorted(asked) == sorted(set(SCOPES) - {"commands"})


def test_the_scopes_are_those_of_the_methods_and_events_that_are_used():
    folder = Path(socket.__file__).parent
    code = " ".join(path.read_text() for path in sorted(folder.glob("*.py")))
    families = (
        "chat|conversations|files|users|usergroups|views|assistant|agents|reactions|pins|bookmarks"
    )
    dotted = set(re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', code))
    called = re.findall(rf"\.((?:{families})_[a-zA-Z_]+)\(", code)
    methods = dotted | {name.replace("_", ".") for name in called}
    needed = {scope for method in methods for scope in METHODS[method]}
    assert needed | {scope for event in EVENTS_HEARD for scope in EVENTS[event]} == (
        set(SCOPES) - {"commands"}
    )


def test_the_guide_says_what_each_setting_is_for():
    told = set(re.findall(r"SLACK_[A-Z_]+", " ".join(ROWS)))
    assert {name.upper() for name in Settings.model_fields} <= told


def test_the_sentences_that_the_guide_explains_are_those_that_are_said():
    folder = Path(socket.__file__).parent
    code = " ".join(path.read_text() for path in sorted(folder.glob("*.py")))
    said = re.sub(r'"\s*f?"', "", code)
    quoted = [name[1:-1] for name in ROWS if re.fullmatch(r"\*[^*]+\*", name)]
    assert len(quoted) > 8
    quoted.remove("Sending messages to this app has been turned off")  # Slack says that
    pieces = [piece.strip() for sentence in quoted for piece in sentence.split("…")]
    assert [piece for piece in pieces if piece not in said] == []


# What is printed


def test_the_link_holds_the_same_manifest_as_the_text():
    printed = manifest(set_up(), COMMANDS)
    link, empty, text = printed.split("\n", 2)
    assert not empty
    assert link.startswith("https://api.slack.com/apps?new_app=1&manifest_json=")
    [packed] = parse_qs(urlsplit(link).query)["manifest_json"]
    assert json.loads(packed) == json.loads(text) == described(set_up(), COMMANDS)


def test_parley_takes_all_commands_and_each_has_its_own_name_too():
    imagine = (Option("prompt", "What", required=True), Option("size", "How big"))
    usage = Option("scope", "Whose", choices=("me", "all"))
    app = of(command("usage", usage), command("imagine", *imagine))
    assert names(app) == ["/parley", "/usage", "/imagine"]
    hints = [command["usage_hint"] for command in app["features"]["slash_commands"]]
    assert hints == ["usage | imagine", "[me|all]", "prompt [size:size]"]


def test_a_group_is_one_command():
    app = of(command("files list"), command("files delete"), command("usage"))
    assert names(app) == ["/parley", "/files", "/usage"]
    assert app["features"]["slash_commands"][1]["usage_hint"] == "list | delete"


def test_a_button_is_no_command():
    assert "/regenerate" not in names(described(set_up(), COMMANDS))


def test_one_of_slacks_own_names_would_have_the_whole_manifest_refused():
    assert names(of(command("status"), command("help"), command("usage"))) == ["/parley", "/usage"]
    prefixed = of(command("status"), slack_command_prefix="parley-")
    assert names(prefixed) == ["/parley", "/parley-status"]


def test_a_second_parley_in_a_workspace_has_names_of_its_own():
    app = of(command("usage"), slack_command_prefix="staging-")
    assert names(app) == ["/staging-parley", "/staging-usage"]


def test_a_shortcut_is_found_again_by_its_commands_name():
    app = of(command("ask", shortcut="Ask Parley"), command("usage"))
    [shortcut] = app["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", "ask")
    assert shortcut["name"] == "Ask Parley"


def test_over_a_socket_there_are_no_addresses():
    assert "http" not in json.dumps(of(command("usage"), **SOCKET, **PUBLIC))
    assert of(**SOCKET)["settings"]["socket_mode_enabled"]
    assert of()["settings"]["socket_mode_enabled"]


def test_over_http_every_field_that_takes_an_address_has_it():
    app, address = of(command("usage"), **HTTP, **PUBLIC), "https://p.example.com/slack/events"
    assert not app["settings"]["socket_mode_enabled"]
    assert app["settings"]["event_subscriptions"]["request_url"] == address
    assert app["settings"]["interactivity"] == {
        "is_enabled": True, "request_url": address, "message_menu_options_url": address,
    }  # fmt: skip
    assert {command["url"] for command in app["features"]["slash_commands"]} == {address}


def test_for_many_workspaces_slack_knows_where_to_send_the_browser_back():
    app = of(**OAUTH, **PUBLIC)
    redirects = ["https://p.example.com/slack/oauth_redirect"]
    assert app["oauth_config"]["redirect_urls"] == redirects
    assert app["settings"]["org_deploy_enabled"]
    assert "redirect_urls" not in of(**HTTP)["oauth_config"]


def test_without_an_address_there_is_one_to_replace():
    assert "https://parley.example.com/slack/events" in json.dumps(of(**HTTP))


def test_of_more_than_slack_takes_the_first_are_there_and_parley_takes_the_rest():
    many = [command(f"c{number}", shortcut=f"Do {number}") for number in range(80)]
    app = of(*many)
    assert names(app) == ["/parley", *(f"/c{number}" for number in range(49))]
    assert len(app["features"]["shortcuts"]) == 10


words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_-"), min_size=1, max_size=32)
commands = st.builds(
    command,
    st.one_of(words, st.tuples(words, words).map(lambda pair: " ".join(pair)[:32].strip())),
    st.builds(Option, words, st.text(max_size=100), choices=st.tuples(words, words)),
    shortcut=st.text(max_size=24),
    button=st.booleans(),
)


@given(st.lists(commands, max_size=80), words.map(lambda word: word[:16]))
def test_slacks_limits_are_kept_whatever_there_is(given_commands, prefix):
    app = of(*given_commands, **HTTP, slack_command_prefix=prefix)
    features = app["features"]
    assert len(app["display_information"]["name"]) <= 35
    assert len(app["display_information"]["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(features["shortcuts"]) <= 10
    assert all(0 < len(shortcut["name"]) <= 24 for shortcut in features["shortcuts"])
    assert len(features["slash_commands"]) <= 50
    assert len(set(names(app))) == len(names(app))
    assert all(re.fullmatch(r"/[a-z0-9_-]{1,31}", name) for name in names(app))
    assert all(0 < len(c["description"]) <= 2000 for c in features["slash_commands"])
    assert len(app["settings"]["event_subscriptions"]["bot_events"]) <= 100
