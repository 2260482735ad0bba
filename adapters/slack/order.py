"""Who may read what on Slack, and what Parley can do about a message: point at it, react to it,
delete it.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack import web
from adapters.slack.emoji import NAMES
from adapters.slack.people import CallsOf, People
from adapters.slack.posts import GONE, said
from adapters.slack.refusals import explained
from adapters.slack.said import PLATFORM
from bot.errors import Refused, Undeliverable
from bot.events import Author, Place

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds
_OWN_ONLY = (
    "Slack lets Parley delete its own messages only. An admin can delete this one, or set "
    "SLACK_ADMIN_TOKEN (an admin's xoxp-… token with the scope chat:write): then Parley can."
)
_NO_TIME_OUT = (
    "Slack has no time-outs. An admin can remove somebody from the channel, or deactivate their "
    "account."
)
_ADMIN = {
    "cant_delete_message": "The admin whose SLACK_ADMIN_TOKEN it is may not delete this message.",
    "channel_not_found": "The admin whose SLACK_ADMIN_TOKEN it is cannot see this channel.",
    "compliance_exports_prevent_deletion": "This workspace has to keep its messages.",
    "missing_scope": "SLACK_ADMIN_TOKEN lacks the scope chat:write.",
    "not_in_channel": "The admin whose SLACK_ADMIN_TOKEN it is is not in this channel.",
}
_NO_REACTION = {
    "invalid_name": "this workspace has no such emoji.",
    "too_many_emoji": "the message has as many emojis as Slack allows.",
    "too_many_reactions": "the message has as many reactions as Slack allows.",
    "thread_locked": "the thread is locked.",
    "is_archived": "the channel is archived.",
}


class Order:
    """`admin`: a person's token, by which what others wrote can be deleted; "" for none."""

    def __init__(self, people: People, calls: CallsOf, admin: str = "") -> None:
        self._people = people
        self._calls = calls
        self._admin = admin

    async def may_read(self, author: Author, place: Place) -> bool:
        """Public channels are for all members, what else there is for those who are in it."""
        platform, team, user = (*author.id.split(":", 2), "", "")[:3]
        if (platform, team) != (PLATFORM, place.workspace) or not user:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._may_read(team, user, place.channel)
        except (SlackApiError, Undeliverable, web.Lost, TimeoutError) as error:
            log.warning("who may read %s is not known: %r", place.channel_key, error)
            return False

    async def _may_read(self, team: str, user: str, channel: str) -> bool:
        there = await self._people.channels.get((team, channel))
        if there.direct:
            return there.direct == user
        if not there.private:
            person = await self._people.persons.get((team, user))
            if person.here and not person.guest:
                return True
        return user in await self._people.members.get((team, channel))

    async def closed(self, place: Place) -> bool:  # noqa: ARG002  a thread is as its channel
        return False

    async def link(self, place: Place, source: str) -> str:
        try:
            answer = await self._call(place, "chat.getPermalink", message_ts=source)
        except (SlackApiError, Undeliverable, web.Lost) as error:
            log.info("no link to a message: %r", error)
            return ""
        return str(answer["permalink"])

    async def react(self, place: Place, source: str, emoji: str) -> None:
        if not (name := NAMES.get(emoji.removesuffix("\ufe0f"))):
            raise Refused(f"Parley does not know what Slack calls {emoji}: {' '.join(NAMES)} work.")
        with explained("Parley cannot react to this message"), _stated("Parley cannot react"):
            try:
                await self._call(place, "reactions.add", timestamp=source, name=name)
            except SlackApiError as error:
                if web.error_code(error) != "already_reacted":
                    raise

    async def remove(self, place: Place, source: str) -> None:
        if not self._admin:
            raise Refused(_OWN_ONLY)
        with explained("Parley cannot delete this message"):
            try:
                await self._call(place, "chat.delete", ts=source, token=self._admin)
            except web.TokenRefused as error:
                raise Refused(
                    "Slack refuses SLACK_ADMIN_TOKEN: an admin has to make a new one.", str(error)
                ) from error
            except (SlackApiError, Undeliverable) as error:
                if (code := _code(error)) == GONE:
                    return
                if code not in _ADMIN:
                    raise
                raise Refused(_ADMIN[code], str(error)) from error

    async def time_out(self, _place: Place, _author: Author, _seconds: float) -> None:
        raise Refused(_NO_TIME_OUT)

    async def _call(self, place: Place, method: str, **what: Any) -> Any:
        return await (await self._calls(place.workspace))(method, channel=place.channel, **what)


@contextmanager
def _stated(failed: str) -> Iterator[None]:
    """Raises Refused where the reason is about the message."""
    try:
        yield
    except (SlackApiError, Undeliverable) as error:
        if (code := _code(error)) == GONE:
            raise Refused("The message is gone.", str(error)) from error
        if code not in _NO_REACTION:
            raise
        raise Refused(f"{failed}: {_NO_REACTION[code]}", str(error)) from error


def _code(error: SlackApiError | Undeliverable) -> str:
    return web.error_code(error) if isinstance(error, SlackApiError) else said(error)
