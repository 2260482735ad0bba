"""Who may do what in a workspace, as Slack tells it: its people, its channels, its user groups.
https://docs.slack.dev/reference/objects/user-object
"""

import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from slack_sdk.errors import SlackApiError

from adapters.kept import Kept
from adapters.slack.calls import Calls
from adapters.slack.web import Lost, error_code
from bot.errors import Undeliverable

CallsOf: TypeAlias = Callable[[str], Awaitable[Calls]]
"""The way to a workspace. Raises Undeliverable where Parley is not installed there."""

log = logging.getLogger(__name__)
# Seconds. Who leaves a channel reads it no more within a minute; what people are may be older.
ACCESS, ROLES, ADMINS = 60.0, 300.0, 1_800.0
_PAGE = 1_000  # members


class Person(NamedTuple):
    """`here`: of this workspace, with an account that works. `guest`: in some channels only."""

    here: bool = False
    guest: bool = False
    admin: bool = False


class Channel(NamedTuple):
    private: bool = True
    direct: str = ""  # the one person whose direct messages with Parley it is


NOBODY = Person()


class People:
    """Every key begins with the workspace."""

    def __init__(self, calls: CallsOf, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self.persons = Kept(self._person, ACCESS, clock)
        self.channels = Kept(self._channel, ACCESS, clock)
        self.members = Kept(self._members, ACCESS, clock)
        self.admins = Kept(self._is_admin, ADMINS, clock)
        self.groups = Kept(self._groups, ROLES, clock)
        self._unable: set[str] = set()  # what was said to be missing, once for each workspace

    async def close(self) -> None:
        for kept in (self.persons, self.channels, self.members, self.admins, self.groups):
            await kept.close()

    async def _person(self, key: tuple[str, str]) -> Person:
        team, user = key
        told = (await (await self._calls(team))("users.info", user=user))["user"]
        here = not told.get("deleted") and told.get("team_id") in {None, "", team}
        guest = bool(told.get("is_restricted") or told.get("is_ultra_restricted"))
        rights = ("is_admin", "is_owner", "is_primary_owner")
        return Person(here, guest, any(told.get(right) for right in rights))

    async def _channel(self, key: tuple[str, str]) -> Channel:
        team, channel = key
        told = (await (await self._calls(team))("conversations.info", channel=channel))["channel"]
        if told.get("is_im"):
            return Channel(direct=str(told.get("user") or ""))
        return Channel(private=told.get("is_private") is not False or bool(told.get("is_mpim")))

    async def _members(self, key: tuple[str, str]) -> frozenset[str]:
        team, channel = key
        calls, found, cursor = await self._calls(team), set[str](), ""
        while True:
            answer = await calls(
                "conversations.members", channel=channel, limit=_PAGE, cursor=cursor or None
            )
            found.update(answer["members"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return frozenset(found)

    async def _is_admin(self, key: tuple[str, str]) -> bool:
        try:
            person = await self.persons.get(key)
        except (SlackApiError, Undeliverable, Lost) as error:
            self._note(key[0], "who is an admin", error)
            return False
        return person.here and person.admin

    async def _groups(self, team: str) -> Mapping[str, tuple[str, ...]]:
        """The user groups that each person is in."""
        try:
            answer: Any = await (await self._calls(team))("usergroups.list", include_users=True)
        except (SlackApiError, Undeliverable, Lost) as error:
            self._note(team, "who is in which user group", error)
            return {}
        found: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for group in answer.get("usergroups") or ():
            for user in group.get("users") or ():
                found[user] += (str(group["id"]),)
        return dict(found)

    def _note(self, team: str, what: str, error: Exception) -> None:
        """One line, and not one every five minutes."""
        said = f"{team} {what}"
        if said not in self._unable:
            self._unable.add(said)
            why = error_code(error) if isinstance(error, SlackApiError) else repr(error)
            log.info("Slack does not tell in %s %s: %s", team, what, why)
