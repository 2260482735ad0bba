"""`python -m bot manifest discord`: how to make Parley known to Discord, in plain lines."""

import base64
from typing import Final
from urllib.parse import urlencode

import discord

from adapters.discord.settings import Settings
from bot.commands import Commands

PERMISSIONS: Final = {  # as discord.py calls them -> as Discord does, and what for
    "view_channel": ("View Channels", "see what is said to it"),
    "send_messages": ("Send Messages", "answer in channels"),
    "create_public_threads": ("Create Public Threads", "answer in a thread of its own"),
    "send_messages_in_threads": ("Send Messages in Threads", "answer there"),
    "read_message_history": ("Read Message History", "catch up, and know what a thread is about"),
    "embed_links": ("Embed Links", "show cards"),
    "attach_files": ("Attach Files", "send pictures and files"),
    "send_voice_messages": ("Send Voice Messages", "speak"),
    "add_reactions": ("Add Reactions", "mark messages, where it moderates"),
    "manage_messages": ("Manage Messages", "delete what people wrote, where it moderates"),
    "moderate_members": ("Timeout Members", "silence people for a while, where it moderates"),
}
_AUTHORIZE = "https://discord.com/oauth2/authorize"
_APPLICATION = "YOUR_APPLICATION_ID"


def wanted() -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(PERMISSIONS, True))


def manifest(settings: Settings, commands: Commands) -> str:
    lines = [
        "At https://discord.com/developers/applications, for Parley's application:",
        "  Bot           switch on Message Content Intent",
        "  Installation  tick Guild Install, and User Install to let people take Parley along",
        "",
        "Then open this address and choose your server:",
        f"  {invitation(_application(settings))}",
        "",
        "It asks for these permissions:",
        *(f"  {name:<26}to {what}" for name, what in PERMISSIONS.values()),
        "",
        f"Parley itself puts its {len(commands.menu)} commands into Discord's menu when it starts.",
    ]
    return "\n".join(lines)


def invitation(application: str) -> str:
    query = {
        "client_id": application,
        "scope": "bot applications.commands",
        "permissions": wanted().value,
    }
    return f"{_AUTHORIZE}?{urlencode(query)}"


def _application(settings: Settings) -> str:
    """A token begins with the id of its bot, which is the application's but for very old ones."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    first = token.partition(".")[0]
    try:
        name = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode("ascii")
    except ValueError:  # not base64, or not ASCII
        return _APPLICATION
    return name if name.isdecimal() else _APPLICATION
