"""What Parley may do on the fake Discord, channel by channel."""

from collections import defaultdict

import discord

from tests.fakes.discord_body import VOICE, ApiError, Json

_ALL = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True,
    embed_links=True, send_voice_messages=True, read_message_history=True,
    create_public_threads=True,
)  # fmt: skip


class Rights:
    """All that Parley asks for, but for what somebody takes away."""

    administrator = False

    def __init__(self) -> None:
        self._denied: dict[str, set[str]] = defaultdict(set)  # channel -> names of permissions

    def deny(self, channel: str, *names: str) -> None:
        self._denied[channel] |= set(names)

    def has(self, channel: Json, name: str) -> bool:
        denied = self._denied[channel["parent_id"] or channel["id"]]
        return self.administrator or name not in denied

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
        return [
            {"id": guild, "name": "@everyone", "permissions": "0"},
            {"id": "77", "name": "Parley", "permissions": str(mine.value)},
        ]

    def overwrites(self, channel: str, me: str) -> list[Json]:
        denied = discord.Permissions(**dict.fromkeys(self._denied[channel], True))
        return [{"id": me, "type": 1, "allow": "0", "deny": str(denied.value)}]
