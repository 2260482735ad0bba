"""The manifest of the Slack app that this code wants: its scopes, events, commands and shortcuts.
https://docs.slack.dev/reference/app-manifest
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from adapters.slack.prompts import PROMPTS
from adapters.slack.settings import EVENTS, REDIRECT, Settings
from bot.commands import Command, Commands

Json = dict[str, Any]
SCOPES = {  # each with what fails without it
    "app_mentions:read": "hearing mentions",
    "assistant:write": "being an agent: suggested prompts, the Stop button",
    "channels:history": "hearing replies in threads of public channels, and finding lost posts",
    "channels:read": "knowing who may read what was said in a public channel",
    "chat:write": "answering",
    "commands": "slash commands and shortcuts",
    "files:read": "reading files that people share",
    "files:write": "posting files, pictures and sound",
    "groups:history": "the same as channels:history in private channels",
    "groups:read": "the same as channels:read in private channels",
    "im:history": "hearing direct messages",
    "im:read": "the same as channels:read in direct messages",
    "im:write": "sending a file to somebody privately",
    "mpim:history": "the same as channels:history in group messages",
    "mpim:read": "the same as channels:read in group messages",
    "reactions:write": "marking messages with an emoji",
    "usergroups:read": "rules for user groups",
    "users:read": "knowing who said what in a thread that Parley is called into",
}
OPTIONAL = {"usergroups:read"}  # an admin may leave it out
EVENTS_HEARD = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)
# Slack refuses the whole manifest for one of its own names. Of `help` people report both.
_RESERVED = {
    "active", "apps", "archive", "away", "call", "collapse", "commands", "debug", "dm", "dnd",
    "expand", "feed", "feedback", "help", "invite", "join", "kick", "kill", "leave", "me", "msg",
    "mute", "open", "part", "prefs", "pro", "remind", "remove", "rename", "search", "send",
    "shortcuts", "shrug", "star", "status", "topic", "who",
}  # fmt: skip
_NAME, _DESCRIPTION, _HINT = 31, 140, 140  # characters; Slack takes 32 with the slash
_COMMANDS, _SHORTCUTS, _SHORTCUT = 50, 10, 24


def manifest(settings: Settings, commands: Commands) -> str:
    """The link that makes the app in one click, and the same to paste."""
    app = described(settings, commands)
    packed = json.dumps(app, separators=(",", ":"), ensure_ascii=False)
    link = f"https://api.slack.com/apps?new_app=1&manifest_json={quote(packed, safe='')}"
    return f"{link}\n\n{json.dumps(app, indent=2, ensure_ascii=False)}"


def described(settings: Settings, commands: Commands) -> Json:
    return {
        "display_information": {
            "name": "Parley",
            "description": "The OpenAI API where your team talks",
        },
        "features": {
            "agent_view": {
                "agent_description": "Ask it anything. It answers here, in the thread, and "
                "remembers what was said there.",
                "suggested_prompts": [{"title": t, "message": m} for t, m in PROMPTS],
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Parley", "always_online": True},
            "shortcuts": list(_shortcuts(commands))[:_SHORTCUTS],
            "slash_commands": list(_slash_commands(settings, commands))[:_COMMANDS],
        },
        "oauth_config": {**_redirects(settings), "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **_url(settings, "request_url"),
                "bot_events": sorted(EVENTS_HEARD),
            },
            "interactivity": {
                "is_enabled": True,
                **_url(settings, "request_url", "message_menu_options_url"),
            },
            "org_deploy_enabled": settings.slack_client_id is not None,
            "socket_mode_enabled": _is_by_socket(settings),
            "token_rotation_enabled": False,  # for ever, once it is on; Parley takes both
        },
    }


def _is_by_socket(settings: Settings) -> bool:
    """Also where nothing is set yet: it takes no address of one's own."""
    return settings.by_socket or settings.slack_signing_secret is None


def _url(settings: Settings, *fields: str) -> Json:
    """Without Socket Mode every field that is for an address wants ours."""
    return {} if _is_by_socket(settings) else dict.fromkeys(fields, settings.reached_at(EVENTS))


def _redirects(settings: Settings) -> Json:
    if settings.slack_client_id is None:
        return {}
    return {"redirect_urls": [settings.reached_at(REDIRECT)]}


def _shortcuts(commands: Commands) -> Iterator[Json]:
    for command in commands.shortcuts:
        yield {
            "name": command.shortcut[:_SHORTCUT],
            "type": "message",
            "callback_id": command.name,
            "description": command.help[:_DESCRIPTION],
        }


def _slash_commands(settings: Settings, commands: Commands) -> Iterator[Json]:
    """`/parley` takes all of them; those with a name of their own are shorter to type."""
    for name, help_, hint in _typed(commands, settings.slack_command_prefix):
        if name not in _RESERVED and len(name) <= _NAME:
            yield {
                "command": f"/{name}",
                **_url(settings, "url"),
                "description": help_[:_DESCRIPTION],
                **({"usage_hint": hint[:_HINT]} if hint else {}),
                "should_escape": False,
            }


def _typed(commands: Commands, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Name, help and hint of `parley`, of each command, and of each group as a whole."""
    names = [command.name for command in commands.menu]
    parley = "parley" if prefix == "parley-" else f"{prefix}parley"
    yield parley, "Everything that Parley can do", " | ".join(names)
    groups: dict[str, list[Command]] = defaultdict(list)
    for command in commands.menu:
        groups[command.name.split(" ")[0]].append(command)
    for name, members in groups.items():
        if members[0].name == name and len(members) == 1:
            yield prefix + name, members[0].help, " ".join(_hint(members[0]))
        else:
            subs = [member.name.removeprefix(name).strip() for member in members]
            help_ = f"{name.capitalize()}: {', '.join(filter(None, subs))}"
            yield prefix + name, help_, " | ".join(filter(None, subs))


def _hint(command: Command) -> Iterator[str]:
    for number, option in enumerate(command.options):
        value = "|".join(option.choices) or option.name
        form = value if number == 0 else f"{option.name}:{value}"
        yield form if option.required else f"[{form}]"
