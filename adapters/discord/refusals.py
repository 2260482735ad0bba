"""Discord's reasons to refuse: their numbers, and what a person can do about each.

Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

import discord

from adapters.discord.manifest import PERMISSIONS
from bot.errors import Undeliverable

UNKNOWN_CHANNEL = 10003
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_EMOJI = 10014
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
OLD_EDITS = 30046  # a message older than an hour was edited too often; a 429
TOO_LARGE = 40005
TOO_MANY_FOLLOW_UPS = 40094
NO_ACCESS = 50001
NO_PERMISSION = 50013
NOT_IN_THIS_CHANNEL = 50024
WEBHOOK_TOKEN = 50027
BAD_BODY = 50035
WRONG_TYPE = 50068
ARCHIVED = 50083
NO_HISTORY = 160002
THREAD_EXISTS = 160004
LOCKED = 160005
THREADS_FULL = 160006
BAD_NAME = 200001  # to AutoMod
ENDED = {UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, WEBHOOK_TOKEN}  # of an interaction


def request(*flags: str) -> str:
    """The end of a sentence."""
    names = " and ".join(PERMISSIONS[flag][0] for flag in flags)
    return f"give it the permission{'s' if len(flags) > 1 else ''} {names}."


_SENTENCES = {
    UNKNOWN_CHANNEL: "The channel is gone.",
    UNKNOWN_MESSAGE: "The message that Parley was answering in was deleted.",
    40003: "Discord opens no more direct messages for Parley just now; please try again later.",
    TOO_MANY_FOLLOW_UPS: "Where Parley is not a member, Discord lets it write five messages.",
    NO_ACCESS: f"Parley cannot see this channel: {request('view_channel')}",
    50007: "You do not take direct messages from Parley.",
    50008: "Nobody can write text in this channel.",
    NO_PERMISSION: "Parley may not write here: "
    + request("send_messages", "send_messages_in_threads"),
    ARCHIVED: "The thread is archived: write in it, and Parley can go on.",
    NO_HISTORY: f"Parley may not reply here: {request('read_message_history')}",
    LOCKED: "The thread is locked: a moderator can unlock it.",
    THREADS_FULL: "The server has too many active threads: somebody can close one.",
    200000: "A rule of AutoMod on this server blocks the answer.",
    240000: "Discord blocks a link in the answer as harmful.",
}
_PASSING = {401, 429}


def sentence(code: int) -> str:
    return _SENTENCES.get(code, "Discord does not take this answer.")


def final(error: discord.HTTPException) -> bool:
    """Whether trying again is useless."""
    passing = error.status >= 500 or error.status in _PASSING  # noqa: PLR2004  a server's own fault
    return not passing or error.code == OLD_EDITS


def refusal(error: discord.HTTPException, said: str = "") -> Exception:
    """Undeliverable where trying again is useless, else the error itself."""
    if not final(error):
        return error
    cause = f"{error.status} {error.code}: {error.text}"
    return Undeliverable(said or sentence(error.code), cause)
