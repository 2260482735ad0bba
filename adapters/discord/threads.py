"""Discord's threads: opened for an answer, opened again where time has closed them."""

import logging
from typing import Any

import discord

from adapters.discord.refusals import (
    BAD_NAME,
    LOCKED,
    NO_ACCESS,
    NO_PERMISSION,
    NOT_IN_THIS_CHANNEL,
    THREAD_EXISTS,
    THREADS_FULL,
    UNKNOWN_MESSAGE,
    WRONG_TYPE,
    sentence,
)
from adapters.discord.rest import Rest
from bot.errors import Undeliverable
from bot.events import Place

log = logging.getLogger(__name__)

_CHANNEL = "/channels/{channel_id}"
_NO_THREAD = {UNKNOWN_MESSAGE, NO_ACCESS, NO_PERMISSION, NOT_IN_THIS_CHANNEL, WRONG_TYPE, LOCKED,
              THREADS_FULL}  # fmt: skip
_ARCHIVE_MINUTES = 1440
_NAME = "Parley"


async def open_thread(rest: Rest, place: Place, name: str) -> bool:
    """Whether the thread is there now."""
    body = {"name": name or _NAME, "auto_archive_duration": _ARCHIVE_MINUTES}
    path = _CHANNEL + "/messages/{message_id}/threads"
    where: dict[str, Any] = {"channel_id": place.channel, "message_id": place.thread}
    try:
        # One by one: where many wait for one limit, discord.py lets too many go.
        async with rest.threads[place.channel]:
            await rest.call("POST", path, json=body, **where)
    except discord.RateLimited as error:
        log.warning("no thread for %s s: Discord's limit", error.retry_after)
        return False
    except discord.HTTPException as error:
        if error.code == THREAD_EXISTS:
            return True
        if error.code == BAD_NAME and name != _NAME:
            return await open_thread(rest, place, _NAME)
        if error.code not in _NO_THREAD:
            raise
        lacks = "; Parley lacks the permission Create Public Threads"
        log.warning("no thread: %s%s", error, lacks if error.code == NO_PERMISSION else "")
        return False
    return True


async def unarchive(rest: Rest, thread: str) -> None:
    """Whoever may write in a thread may do that, unless it is locked."""
    try:
        await rest.call("PATCH", _CHANNEL, channel_id=thread, json={"archived": False})
    except discord.Forbidden as error:
        raise Undeliverable(sentence(LOCKED), str(error)) from error
