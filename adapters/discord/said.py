"""Messages as Discord's REST API and its commands give them: JSON -> Message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.discord import files
from adapters.discord.places import PLATFORM
from adapters.markup import clean
from bot.events import Author, Message, Place
from bot.ports import PARLEY


def said(native: Mapping[str, Any], place: Place, me: int) -> Message:
    """Whoever said it, people are named by their names."""
    source = str(native["id"])
    return Message(
        id=f"{PLATFORM}:{source}",
        place=place,
        author=_author(native["author"], me),
        at=datetime.fromisoformat(native["timestamp"]).timestamp(),
        text=_named(clean(native.get("content") or ""), native.get("mentions", ())),
        source=source,
        attachments=tuple(
            files.attachment(file, str(native["channel_id"]), source)
            for file in native.get("attachments", ())
        ),
    )


def _author(user: Mapping[str, Any], me: int) -> Author:
    if int(user["id"]) == me:
        return PARLEY
    return Author(f"{PLATFORM}:{user['id']}", _name(user))


def _name(user: Mapping[str, Any]) -> str:
    return clean(user.get("global_name") or user["username"])


def _named(text: str, mentioned: Any) -> str:
    for user in mentioned:
        for mention in (f"<@{user['id']}>", f"<@!{user['id']}>"):
            text = text.replace(mention, f"@{_name(user)}")
    return text.strip()
