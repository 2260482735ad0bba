"""What Parley and people may do on the fake Discord, channel by channel."""

from collections import defaultdict

import discord

from tests.fakes.discord_body import VOICE, ApiError, Json

_ALL = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True,
    embed_links=True, send_voice_messages=True, read_message_history=True,
    create_public_threads=True, add_reactions=True, manage_messages=True, moderate_members=True,
)  # fmt: skip


_PEOPLE = discord.Permissions(
    view_channel=True, send_messages=True, read_message_history=True, add_reactions=True
)
PARLEYS = "77"  # role


class Rights:
    """Parley has all that it asks for, but for what somebody takes away; people read and write.
    `members`: the roles of people, by their ids; `left`: who is no member any more.
    """

    administrator = False

    def __init__(self) -> None:
        self._denied: dict[str, set[str]] = defaultdict(set)  # channel -> names of permissions
        self._closed: dict[str, set[str]] = {}  # channel -> the people and roles it is for
        self._others: dict[str, int] = {}  # role -> its permissions
        self.lacks: set[str] = set()  # what Parley's role does not give
        self.members: dict[str, list[str]] = defaultdict(list)
        self.left: set[str] = set()
        self.above: set[str] = set()  # whose role is above Parley's
        self.silent: dict[str, str] = {}  # until when

    def deny(self, channel: str, *names: str) -> None:
        self._denied[channel] |= set(names)

    def close(self, channel: str, *who: str) -> None:
        """Make it private: for these people and roles, by their ids, and for Parley."""
        self._closed[channel] = set(who)

    def role(self, id_: str, **permissions: bool) -> str:
        self._others[id_] = discord.Permissions(**permissions).value
        return id_

    def has(self, channel: Json, name: str) -> bool:
        denied = self._denied[channel["parent_id"] or channel["id"]]
        return self.administrator or name not in denied | self.lacks

    def may_write(self, channel: Json, body: Json) -> None:
        """Raises where Discord would."""
        self.may_see(channel)
        in_thread = channel["parent_id"]
        wanted = {"send_messages_in_threads" if in_thread else "send_messages"}
        wanted |= {"attach_files"} if body.get("_files") else set()
        wanted |= {"embed_links"} if body.get("embeds") else set()
        if body.get("flags", 0) & VOICE and not self.has(channel, "send_voice_messages"):
            raise ApiError(403, 50173, "You cannot send voice messages in this channel.")
        if not all(self.has(channel, name) for name in wanted):
            raise ApiError(403, 50013, "Missing Permissions")
        if body.get("message_reference") and not self.has(channel, "read_message_history"):
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")

    def may_edit(self, channel: Json, body: Json) -> None:
        self.may_see(channel)
        wanted = {"attach_files": body.get("_files"), "embed_links": body.get("embeds")}
        if not all(self.has(channel, name) for name, needed in wanted.items() if needed):
            raise ApiError(403, 50013, "Missing Permissions")

    def may_see(self, channel: Json) -> None:
        if not self.has(channel, "view_channel"):
            raise ApiError(403, 50001, "Missing Access")

    def roles(self, guild: str) -> list[Json]:
        mine = discord.Permissions(administrator=True) if self.administrator else _ALL
        mine = discord.Permissions(mine.value)
        mine.update(**dict.fromkeys(self.lacks, False))
        known = {guild: _PEOPLE.value, PARLEYS: mine.value, **self._others}
        return [
            {"id": id_, "name": f"role {id_}", "permissions": str(bits), "position": number,
             "color": 0, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
            for number, (id_, bits) in enumerate(known.items())
        ]  # fmt: skip

    def overwrites(self, channel: str, me: str, guild: str) -> list[Json]:
        denied = discord.Permissions(**dict.fromkeys(self._denied[channel], True))
        found = [{"id": me, "type": 1, "allow": "0", "deny": str(denied.value)}]
        if channel in self._closed:
            seen = str(discord.Permissions(view_channel=True).value)
            found.append({"id": guild, "type": 0, "allow": "0", "deny": seen})
            for id_ in (PARLEYS, *self._closed[channel]):
                kind = int(id_ not in {PARLEYS, *self._others})
                found.append({"id": id_, "type": kind, "allow": seen, "deny": "0"})
        return found
